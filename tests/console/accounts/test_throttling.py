"""P16 at a small count, and F9 to F12 of the failure catalogue: guessing gets nowhere, and shuts nobody out."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from console.accounts.checks import check_limits_are_shared, check_proxies_are_counted
from console.accounts.proxies import forwarded_address
from console.audit.models import AuditEntry
from tests.console.accounts.steps import PASSWORD, sign_in
from tests.factories import make_user
from tests.html import parse

pytestmark = pytest.mark.django_db

PER_NAME_AND_ADDRESS, PER_ADDRESS, PER_NAME = 5, 30, 50


def guess(client: Client, name: str, address: str, **extra: Any) -> int:
    return sign_in(client, name, "wrong", REMOTE_ADDR=address, **extra).status_code


@pytest.mark.promise(16)
def test_p16_a_thousand_guesses_from_fifty_addresses_are_mostly_not_even_looked_at() -> None:
    make_user(username="ada", password=PASSWORD)
    ada, ada_later, attacker = Client(REMOTE_ADDR="192.0.2.1"), Client(REMOTE_ADDR="192.0.2.2"), Client()
    sign_in(ada, "ada")
    looked_at: Counter[str] = Counter()

    for number in range(1000):
        address = f"198.51.100.{number % 50}"
        looked_at[address] += guess(attacker, "ada", address, HTTP_X_FORWARDED_FOR=f"203.0.113.{number % 250}") == 422

    assert max(looked_at.values()) <= PER_NAME_AND_ADDRESS
    assert looked_at.total() <= PER_NAME
    assert ada.get("/").status_code == 200
    # In the browser they always use they also come in anew, wherever it is now; a stranger with the password does not.
    ada_later.cookies = ada.cookies
    del ada_later.cookies["sessionid"]
    assert sign_in(ada_later, "ada").status_code == 302
    assert sign_in(Client(), "ada", REMOTE_ADDR="198.51.100.1").status_code == 429


def test_f10_guesses_of_somebody_far_away_shut_nobody_out() -> None:
    make_user(username="ada", password=PASSWORD)

    answers = [guess(Client(), "ada", "198.51.100.1") for _ in range(PER_NAME_AND_ADDRESS + 1)]

    assert answers == [422] * PER_NAME_AND_ADDRESS + [429]
    assert sign_in(Client(), "ada", REMOTE_ADDR="198.51.100.1").status_code == 429
    assert sign_in(Client(), "ada", REMOTE_ADDR="192.0.2.1").status_code == 302


def test_one_address_that_tries_many_names_is_stopped() -> None:
    answers = [guess(Client(), f"name{number}", "198.51.100.1") for number in range(PER_ADDRESS + 1)]

    assert answers == [422] * PER_ADDRESS + [429]


def test_right_passwords_are_not_counted() -> None:
    make_user(username="ada", password=PASSWORD)

    answers = {sign_in(Client(), "ada").status_code for _ in range(PER_NAME_AND_ADDRESS + 2)}

    assert answers == {302}


def test_right_password_does_not_wipe_out_the_wrong_ones_before() -> None:
    make_user(username="ada", password=PASSWORD)
    for _ in range(PER_NAME_AND_ADDRESS - 1):
        guess(Client(), "ada", "198.51.100.1")

    sign_in(Client(), "ada", REMOTE_ADDR="198.51.100.1")

    assert [guess(Client(), "ada", "198.51.100.1") for _ in range(2)] == [422, 429]


def test_names_that_exist_and_names_that_do_not_are_answered_alike() -> None:
    make_user(username="ada", password=PASSWORD)
    make_user(username="gone", password=PASSWORD, is_active=False)

    pages = [sign_in(Client(), name, word) for name, word in (("ada", "no"), ("nobody", "no"), ("gone", PASSWORD))]

    assert len({(page.status_code, parse(page.content).one("p", class_="form-error").text) for page in pages}) == 1


def test_throttled_person_reads_what_to_do() -> None:
    for _ in range(PER_NAME_AND_ADDRESS):
        guess(Client(), "ada", "198.51.100.1")

    page = sign_in(Client(), "ada", REMOTE_ADDR="198.51.100.1")

    assert page.status_code == 429
    assert "Wait a few minutes" in parse(page.content).one("p", class_="form-error").text


def test_browser_of_one_person_is_no_pass_for_another() -> None:
    make_user(username="ada", password=PASSWORD)
    make_user(username="ben", password=PASSWORD)
    bens = Client()
    sign_in(bens, "ben")
    bens.post("/sign-out/")
    for number in range(PER_NAME):
        guess(Client(), "ada", f"198.51.100.{number // 5}")

    assert guess(bens, "ada", "192.0.2.7") == 429
    assert guess(bens, "ben", "192.0.2.7") == 422


@pytest.mark.parametrize(
    ("header", "trusted", "address"),
    [
        ("203.0.113.9", 0, ""),
        ("203.0.113.9", 1, "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9", 1, "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9, 10.0.0.1", 2, "203.0.113.9"),
        ("10.0.0.1", 2, ""),
        ("", 1, ""),
        ("6.6.6.6, not an address", 1, ""),
        ("6.6.6.6, 203.0.113.9:4711", 1, "203.0.113.9"),
        ("6.6.6.6:80, 203.0.113.9:4711, 10.0.0.1:5", 2, "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9:4711x", 1, ""),
        ("6.6.6.6, 203.0.113.9:", 1, ""),
        ("6.6.6.6,[2001:db8::1]", 1, "2001:db8::1"),
        ("6.6.6.6,  [2001:DB8:0::1]:443 ", 1, "2001:db8::1"),
        ('6.6.6.6,"[2001:db8::1]:443"', 1, "2001:db8::1"),
        ("6.6.6.6, [ 2001:db8::1 ]", 1, "2001:db8::1"),
        ("6.6.6.6, 2001:db8::1", 1, "2001:db8::1"),
        ("6.6.6.6, [2001:db8::1]443", 1, ""),
        # One client is one address, however it is spelled.
        ("6.6.6.6, ::ffff:203.0.113.9", 1, "203.0.113.9"),
        ("6.6.6.6, fe80::1%eth0", 1, "fe80::1"),
        ("6.6.6.6, unknown", 1, ""),
        ("6.6.6.6, ", 1, ""),
    ],
)
def test_f9_forwarded_addresses_are_read_from_the_end_as_far_as_proxies_are_ours(
    header: str, trusted: int, address: str
) -> None:
    assert forwarded_address(header, trusted) == address


@given(address=st.ip_addresses(), port=st.none() | st.integers(1, 65535), blank=st.sampled_from(["", " ", "\t"]))
def test_f9_an_address_is_read_with_a_port_and_without_one(
    address: IPv4Address | IPv6Address, port: int | None, blank: str
) -> None:
    bare = f"[{address}]" if address.version == 6 and port else str(address)
    entry = f"{blank}{bare}{f':{port}' if port else ''}{blank}"

    read = ip_address(forwarded_address(f"6.6.6.6,{entry}", 1))

    assert read in (address, getattr(address, "ipv4_mapped", None))


def test_f9_clients_whose_proxy_writes_their_ports_are_not_taken_for_one(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    for number in range(PER_ADDRESS):
        guess(Client(), f"nobody-{number}", "10.0.0.1", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}:{5000 + number}")

    assert guess(Client(), "ada", "10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.250:5001") == 422


@pytest.mark.parametrize(("trusted", "address"), [(0, "10.0.0.1"), (1, "203.0.113.9")])
def test_f9_audit_trail_names_the_address_that_the_limits_go_by(settings: Any, trusted: int, address: str) -> None:
    settings.TRUSTED_PROXIES = trusted
    make_user(username="ada", password=PASSWORD)

    sign_in(Client(), "ada", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 203.0.113.9")

    assert AuditEntry.objects.get(action="signed in").address == address


def test_f9_behind_a_proxy_that_is_not_counted_the_check_refuses(settings: Any) -> None:
    settings.BEHIND_PROXY, settings.TRUSTED_PROXIES = True, 0

    assert [message.id for message in check_proxies_are_counted(None)] == ["accounts.E002"]


@pytest.mark.parametrize("backend", ["locmem.LocMemCache", "dummy.DummyCache"])
def test_f12_limits_that_processes_do_not_share_are_refused(settings: Any, backend: str) -> None:
    assert check_limits_are_shared(None) == []

    settings.CACHES = {"default": {"BACKEND": f"django.core.cache.backends.{backend}"}}

    assert [message.id for message in check_limits_are_shared(None)] == ["accounts.E001"]


def test_f11_admin_has_no_sign_in_of_its_own() -> None:
    make_user(username="alex", password=PASSWORD, is_staff=True, is_superuser=True)
    client = Client()

    answer = client.post("/admin/login/", {"username": "alex", "password": PASSWORD, "next": "/admin/"})

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in/?next=%2Fadmin%2F"
    assert client.get("/admin/").headers["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/?next=/admin/").headers["Location"] == "/sign-in/?next=%2Fadmin%2F"


def test_f11_admin_has_no_password_page_of_its_own() -> None:
    client = Client()
    client.force_login(make_user(is_staff=True))

    assert client.get("/admin/password_change/").headers["Location"] == "/password/"


def test_f11_somebody_without_rights_in_the_admin_is_refused_there() -> None:
    client = Client()
    client.force_login(make_user())

    assert client.get("/admin/login/").status_code == 403


def test_old_password_is_not_guessed_at_an_unlocked_desk() -> None:
    client = Client()
    client.force_login(make_user(password=PASSWORD))
    form = {"old_password": "wrong", "new_password1": "four plain words here", "new_password2": "four plain words here"}

    answers = [client.post("/password/", form) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert parse(answers[-1].content).one("h1").text == "Too many tries"


def test_failed_sign_ins_are_written_down_without_what_may_be_a_password() -> None:
    make_user(username="ada")

    guess(Client(), "ada", "198.51.100.1")
    guess(Client(), "correct horse battery", "198.51.100.1")

    entries = AuditEntry.objects.filter(action="failed to sign in").order_by("id")
    assert [entry.subject for entry in entries] == ["ada", "a user name that does not exist"]
    assert {entry.address for entry in entries} == {"198.51.100.1"}
