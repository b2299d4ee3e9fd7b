"""What people do at the desk stands in the audit trail: once, with before and after, and without anybody's words."""

from __future__ import annotations

import json
import uuid

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from console.audit.models import AuditEntry
from engage.models import Command, Conversation
from tests.factories import make_conversation, make_reply

WORDS = "Words that nobody may find in the trail"
State = Command.State


def post(client: Client, conversation: Conversation, path: str, **fields: str) -> int:
    address = f"/conversations/{conversation.pk}/{path}/"
    return client.post(address, fields, headers={"hx-request": "true"}, REMOTE_ADDR="192.0.2.7").status_code


def test_reply_says_who_what_when_and_from_where(client: Client, ada: User) -> None:
    conversation = make_conversation(name="Maria Reyes")

    post(client, conversation, "replies", text=WORDS)

    entry, command = AuditEntry.objects.get(), Command.objects.get()
    assert (entry.by, entry.action, entry.subject) == (ada, "wrote reply", f"conversation {conversation.pk}")
    assert (entry.conversation_id, entry.campaign_id) == (conversation.pk, conversation.campaign_id)
    assert entry.after == {"command": command.pk, "agent": "ada"}
    assert entry.address == "192.0.2.7"
    assert entry.request_id


def test_reply_costs_one_insert(client: Client, ada: User) -> None:
    conversation = make_conversation(assigned_to=ada)

    with CaptureQueriesContext(connection) as queries:
        post(client, conversation, "replies", text=WORDS)

    of_trail = [query["sql"] for query in queries if "audit_auditentry" in query["sql"]]
    assert len(of_trail) == 1
    assert of_trail[0].startswith("INSERT")


def test_same_click_twice_is_one_entry(client: Client) -> None:
    conversation, key = make_conversation(), str(uuid.uuid4())

    post(client, conversation, "replies", text=WORDS, key=key)
    post(client, conversation, "replies", text=WORDS, key=key)
    post(client, conversation, "disposition", name="OK", key=(other := str(uuid.uuid4())))
    post(client, conversation, "disposition", name="OK", key=other)

    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "wrote reply",
        "chose disposition",
    ]


def test_refused_reply_leaves_no_entry(client: Client, ben: User) -> None:
    conversation = make_conversation(assigned_to=ben)

    status = post(client, conversation, "replies", text=WORDS)

    assert status == 422
    assert not AuditEntry.objects.exists()


def test_taking_over_says_from_whom(client: Client, ben: User) -> None:
    conversation = make_conversation(assigned_to=ben)

    post(client, conversation, "replies", text=WORDS, take_over="true")

    entry = AuditEntry.objects.get()
    assert (entry.before, entry.after["agent"]) == ({"agent": "ben"}, "ada")


def test_assignment_is_written_down_from_claim_to_release(
    client: Client, sue_client: Client, ada: User, ben: User
) -> None:
    conversation = make_conversation()

    post(client, conversation, "claim")
    post(client, conversation, "claim")
    post(sue_client, conversation, "assign", agent=str(ben.pk))
    post(sue_client, conversation, "release")

    entries = AuditEntry.objects.order_by("id")
    assert [(entry.action, entry.before, entry.after) for entry in entries] == [
        ("claimed conversation", {}, {"agent": "ada"}),
        ("assigned conversation", {"agent": "ada"}, {"agent": "ben"}),
        ("released conversation", {"agent": "ben"}, {}),
    ]


def test_disposition_names_what_was_chosen(client: Client) -> None:
    conversation = make_conversation()

    post(client, conversation, "disposition", name="Call back")

    entry = AuditEntry.objects.get()
    assert entry.after == {"command": Command.objects.get().pk, "disposition": "Call back"}


@pytest.mark.parametrize(
    ("state", "decision", "action", "after"),
    [
        (State.QUEUED, "cancel", "cancelled reply", State.CANCELLED),
        (State.UNCONFIRMED, "send_again", "sent reply again", State.QUEUED),
        (State.UNCONFIRMED, "mark_sent", "marked reply as sent", State.CONFIRMED),
        (State.UNCONFIRMED, "discard", "discarded reply", State.DISCARDED),
        (State.PROBABLE, "same", "recognised reply", State.CONFIRMED),
        (State.PROBABLE, "different", "did not recognise reply", State.UNCONFIRMED),
        (State.HELD, "release", "released reply", State.QUEUED),
    ],
)
def test_every_decision_is_written_down(
    sue_client: Client, sue: User, ada: User, state: Command.State, decision: str, action: str, after: Command.State
) -> None:
    command = make_reply(conversation=make_conversation(), by=ada, state=state, text=WORDS)
    assert command.conversation

    status = post(sue_client, command.conversation, f"replies/{command.pk}/decision", decision=decision)

    entry = AuditEntry.objects.get()
    assert status == 200
    assert (entry.by, entry.action) == (sue, action)
    assert entry.before == {"command": command.pk, "state": state.value}
    assert entry.after == {"state": after.value}


def test_decision_that_was_refused_leaves_no_entry(client: Client, ada: User) -> None:
    command = make_reply(conversation=make_conversation(), by=ada, state=State.SENDING)
    assert command.conversation

    post(client, command.conversation, f"replies/{command.pk}/decision", decision="discard")

    assert not AuditEntry.objects.exists()


def test_trail_holds_nobodys_words_and_no_leads_name(client: Client) -> None:
    conversation = make_conversation(name="Maria Reyes", text=WORDS)

    post(client, conversation, "replies", text=WORDS)
    post(client, conversation, "disposition", name="OK")
    post(client, conversation, "release")

    whole = json.dumps(list(AuditEntry.objects.values("action", "subject", "before", "after")))
    assert AuditEntry.objects.count() == 3
    assert "Words" not in whole
    assert "Maria" not in whole
    assert conversation.lead.phone not in whole
