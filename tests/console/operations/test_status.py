"""The sign in the bar, the words under it, and who is told what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from console.accounts.roles import SUPERVISOR
from console.live import hub
from console.operations import vitals
from console.operations.status import State, Status
from engage.models import Change, Pulse, Workspace
from tests.console.live.reader import Reader, cookie_of, sign_in
from tests.console.live.web import Web
from tests.factories import make_conversation, make_reply, make_user, make_workspace

STANDSTILL = "Nothing is sent at the moment. What you write is kept."


def minutes_ago(minutes: float) -> datetime:
    return timezone.now() - timedelta(minutes=minutes)


def status_now() -> Status:
    vitals.forget()
    return Status.of(vitals.recent())


def test_all_is_well_while_the_worker_works(worker: None) -> None:
    make_workspace(name="Acme")

    status = status_now()

    assert (status.state, status.headline, status.standstill) == (State.WELL, "All is well", "")
    assert [(line.name, line.words) for line in status.lines] == [
        ("Worker", "Working"),
        ("To take in", "Nothing waits"),
        ("To send", "Nothing waits"),
        ("Acme", "No webhook yet"),
    ]


def test_silent_dispatcher_is_said_to_everybody(worker: None) -> None:
    Pulse.beat(vitals.SENDING, minutes_ago(3))

    status = status_now()

    assert (status.state, status.headline, status.standstill) == (State.TROUBLE, "Nothing is sent", STANDSTILL)


def test_silent_projector_is_said_to_everybody(worker: None) -> None:
    Pulse.beat(vitals.RECEIVING, minutes_ago(3))

    assert status_now().standstill == "New messages do not come in at the moment. They are not lost."


@pytest.mark.django_db
def test_worker_that_never_ran_is_a_standstill_once_somebody_waits_for_it() -> None:
    assert (status_now().headline, status_now().standstill) == ("No worker yet", "")

    make_reply(conversation=make_conversation(), by=make_user(), due_at=minutes_ago(1))

    assert status_now().standstill == STANDSTILL


def test_one_answer_that_did_not_come_is_no_news_but_a_minute_of_them_is(worker: None) -> None:
    make_workspace(name="Acme")
    Workspace.objects.update(unreached_since=minutes_ago(0.5), trouble="does not answer")
    assert status_now().state == State.WELL

    Workspace.objects.update(unreached_since=minutes_ago(4))

    assert status_now().headline == "Engage does not answer"
    assert status_now().lines[-1].words == "Engage does not answer for 4 min, no webhook yet"


def test_what_is_held_asks_for_attention(worker: None) -> None:
    make_reply(conversation=make_conversation(), by=make_user(), state="held")

    assert (status_now().state, status_now().headline) == (State.ATTENTION, "1 held")


def test_page_of_a_supervisor_has_the_sign_and_one_of_an_agent_has_not(client: Client, worker: None) -> None:
    client.force_login(make_user(username="sue", role=SUPERVISOR))
    assert 'id="status"' in client.get("/").text

    client.force_login(make_user(username="ada"))
    page = client.get("/").text

    assert 'id="status"' not in page
    assert 'id="standstill"' in page


def test_page_says_at_once_what_this_process_knows(client: Client, worker: None) -> None:
    client.force_login(make_user(username="ada"))
    Pulse.beat(vitals.SENDING, minutes_ago(3))
    assert STANDSTILL not in client.get("/").text

    vitals.recent()

    assert STANDSTILL in client.get("/").text


@pytest.fixture
def web(transactional_db: None) -> Iterator[Web]:
    Change.objects.create()
    process = Web()
    yield process
    process.stop()
    hub.stop()


def test_open_pages_hear_of_a_dead_worker_and_of_its_return(web: Web) -> None:
    ada, sue = make_user(username="ada"), make_user(username="sue", role=SUPERVISOR)
    for loop in (vitals.SENDING, vitals.RECEIVING):
        Pulse.beat(loop)
    with open_page(web, ada) as of_ada, open_page(web, sue) as of_sue:
        assert 'data-state="well"' in of_sue.until_text("#status").data

        Pulse.beat(vitals.SENDING, minutes_ago(3))
        told = of_ada.until_text(STANDSTILL)
        assert "#status" not in told.data
        assert "Stopped 3 min ago" in of_sue.until_text("Nothing is sent").data

        Pulse.beat(vitals.SENDING)
        assert STANDSTILL not in of_ada.until_text("#standstill").data


def test_page_that_polls_hears_of_it_too(client: Client, worker: None) -> None:
    client.force_login(make_user(username="ada"))
    Change.objects.create()
    Pulse.beat(vitals.SENDING, minutes_ago(3))
    after = Change.objects.newest_id()

    response = client.get(f"/live/poll/?queue=mine&after={after}")

    assert STANDSTILL in response.text
    assert "#status" not in response.text


def open_page(web: Web, user: User) -> Reader:
    return Reader(web.port, "/live/stream/?queue=mine", cookie=cookie_of(sign_in(user)))
