"""Having a checked file loaded, and what came of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from console.audit.models import AuditEntry
from console.campaigns.models import ListUpload
from engage.models import Campaign, Command, ListLoad
from tests.console.campaigns.lists import (
    FRAGMENT,
    GOOD_AND_BAD,
    address,
    begin_check,
    check,
    fragment,
    load,
    make_file,
    make_upload,
    make_webinar,
    reread,
)
from tests.html import parse

State = ListUpload.State


@pytest.fixture
def campaign(db: None) -> Campaign:
    return make_webinar()


@pytest.fixture
def upload(campaign: Campaign, sue: User) -> ListUpload:
    return make_upload(campaign=campaign, by=sue, content=GOOD_AND_BAD)


def test_load_is_asked_for_with_an_entry_of_the_trail(sue_client: Client, sue: User, upload: ListUpload) -> None:
    upload = check(upload)

    response = load(sue_client, upload)

    upload, command, entry = reread(upload), Command.objects.get(), AuditEntry.objects.get(action="loaded list")
    assert response.status_code == 200
    assert "Waiting to be sent" in fragment(response).text
    assert upload.load
    assert (command.kind, command.text, command.created_by) == (Command.Kind.LOAD_LIST, "May leads", sue)
    assert upload.load.command == command
    assert (upload.state, upload.source) == (State.ASKED, None)
    assert (entry.by, entry.action, entry.subject, entry.campaign_id) == (
        sue,
        "loaded list",
        "May leads",
        upload.campaign_id,
    )
    assert entry.after == {
        "rows": 1,
        "left_out": 1,
        "file": "May leads.csv",
        "columns": {"Mobile": "Phone", "First Name": "FirstName", "Town": "City", "Zip Code": "Zip"},
        "command": command.pk,
    }


def test_double_click_loads_once(sue_client: Client, upload: ListUpload) -> None:
    upload = check(upload)
    page = parse(sue_client.get(address(upload)).content)
    key = page.by_id("load-form").one("input", name="key").attributes["value"]

    answers = [load(sue_client, upload, key=key).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert Command.objects.count() == AuditEntry.objects.filter(action="loaded list").count() == 1


def test_second_person_who_loads_the_same_file_is_told(sue_client: Client, upload: ListUpload) -> None:
    upload = check(upload)
    load(sue_client, upload)

    response = load(sue_client, upload)

    assert response.status_code == 422
    assert "being loaded already" in fragment(response).text
    assert Command.objects.count() == 1


@pytest.mark.parametrize("prepare", [lambda upload: upload, begin_check])
def test_file_that_is_not_checked_is_not_loaded(
    sue_client: Client, upload: ListUpload, prepare: Callable[[ListUpload], ListUpload]
) -> None:
    prepare(upload)

    assert load(sue_client, upload).status_code in (409, 422)
    assert not Command.objects.exists()


def test_nothing_good_is_nothing_to_load(sue_client: Client, sue: User, campaign: Campaign) -> None:
    upload = check(make_upload(campaign=campaign, by=sue, content=make_file("n/a,Ada,Troy,12180")))

    page = fragment(sue_client.get(address(upload), headers=FRAGMENT))
    response = load(sue_client, upload)

    assert "None of 1 rows can be loaded" in page.text
    assert response.status_code == 422
    assert not Command.objects.exists()


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        (Command.State.SENDING, "", "Sending it to Engage"),
        (Command.State.ACCEPTED, "", "Engage has the file"),
        (Command.State.CHECKING, "", "No answer from Engage, checking"),
        (Command.State.REJECTED, "422: no Phone", "Refused by Engage 422: no Phone"),
        (Command.State.UNCONFIRMED, "The list may have been loaded.", "The list may have been loaded."),
    ],
)
def test_progress_of_a_load_is_said_in_words(
    sue_client: Client, upload: ListUpload, state: Command.State, reason: str, words: str
) -> None:
    upload = check(upload)
    load(sue_client, upload)
    Command.objects.update(state=state, reason=reason)

    section = fragment(sue_client.get(address(upload), headers=FRAGMENT))

    assert words in section.text
    is_moving = state in (Command.State.SENDING, Command.State.ACCEPTED, Command.State.CHECKING)
    assert ("hx-trigger" in section.attributes) is is_moving


def test_result_is_shown_whatever_its_shape(sue_client: Client, upload: ListUpload) -> None:
    upload = check(upload)
    load(sue_client, upload)
    Command.objects.update(state=Command.State.CONFIRMED)
    result = {
        "status": "COMPLETED",
        "total": 1200,
        "accepted": 1190,
        "rejected": 10,
        "errors": [{"row": 7, "reason": "<b>duplicate</b>"}, "row 9: bad", 5],
        "tookSeconds": 3,
    }
    ListLoad.objects.filter(pk=upload.load_id).update(result=result)

    section = fragment(sue_client.get(address(upload), headers=FRAGMENT))

    assert "Loaded 1,200 in the file, 1,190 accepted, 10 rejected" in section.text
    assert [line.text for line in section.one("ul", class_="result-errors").every("li")] == [
        "row 7, reason <b>duplicate</b>",
        "row 9: bad",
        "5",
    ]
    assert '"tookSeconds": 3' in section.one("pre").text
    for odd in ([], "done", None, 7, {"errors": "none", "accepted": "many"}):
        ListLoad.objects.filter(pk=upload.load_id).update(result=odd)
        assert sue_client.get(address(upload)).status_code == 200


def test_person_decides_about_a_load_without_an_answer(sue_client: Client, upload: ListUpload) -> None:
    upload = check(upload)
    load(sue_client, upload)
    Command.objects.update(state=Command.State.UNCONFIRMED)

    section = fragment(sue_client.get(address(upload), headers=FRAGMENT))
    response = sue_client.post(address(upload, "decision/"), {"decision": "mark_sent"}, headers=FRAGMENT)

    assert [button.text for button in section.every("button", name="decision")] == [
        "It was loaded",
        "Load it again",
        "Leave it",
    ]
    assert "Loaded" in fragment(response).text
    assert Command.objects.get().state == Command.State.CONFIRMED
    assert AuditEntry.objects.filter(action="marked as loaded", before__state="unconfirmed").exists()
    late = sue_client.post(address(upload, "decision/"), {"decision": "discard"}, headers=FRAGMENT)
    assert late.status_code == 409


def test_load_that_waits_can_be_cancelled(sue_client: Client, upload: ListUpload) -> None:
    upload = check(upload)
    load(sue_client, upload)

    response = sue_client.post(address(upload, "decision/"), {"decision": "cancel"}, headers=FRAGMENT)

    assert response.status_code == 200
    assert Command.objects.get().state == Command.State.CANCELLED


def test_senseless_decision_is_refused(sue_client: Client, upload: ListUpload) -> None:
    response = sue_client.post(address(upload, "decision/"), {"decision": "cancel"}, headers=FRAGMENT)

    assert response.status_code == 422
