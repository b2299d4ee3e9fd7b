"""Guessing codes of a second factor gets nowhere, and shuts nobody out who is not in the guesser's own place."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from fido2.utils import websafe_encode

from tests.console.accounts.steps import PASSWORD, code_for, give_app, give_passkey, give_recovery_codes, sign_in
from tests.factories import make_user
from tests.html import parse

pytestmark = pytest.mark.django_db

PER_PLACE, PER_PLACE_AND_HOUR, PER_NAME_AND_HOUR = 5, 20, 50


@pytest.fixture
def ada() -> User:
    return make_user(username="ada", password=PASSWORD)


@pytest.fixture
def codes(ada: User) -> list[str]:
    """Her recovery codes: each counts once, whatever the clock says."""
    give_app(ada)
    return give_recovery_codes(ada)


def guess(client: Client, count: int, *, address: str = "198.51.100.1", path: str = "/sign-in/code/") -> list[bool]:
    """Wrong codes; whether each was looked at."""
    answers = [client.post(path, {"code": f"{number:06}"}, REMOTE_ADDR=address).status_code for number in range(count)]
    assert set(answers) <= {422, 429}
    return [status == 422 for status in answers]


def stranger(address: str = "198.51.100.1") -> Client:
    """Somebody who knows the password, in a browser of their own, at the second step."""
    client = Client(REMOTE_ADDR=address)
    assert sign_in(client, "ada").headers["Location"] == "/sign-in/code/"
    return client


def come_in(client: Client, code: str, **extra: Any) -> bool:
    sign_in(client, "ada", **extra)
    client.post("/sign-in/code/", {"code": code}, **extra)
    return client.get("/").status_code == 200


def test_stranger_is_stopped_after_five_wrong_codes(codes: list[str]) -> None:
    assert guess(stranger(), PER_PLACE + 2) == [True] * PER_PLACE + [False] * 2
    assert guess(stranger(), 1) == [False]


def test_owner_comes_in_by_a_new_browser_while_a_stranger_guesses(codes: list[str]) -> None:
    guess(stranger(), PER_PLACE + 2)

    assert come_in(Client(REMOTE_ADDR="192.0.2.9"), codes[0])


def test_owner_comes_in_by_a_known_browser_even_from_the_strangers_address(codes: list[str]) -> None:
    hers = Client(REMOTE_ADDR="198.51.100.1")
    assert come_in(hers, codes[0])
    hers.post("/sign-out/")

    guess(stranger(), PER_PLACE + 2)

    assert come_in(hers, codes[1])


def test_owner_confirms_inside_a_session_even_from_the_strangers_address(codes: list[str]) -> None:
    hers = Client(REMOTE_ADDR="198.51.100.1")
    come_in(hers, codes[0])

    guess(stranger(), PER_PLACE + 2)

    assert hers.post("/security/confirmation/code/", {"code": codes[1]}).status_code == 302


def test_known_browser_and_session_stay_open_while_many_strangers_guess(codes: list[str]) -> None:
    hers, elsewhere = Client(), Client()
    assert come_in(hers, codes[0])
    assert come_in(elsewhere, codes[1], REMOTE_ADDR="192.0.2.9")
    elsewhere.post("/sign-out/")

    looked_at: Counter[str] = Counter()
    for number in range(PER_NAME_AND_HOUR // PER_PLACE + 5):
        address = f"198.51.100.{number}"
        looked_at[address] += sum(guess(stranger(address), PER_PLACE + 1, address=address))

    assert looked_at.total() == PER_NAME_AND_HOUR
    assert not come_in(Client(REMOTE_ADDR="192.0.2.77"), codes[2])
    assert hers.post("/security/confirmation/code/", {"code": codes[3]}).status_code == 302
    assert come_in(elsewhere, codes[4], REMOTE_ADDR="192.0.2.50")


@pytest.mark.parametrize("place", ["address", "browser", "session"])
def test_one_place_alone_looks_at_twenty_codes_an_hour(codes: list[str], place: str) -> None:
    client = Client(REMOTE_ADDR="192.0.2.9")
    if place != "address":
        assert come_in(client, codes[0])
    path = "/security/confirmation/code/" if place == "session" else "/sign-in/code/"
    looked_at = 0
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(11):
            if place != "session":
                # The second step stands open for some minutes only.
                client.post("/sign-out/")
                sign_in(client, "ada")
            looked_at += sum(guess(client, PER_PLACE + 1, address="192.0.2.9", path=path))
            clock.shift(301)

    assert looked_at == PER_PLACE_AND_HOUR


def test_password_alone_makes_no_browser_known_at_the_second_step(codes: list[str]) -> None:
    known_by_password = stranger()
    known_by_password.post("/sign-out/")
    for number in range(PER_NAME_AND_HOUR // PER_PLACE):
        guess(stranger(f"198.51.100.{number}"), PER_PLACE, address=f"198.51.100.{number}")

    sign_in(known_by_password, "ada")

    assert guess(known_by_password, 1, address="203.0.113.5") == [False]


def test_known_browser_of_one_person_is_no_pass_for_another(codes: list[str]) -> None:
    ben = make_user(username="ben", password=PASSWORD)
    secret = give_app(ben)
    client = Client()
    sign_in(client, "ben")
    client.post("/sign-in/code/", {"code": code_for(secret)})
    client.post("/sign-out/")
    guess(stranger("198.51.100.1"), PER_PLACE)

    sign_in(client, "ada")

    assert guess(client, 1, address="198.51.100.1") == [False]


def test_made_up_cookie_makes_no_browser_known(codes: list[str]) -> None:
    guess(stranger(), PER_PLACE)
    client = stranger()
    client.cookies["browser-whole"] = "ada:aaaa:bbbb"

    assert guess(client, 1) == [False]


def test_right_code_does_not_wipe_out_the_wrong_ones_before(codes: list[str]) -> None:
    guess(stranger(), PER_PLACE - 1)

    assert come_in(Client(REMOTE_ADDR="198.51.100.1"), codes[0])

    assert guess(stranger(), 2) == [True, False]


def test_right_codes_are_not_counted(codes: list[str]) -> None:
    assert all(come_in(Client(REMOTE_ADDR="198.51.100.1"), code) for code in codes[: PER_PLACE + 2])


def test_wrong_passkeys_of_a_stranger_lock_neither_codes_nor_passkeys(ada: User, codes: list[str]) -> None:
    give_passkey(ada)
    hers, bad = Client(REMOTE_ADDR="192.0.2.9"), stranger()
    come_in(hers, codes[0])
    about = b'{"type": "webauthn.get", "challenge": "", "origin": "https://testserver"}'
    signed = {
        "clientDataJSON": websafe_encode(about),
        "authenticatorData": websafe_encode(bytes(37)),
        "signature": "AA",
    }
    credential = json.dumps({"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": signed})

    for _ in range(PER_PLACE + 2):
        bad.post("/sign-in/code/", {"credential": credential})

    assert come_in(Client(REMOTE_ADDR="192.0.2.10"), codes[1])
    answer = hers.post("/security/confirmation/passkey/", {"credential": credential}, follow=True)
    assert "Too many tries" not in answer.content.decode()


def test_stopped_person_reads_what_to_do(codes: list[str]) -> None:
    client = stranger()
    guess(client, PER_PLACE)

    answer = client.post("/sign-in/code/", {"code": "000001"})

    assert answer.status_code == 429
    assert "Wait a few minutes" in parse(answer.content).one("main").text
