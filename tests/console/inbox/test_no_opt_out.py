from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from console.audit.models import AuditEntry
from console.inbox.models import DeskEvent
from engage.mirror.judging import find_doubts
from engage.models import Change, Conversation
from tests.factories import make_campaign, make_conversation, make_message, make_team
from tests.html import parse

FRAGMENT = {"hx-request": "true"}
DOUBTFUL = "please stop bothering me about the other thing"


def answer(client: Client, conversation: Conversation, **fields: str) -> HttpResponse:
    return client.post(f"/conversations/{conversation.pk}/no-opt-out/", fields, headers=FRAGMENT)


def seen(conversation: Conversation) -> dict[str, str]:
    return {"doubt": find_doubts(conversation).mark}


def test_banner_is_gone_and_it_is_written_down(client: Client, ada: User) -> None:
    conversation = make_conversation(text=DOUBTFUL)
    assert conversation.may_be_opt_out

    response = answer(client, conversation, **seen(conversation))

    conversation.refresh_from_db()
    thread = parse(response.content).by_id("thread")
    entry = AuditEntry.objects.get()
    assert not conversation.may_be_opt_out
    assert not thread.every(class_="banner")
    assert "Ada read it: not an opt-out" in thread.text
    assert (entry.by, entry.action, entry.conversation_id) == (ada, "denied opt-out", conversation.pk)
    assert Change.objects.filter(conversation_id=conversation.pk).exists()


def test_lead_still_waits_for_an_answer(client: Client) -> None:
    conversation = make_conversation(text=DOUBTFUL)
    since = conversation.waiting_since

    answer(client, conversation, **seen(conversation))

    conversation.refresh_from_db()
    assert conversation.waiting_since == since


def test_next_text_of_the_kind_asks_again(client: Client) -> None:
    conversation = make_conversation(text=DOUBTFUL)
    answer(client, conversation, **seen(conversation))

    make_message(conversation=conversation, text=DOUBTFUL)

    assert conversation.may_be_opt_out


def test_judgement_outlives_other_texts(client: Client) -> None:
    conversation = make_conversation(text=DOUBTFUL)
    answer(client, conversation, **seen(conversation))

    make_message(conversation=conversation, text="And what does it cost?")

    assert not conversation.may_be_opt_out


def test_text_that_came_in_unseen_keeps_the_banner(client: Client) -> None:
    conversation = make_conversation(text=DOUBTFUL)
    read = seen(conversation)
    make_message(conversation=conversation, text=DOUBTFUL)

    answer(client, conversation, **read)

    conversation.refresh_from_db()
    assert conversation.may_be_opt_out


def test_text_that_comes_late_and_is_dated_before_the_answer_asks(client: Client) -> None:
    conversation = make_conversation(text=DOUBTFUL)
    answer(client, conversation, **seen(conversation))

    make_message(conversation=conversation, text=DOUBTFUL, sent_at=timezone.now() - timedelta(hours=2))

    assert conversation.may_be_opt_out


def test_second_answer_is_refused(client: Client) -> None:
    conversation = make_conversation(text=DOUBTFUL)
    read = seen(conversation)
    answer(client, conversation, **read)

    response = answer(client, conversation, **read)

    assert response.status_code == 409
    assert DeskEvent.objects.count() == 1
    assert AuditEntry.objects.count() == 1


def test_without_what_was_read_it_is_refused(client: Client) -> None:
    conversation = make_conversation(text=DOUBTFUL)

    response = answer(client, conversation)

    conversation.refresh_from_db()
    assert response.status_code == 422
    assert conversation.may_be_opt_out


def test_another_teams_conversation_does_not_exist(client: Client, ada: User) -> None:
    conversation = make_conversation(text=DOUBTFUL)
    make_team(campaigns=(make_campaign(),), members=(ada,))

    assert answer(client, conversation, **seen(conversation)).status_code == 404


def test_only_posting_is_allowed(client: Client) -> None:
    conversation = make_conversation(text=DOUBTFUL)

    assert client.get(f"/conversations/{conversation.pk}/no-opt-out/").status_code == 405
