from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from engage.models import Command
from tests.factories import make_campaign, make_conversation, make_message, make_reply, make_team
from tests.html import parse

FRAGMENT = {"hx-request": "true"}
State = Command.State


def decide(client: Client, command: Command, decision: str) -> HttpResponse:
    address = f"/conversations/{command.conversation_id}/replies/{command.id}/decision/"
    return client.post(address, {"decision": decision}, headers=FRAGMENT)


@pytest.mark.parametrize(
    ("before", "decision", "after"),
    [
        (State.QUEUED, "cancel", State.CANCELLED),
        (State.RETRY_WAIT, "cancel", State.CANCELLED),
        (State.UNCONFIRMED, "send_again", State.QUEUED),
        (State.UNCONFIRMED, "mark_sent", State.CONFIRMED),
        (State.UNCONFIRMED, "discard", State.DISCARDED),
    ],
)
def test_decision_moves_the_reply_on(
    client: Client, ada: User, before: Command.State, decision: str, after: Command.State
) -> None:
    command = make_reply(conversation=make_conversation(), by=ada, state=before)

    response = decide(client, command, decision)

    command.refresh_from_db()
    assert response.status_code == 200
    assert command.state == after
    assert b"<html" not in response.content


@pytest.mark.parametrize(("decision", "after"), [("same", State.CONFIRMED), ("different", State.UNCONFIRMED)])
def test_text_that_may_be_the_reply_is_recognised_by_a_person(
    client: Client, ada: User, decision: str, after: Command.State
) -> None:
    conversation = make_conversation()
    text = make_message(conversation=conversation, is_inbound=False, text="Yes there is")
    command = make_reply(conversation=conversation, by=ada, state=State.PROBABLE, message=text)

    decide(client, command, decision)

    command.refresh_from_db()
    assert command.state == after


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        (State.QUEUED, ["Cancel"]),
        (State.SENDING, []),
        (State.CHECKING, []),
        (State.PROBABLE, ["Yes, the same", "No, another"]),
        (State.UNCONFIRMED, ["Send again", "It was sent", "Discard"]),
        (State.REJECTED, ["Use the text again"]),
        (State.CONFIRMED, []),
    ],
)
def test_each_state_offers_what_can_be_done(
    client: Client, ada: User, state: Command.State, buttons: list[str]
) -> None:
    command = make_reply(conversation=make_conversation(), by=ada, state=state)

    page = parse(client.get(f"/conversations/{command.conversation_id}/").content)

    assert [button.text for button in page.by_id(f"reply-{command.id}").every("button")] == buttons


def test_decision_that_comes_too_late_is_told(client: Client, ada: User) -> None:
    command = make_reply(conversation=make_conversation(), by=ada, state=State.SENDING)

    response = decide(client, command, "cancel")

    command.refresh_from_db()
    assert response.status_code == 409
    assert command.state == State.SENDING
    assert "moved on" in parse(response.content).text


def test_unknown_decision_is_refused(client: Client, ada: User) -> None:
    command = make_reply(conversation=make_conversation(), by=ada, state=State.UNCONFIRMED)

    response = decide(client, command, "explode")

    command.refresh_from_db()
    assert response.status_code == 422
    assert command.state == State.UNCONFIRMED


def test_reply_of_another_conversation_does_not_exist_here(client: Client, ada: User) -> None:
    command = make_reply(conversation=make_conversation(), by=ada)
    elsewhere = make_conversation()

    response = client.post(f"/conversations/{elsewhere.id}/replies/{command.id}/decision/", {"decision": "cancel"})

    assert response.status_code == 404


def test_another_teams_reply_does_not_exist(client: Client, ada: User, ben: User) -> None:
    command = make_reply(conversation=make_conversation(), by=ben)
    make_team(campaigns=(make_campaign(),), members=(ada,))

    assert decide(client, command, "cancel").status_code == 404


def test_only_posting_is_allowed(client: Client, ada: User) -> None:
    command = make_reply(conversation=make_conversation(), by=ada)

    assert client.get(f"/conversations/{command.conversation_id}/replies/{command.id}/decision/").status_code == 405
