from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from console.inbox.models import Assignment, DeskEvent
from engage.models import Change, Command, Conversation
from tests.factories import make_campaign, make_conversation, make_message, make_opt_out, make_reply, make_team, refresh
from tests.html import parse

FRAGMENT = {"hx-request": "true"}


def send(client: Client, conversation: Conversation, text: str = "Yes, there is.", **fields: Any) -> HttpResponse:
    seen = conversation.heard_through
    fields = {"text": text, "key": uuid.uuid4(), "seen_through": seen} | fields
    return client.post(f"/conversations/{conversation.id}/replies/", fields, headers=FRAGMENT)


def test_reply_is_queued_and_stands_in_the_thread(client: Client, ada: User) -> None:
    conversation = make_conversation()
    key = uuid.uuid4()

    response = send(client, conversation, "Yes.\r\nAnd a video.", key=key)

    command = Command.objects.get()
    assert (command.key, command.text, command.created_by) == (key, "Yes.\nAnd a video.", ada)
    thread = parse(response.content).by_id("thread")
    assert thread.by_id(f"reply-{command.id}").one(class_="message-text").text == "Yes. And a video."
    assert response.status_code == 200
    assert b"<html" not in response.content


def test_reply_ends_the_wait_and_is_announced(client: Client) -> None:
    conversation = make_conversation()

    send(client, conversation)

    conversation.refresh_from_db()
    assert conversation.waiting_since is None
    assert Change.objects.filter(conversation_id=conversation.id).exists()


def test_reply_claims_a_conversation_that_nobody_works(client: Client, ada: User) -> None:
    conversation = make_conversation()

    send(client, conversation)

    assert Assignment.objects.get().agent == ada
    assert DeskEvent.objects.get().kind == DeskEvent.Kind.CLAIMED


def test_without_scripts_the_page_is_shown_again(client: Client) -> None:
    conversation = make_conversation()

    response = client.post(f"/conversations/{conversation.id}/replies/?queue=mine", {"text": "Yes."})

    assert Command.objects.get().text == "Yes."
    assert response.status_code == 302
    assert response.headers["Location"] == f"/conversations/{conversation.id}/?queue=mine"


def test_same_form_twice_is_one_reply(client: Client) -> None:
    conversation = make_conversation()
    key = uuid.uuid4()

    responses = [send(client, conversation, key=key) for _ in range(2)]

    assert Command.objects.count() == 1
    assert [response.status_code for response in responses] == [200, 200]


def test_used_form_with_other_words_is_refused_and_gets_a_new_key(client: Client) -> None:
    conversation = make_conversation()
    key = uuid.uuid4()
    send(client, conversation, "first", key=key)

    response = send(client, conversation, "second", key=key)

    assert response.status_code == 422
    assert [command.text for command in Command.objects.all()] == ["first"]
    form = parse(response.content).by_id("reply-form")
    assert form.one("textarea").text == "second"
    assert form.one("input", name="key").attributes["value"] != str(key)


def test_blank_reply_is_refused(client: Client) -> None:
    conversation = make_conversation()

    response = send(client, conversation, "  \n ")

    assert response.status_code == 422
    assert not Command.objects.exists()
    assert not Assignment.objects.exists()
    assert b"<html" not in response.content


def test_reply_too_long_is_refused_with_every_word_kept(client: Client) -> None:
    conversation = make_conversation()

    response = send(client, conversation, "x" * 1601)

    assert response.status_code == 422
    assert parse(response.content).by_id("reply-form").one("textarea").text == "x" * 1601


def test_reply_to_an_opted_out_number_is_refused(client: Client) -> None:
    conversation = make_conversation()
    make_opt_out(conversation=conversation)

    response = send(client, conversation)

    assert response.status_code == 422
    assert not Command.objects.exists()
    assert "They opted out" in parse(response.content).by_id("reply-form").text


