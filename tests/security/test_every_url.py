"""Every URL of the console: nobody without a sign-in, nothing without its permission, nothing of another team."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from console.audit.models import AuditEntry
from engage.models import Command, Delivery
from tests.factories import make_user
from tests.security.place import Place, browser_of, make_places, passkey_of
from tests.security.urls import LINES, METHODS, Door, Line, every_url

pytestmark = pytest.mark.django_db
ROLES = ("Agent", "Supervisor", "Admin")
# None that is taken, none that a database can hold, none that is written as a number is.
NOBODYS_IDS = (2**31 - 1, 2**63, 10**30)
_IDS = (
    "conversation_id",
    "campaign_id",
    "command_id",
    "request_id",
    "upload_id",
    "person_id",
    "load_id",
    "telling_id",
    "workspace_id",
    "pk",
)
FRAGMENT = {"HX-Request": "true"}

Lines = dict[str, Line]


def lines(*doors: Door, **wanted: Any) -> Lines:
    """Those behind one of these doors, and with these properties."""
    found = {name: line for name, line in LINES.items() if line.door in (doors or Door)}
    return {n: line for n, line in found.items() if all(getattr(line, key) == wanted[key] for key in wanted)}


# Streams have no end, and give their database back; tests/console/live looks at them.
BEHIND_SIGN_IN = {name: line for name, line in lines(Door.SIGN_IN, Door.STREAM).items() if name != "live:stream"}


def with_ids(some: Lines, *, least: int = 1) -> Lines:
    return {name: line for name, line in some.items() if every_url()[name].count("<int:") >= least}


def sweep(some: Lines, look: Callable[[str, str], None]) -> None:
    """Look at each URL by each of its methods, undone after each; tells of everything that is wrong."""
    assert some
    wrong: list[str] = []
    for name, line in some.items():
        for method in line.methods:
            with transaction.atomic():
                try:
                    look(name, method)
                except AssertionError as error:
                    wrong.append(f"{method} {name}: {error}")
                transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)


def ask(client: Client, method: str, address: str, **headers: str) -> HttpResponse:
    # Without the name of a list there is no page of one; for all other forms nothing filled in will do.
    form = {"data": {"list_name": "May leads"}} if method == "POST" else {}
    response: HttpResponse = getattr(client, method.lower())(address, headers=headers, **form)
    if response.streaming:
        # To its end: closing it half-way would close the database that the test is in the middle of.
        list(response.streaming_content)
    return response


def is_let_in(response: HttpResponse) -> bool:
    """Anything but a door: a form refused for its content was let in as well."""
    is_led_away = response.status_code == 302 and response.headers["Location"].startswith("/sign-in/")
    return response.status_code < 500 and response.status_code not in (401, 403, 404, 405) and not is_led_away


@pytest.fixture
def places() -> tuple[Place, Place]:
    return make_places()


@pytest.fixture
def ours(places: tuple[Place, Place]) -> Place:
    return places[0]


@pytest.fixture
def theirs(places: tuple[Place, Place]) -> Place:
    return places[1]


def person_of(role: str, ours: Place) -> User:
    return ours.agent if role == "Agent" else make_user(username=role.lower(), role=role, is_staff=role == "Admin")


def own(person: User) -> dict[str, int]:
    """What addresses hold that are one person's alone."""
    return {"person_id": person.pk, "pk": passkey_of(person)}


def test_every_url_has_a_line_here_and_every_line_a_url() -> None:
    assert set(every_url()) == set(LINES)


def test_nobody_comes_in_without_a_sign_in(ours: Place) -> None:
    def look(name: str, method: str) -> None:
        response = ask(Client(), method, ours.address(name))

        assert (response.status_code, response.content) == (302, b"")
        assert response.headers["Location"].startswith("/sign-in/?next=/")

    sweep(lines(Door.SIGN_IN), look)


def test_part_of_a_page_asks_for_a_sign_in_by_401(ours: Place) -> None:
    def look(name: str, method: str) -> None:
        response = ask(Client(), method, ours.address(name), **FRAGMENT)

        assert (response.status_code, response.content) == (401, b"")
        assert response.headers["HX-Redirect"].startswith("/sign-in/?next=")

    sweep(lines(Door.SIGN_IN, is_foreign=False), look)


def test_stream_of_nobody_is_refused_by_401(ours: Place) -> None:
    def look(name: str, method: str) -> None:
        response = ask(Client(), method, ours.address(name))

        assert (response.status_code, response.content) == (401, b"")

    sweep(lines(Door.STREAM), look)


def test_address_with_a_token_does_not_exist_without_the_right_one(ours: Place) -> None:
    admin = browser_of(make_user(role="Admin", is_superuser=True))

    def look(name: str, method: str) -> None:
        for client in (Client(), admin):
            response = ask(client, method, ours.address(name, token="no-such-token-0123456789"))

            assert (response.status_code, response.content) == (404, b"")
        assert not Delivery.objects.exists()

    sweep(lines(Door.SECRET), look)


