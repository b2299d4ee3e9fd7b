"""P16: a session that was ended gets nothing more, and neither does a stream that it opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.accounts.models import Session
from console.accounts.sessions import name_of
from console.audit.models import AuditEntry
from console.live import views
from console.live.access import is_still_allowed
from console.live.topics import Topics
from tests.console.accounts.steps import PASSWORD, sign_in
from tests.factories import make_user
from tests.html import parse

pytestmark = pytest.mark.django_db

NEW = "four plain words here"


def make_admin() -> Client:
    client = Client()
    client.force_login(make_user(username="alex", is_staff=True, is_superuser=True))
    return client


def run_action(name: str, person: User) -> None:
    make_admin().post("/admin/auth/user/", {"action": name, "_selected_action": [person.pk]})


def switch_off(person: User) -> None:
    fields = {"username": person.username, "first_name": "", "last_name": "", "email": "", "_save": "Save"}
    fields |= {"date_joined_0": "2026-01-02", "date_joined_1": "10:00:00", "last_login_0": "", "last_login_1": ""}
    assert make_admin().post(f"/admin/auth/user/{person.pk}/change/", fields).status_code == 302


def set_password_by_admin(person: User) -> None:
    fields = {"usable_password": "true", "password1": NEW, "password2": NEW}
    assert make_admin().post(f"/admin/auth/user/{person.pk}/password/", fields).status_code == 302


def change_password_elsewhere(person: User) -> None:
    client = Client()
    client.force_login(person)
    client.post("/password/", {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW})


def leave_elsewhere(person: User) -> None:
    client = Client()
    client.force_login(person)
    client.post("/security/sessions/end/")


@pytest.mark.parametrize(
    ("end", "action"),
    [
        (switch_off, "switched off account"),
        (set_password_by_admin, "changed password"),
        (change_password_elsewhere, "changed password"),
        (leave_elsewhere, "ended sessions"),
        (lambda person: run_action("end_all_sessions", person), "ended sessions"),
        (lambda person: run_action("reset_second_factors", person), "reset second factors"),
        (lambda person: run_action("forget_single_sign_on", person), "forgot single sign-on"),
    ],
    ids=["switched-off", "password-by-admin", "password", "elsewhere", "by-admin", "factors-reset", "untied"],
)
@pytest.mark.promise(16)
def test_p16_sessions_and_streams_end(end: Callable[[User], None], action: str) -> None:
    ada = make_user(username="ada", password=PASSWORD)
    client = Client()
    sign_in(client, "ada")
    key, topics = client.session.session_key or "", Topics.of({}, ada)
    assert is_still_allowed(key, {}, topics)

    end(ada)

    assert not is_still_allowed(key, {}, topics)
    assert client.get("/").headers["Location"] == "/sign-in/?next=/"
    assert client.get("/live/stream/").status_code == 401
    assert AuditEntry.objects.filter(action=action, subject="ada", address="127.0.0.1").count() == 1


@pytest.mark.promise(16)
def test_p16_stream_asks_for_its_rights_within_thirty_seconds() -> None:
    assert max(views.CHECK_SECONDS) <= 25


@pytest.mark.promise(16)
def test_p16_account_that_is_switched_on_again_has_no_old_sessions() -> None:
    ada = make_user(username="ada", password=PASSWORD)
    client = Client()
    sign_in(client, "ada")

    switch_off(ada)
    User.objects.filter(pk=ada.pk).update(is_active=True)

    assert client.get("/").status_code == 302


@pytest.mark.promise(16)
def test_p16_sign_in_lasts_as_long_as_is_set_and_no_longer(settings: Any) -> None:
    ada = make_user(username="ada", password=PASSWORD)
    client = Client()
    begin, lasts = timezone.now(), timedelta(seconds=settings.SESSION_COOKIE_AGE)
    settings.SESSION_IDLE = 2 * lasts
    just = timedelta(minutes=1)

    with time_machine.travel(begin) as time:
        sign_in(client, "ada")
        key, topics = client.session.session_key or "", Topics.of({}, ada)
        time.move_to(begin + lasts - just)
        # Whether it is used on the way makes no difference.
        assert client.get("/").status_code == 200
        assert client.get("/live/poll/").status_code in (204, 205)
        assert is_still_allowed(key, {}, topics)
        time.move_to(begin + lasts + just)

        assert client.get("/").headers["Location"] == "/sign-in/?next=/"
        assert client.get("/live/stream/").status_code == 401
        assert client.get("/live/poll/").status_code == 401
        # A stream that was open all the time asks for this, and ends.
        assert not is_still_allowed(key, {}, topics)


@pytest.mark.promise(16)
def test_p16_whoever_does_nothing_is_signed_out_though_the_page_follows_along(settings: Any) -> None:
    ada = make_user(username="ada", password=PASSWORD)
    client = Client()
    begin, idle, just = timezone.now(), settings.SESSION_IDLE, timedelta(minutes=2)

    with time_machine.travel(begin) as time:
        sign_in(client, "ada")
        key, topics = client.session.session_key or "", Topics.of({}, ada)
        time.move_to(begin + idle - just)
        assert client.get("/live/poll/").status_code in (204, 205)
        assert is_still_allowed(key, {}, topics)
        time.move_to(begin + idle + just)

        assert not is_still_allowed(key, {}, topics)
        assert client.get("/live/poll/").status_code == 401
        assert client.get("/").headers["Location"] == "/sign-in/?next=/"


def test_whoever_does_something_stays(settings: Any) -> None:
    make_user(username="ada", password=PASSWORD)
    client = Client()
    begin, idle, just = timezone.now(), settings.SESSION_IDLE, timedelta(minutes=2)

    with time_machine.travel(begin) as time:
        sign_in(client, "ada")
        for number in range(1, 4):
            time.move_to(begin + number * (idle - just))

            assert client.get("/").status_code == 200


def test_use_is_written_once_a_minute_and_costs_no_query_otherwise() -> None:
    make_user(username="ada", password=PASSWORD)
    client = Client()
    begin = timezone.now()

    with time_machine.travel(begin, tick=False) as time:
        sign_in(client, "ada")
        client.get("/password/")
        with CaptureQueriesContext(connection) as soon:
            client.get("/password/")
        time.move_to(begin + timedelta(seconds=61))
        with CaptureQueriesContext(connection) as later:
            client.get("/password/")

    assert len(later) == len(soon) + 1


def test_browser_keeps_a_session_no_longer_than_it_lasts(settings: Any) -> None:
    make_user(username="ada", password=PASSWORD)
    client = Client()

    sign_in(client, "ada")

    assert client.cookies["sessionid"]["max-age"] == settings.SESSION_COOKIE_AGE


def test_browser_in_which_the_password_was_changed_stays_signed_in() -> None:
    make_user(username="ada", password=PASSWORD)
    client = Client()
    sign_in(client, "ada")

    client.post("/password/", {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW})

    assert client.get("/").status_code == 200


def test_ending_sessions_leaves_those_of_others_alone() -> None:
    ada, ben = make_user(username="ada"), make_user(username="ben")
    client = Client()
    client.force_login(ben)

    run_action("end_all_sessions", ada)

    assert client.get("/").status_code == 200


def test_person_reads_of_their_own_sessions_only() -> None:
    ada, ben = make_user(username="ada"), make_user(username="ben")
    first, second, third = Client(), Client(), Client()
    for client, person in ((first, ada), (second, ada), (third, ben)):
        client.force_login(person)

    assert "1 other browser." in parse(first.get("/security/").content).by_id("sessions").text
    assert "Only here." in parse(third.get("/security/").content).by_id("sessions").text


def test_sessions_know_whose_they_are() -> None:
    ada = make_user(username="ada", password=PASSWORD)
    client = Client()

    sign_in(client, "ada")

    # By a one-way name: what the browser holds is not in the database.
    assert [row.session_key for row in Session.objects.of(ada)] == [name_of(client.session.session_key or "")]


def test_session_has_another_key_after_signing_in_than_before() -> None:
    make_user(username="ada", password=PASSWORD)
    client = Client()
    before = client.session
    before.save()
    client.cookies["sessionid"] = before.session_key or ""

    sign_in(client, "ada")

    assert client.session.session_key != before.session_key


def test_signing_in_and_out_is_written_down() -> None:
    make_user(username="ada", password=PASSWORD)
    client = Client()

    sign_in(client, "ada")
    client.post("/sign-out/")

    entries = list(AuditEntry.objects.order_by("id").values_list("by__username", "action", "address"))
    assert entries == [("ada", "signed in", "127.0.0.1"), ("ada", "signed out", "127.0.0.1")]


def test_supervisor_cannot_end_sessions_in_the_admin() -> None:
    ada, sue = make_user(username="ada"), make_user(role="Supervisor", is_staff=True)
    hers, adas = Client(), Client()
    hers.force_login(sue)
    adas.force_login(ada)

    answer = hers.post("/admin/auth/user/", {"action": "end_all_sessions", "_selected_action": [ada.pk]})

    assert answer.status_code == 403
    assert adas.get("/").status_code == 200