def test_newer_text_stops_the_reply_and_is_shown_with_send_anyway(client: Client) -> None:
    conversation = make_conversation(waiting=timedelta(minutes=6))
    seen = conversation.heard_through
    make_message(conversation=conversation, text="Forget it, I found one")

    refused = send(client, conversation, seen_through=seen)
    form = parse(refused.content).by_id("reply-form")
    fields = {field.attributes["name"]: field.attributes["value"] for field in form.every("input")}
    sent = send(client, conversation, form.one("textarea").text, **fields)

    assert refused.status_code == 422
    assert form.one("blockquote").text == "Forget it, I found one"
    assert "Send anyway" in form.text
    assert sent.status_code == 200
    assert Command.objects.count() == 1


def test_reply_in_somebody_elses_conversation_is_refused(client: Client, ben: User) -> None:
    conversation = make_conversation(assigned_to=ben)

    response = send(client, conversation)

    assert response.status_code == 422
    assert not Command.objects.exists()
    form = parse(response.content).by_id("reply-form")
    assert "Ben works this conversation." in form.text
    assert form.one("textarea").text == "Yes, there is."


def test_reply_after_taking_over_is_sent_and_seen_by_the_other(client: Client, ada: User, ben: User) -> None:
    conversation = make_conversation(assigned_to=ben)

    response = send(client, conversation, take_over="true")

    assert response.status_code == 200
    assert Assignment.objects.get().agent == ada
    assert DeskEvent.objects.get().by == ada


def test_refused_reply_without_scripts_keeps_its_words_on_the_page(client: Client, ben: User) -> None:
    conversation = make_conversation(assigned_to=ben)

    response = client.post(f"/conversations/{conversation.id}/replies/", {"text": "Yes."})

    page = parse(response.content)
    assert response.status_code == 422
    assert page.by_id("reply-form").one("textarea").text == "Yes."
    assert page.by_id("queue-list").every("li")


def test_another_teams_conversation_does_not_exist(client: Client, ada: User) -> None:
    conversation = make_conversation()
    make_team(campaigns=(make_campaign(),), members=(ada,))

    assert send(client, conversation).status_code == 404
    assert not Command.objects.exists()


def test_only_posting_is_allowed(client: Client) -> None:
    conversation = make_conversation()

    assert client.get(f"/conversations/{conversation.id}/replies/").status_code == 405


def test_reply_without_a_token_against_forgery_is_refused(ada: User) -> None:
    conversation = make_conversation()
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)

    response = send(client, conversation)

    assert response.status_code == 403
    assert not Command.objects.exists()


def test_failed_reply_brings_the_conversation_back(client: Client, ada: User) -> None:
    conversation = make_conversation()
    make_reply(conversation=conversation, by=ada, state=Command.State.UNCONFIRMED, created_at=timezone.now())
    refresh(conversation)

    page = parse(client.get("/").content)

    assert page.by_id(f"conversation-{conversation.id}")


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"text": "x" * 20_001}, "too long"), ({"key": "no key"}, "Reload it"), ({"seen_through": "then"}, "Reload it")],
)
def test_refused_form_says_why_and_keeps_the_words(client: Client, fields: dict[str, str], words: str) -> None:
    conversation = make_conversation()

    response = send(client, conversation, **({"text": "Yes, there is."} | fields))

    form = parse(response.content).by_id("reply-form")
    assert response.status_code == 422
    assert words in form.one(role="alert").text
    assert form.by_id("reply-text").text == fields.get("text", "Yes, there is.")
    assert not Command.objects.exists()


def test_text_with_a_nul_is_sent_without_it(client: Client) -> None:
    response = send(client, make_conversation(), "Yes\0, there is.")

    assert response.status_code == 200
    assert Command.objects.get().text == "Yes, there is."


@pytest.mark.parametrize("text", ["\u200b", "\u3164 \u2800", "\ufeff", "\u00ad\u2060"])
def test_text_in_which_nothing_can_be_seen_is_not_sent(client: Client, text: str) -> None:
    response = send(client, make_conversation(), text)

    assert response.status_code == 422
    assert not Command.objects.exists()