@pytest.mark.parametrize("role", ["Nobody", *ROLES])
def test_wrong_method_is_refused(role: str, ours: Place) -> None:
    client = browser_of(None if role == "Nobody" else person_of(role, ours))
    others = {
        name: Line(tuple(method for method in METHODS if method not in line.methods), line.door)
        for name, line in lines(is_foreign=False).items()
    }

    def look(name: str, method: str) -> None:
        response = ask(client, method, ours.address(name))

        assert response.status_code == 405
        assert set(LINES[name].methods) <= set(response.headers["Allow"].split(", "))

    sweep(others, look)


@pytest.mark.parametrize("role", ROLES)
def test_whoever_may_is_let_in_and_nobody_else(role: str, ours: Place) -> None:
    person = person_of(role, ours)
    client = browser_of(person)

    def look(name: str, method: str) -> None:
        entries = AuditEntry.objects.count()

        response = ask(client, method, ours.address(name, **own(person)))

        if ROLES.index(role) >= ROLES.index(LINES[name].role):
            assert is_let_in(response), response.status_code
        else:
            assert response.status_code == 403
            assert AuditEntry.objects.count() == entries

    sweep(BEHIND_SIGN_IN, look)


def test_catalogue_F15_thing_of_another_team_does_not_exist(ours: Place, theirs: Place) -> None:
    client = browser_of(ours.agent)

    def look(name: str, method: str) -> None:
        for headers in ({}, FRAGMENT):
            response = ask(client, method, theirs.address(name), **headers)

            assert response.status_code == 404
            assert b"Theirs" not in response.content

    # A workspace belongs to no team.
    sweep({name: line for name, line in with_ids(BEHIND_SIGN_IN).items() if name != "operations:replay-make"}, look)


@pytest.mark.parametrize("role", ROLES)
def test_thing_that_is_not_there_is_not_found(role: str, ours: Place) -> None:
    client = browser_of(person_of(role, ours))

    def look(name: str, method: str) -> None:
        for nobodys in NOBODYS_IDS:
            ids = dict.fromkeys(_IDS, nobodys)
            response = ask(client, method, ours.address(name, **ids))

            assert response.status_code == 404, nobodys

    sweep(with_ids(LINES), look)


def test_thing_named_under_the_wrong_parent_is_not_found(ours: Place, theirs: Place) -> None:
    client = browser_of(make_user(role="Supervisor"))

    def look(name: str, method: str) -> None:
        wrong = {"command_id": theirs.command_of(name).pk, "upload_id": theirs.upload.pk}
        response = ask(client, method, ours.address(name, **wrong))

        assert response.status_code == 404

    sweep(with_ids(LINES, least=2), look)


def test_catalogue_A18_every_form_asks_for_its_token_and_webhooks_alone_do_not(ours: Place) -> None:
    client = browser_of(make_user(role="Supervisor"), asks_for_csrf=True)
    forms = {name: Line(("POST",), line.door) for name, line in LINES.items() if "POST" in line.methods}

    def look(name: str, method: str) -> None:
        response = ask(client, method, ours.address(name))

        assert response.status_code == (204 if LINES[name].door is Door.SECRET else 403)

    sweep(forms, look)


def test_answer_to_somebody_signed_in_is_kept_nowhere(ours: Place) -> None:
    sue = make_user(role="Supervisor")
    client = browser_of(sue)

    def look(name: str, method: str) -> None:
        for headers in ({}, FRAGMENT):
            response = ask(client, method, ours.address(name, **own(sue)), **headers)

            kept = response.headers.get("Cache-Control", "")
            # The person's own style sheet says nothing but what they may do.
            assert kept == "private, max-age=86400" if name == "accounts:person-css" else "no-store" in kept

    sweep(BEHIND_SIGN_IN, look)


def test_page_that_is_not_there_is_kept_nowhere_either(ours: Place, theirs: Place) -> None:
    client = browser_of(ours.agent)

    for address in ("/no-such-page/", theirs.address("inbox:conversation")):
        response = client.get(address)

        assert response.status_code == 404
        assert "no-store" in response.headers["Cache-Control"]


def test_looking_asks_for_nothing(ours: Place) -> None:
    sue = make_user(role="Supervisor")
    looks = {name: Line(("GET",)) for name, line in lines(Door.SIGN_IN).items() if "GET" in line.methods}

    def look(name: str, method: str) -> None:
        before = list(Command.objects.order_by("pk").values()), AuditEntry.objects.count()

        ask(browser_of(sue), method, ours.address(name, **own(sue)))

        assert (list(Command.objects.order_by("pk").values()), AuditEntry.objects.count()) == before

    sweep(looks, look)
