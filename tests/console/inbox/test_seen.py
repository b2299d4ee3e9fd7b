"""Who replies, finishes or claims has seen what stood on their page; if more was heard, they are shown it first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from console.inbox.models import Assignment
from engage.models import Command, Conversation
from tests.factories import make_conversation, make_disposition, make_message
from tests.html import Element, parse

FRAGMENT = {"hx-request": "true"}
LATE = "One more: is Tuesday fine?"


def page_of(client: Client, conversation: Conversation) -> Element:
    return parse(client.get(f"/conversations/{conversation.pk}/").content)


def fields_of(form: Element) -> dict[str, str]:
    return {
        field.attributes["name"]: field.attributes["value"]
        for field in form.every("input")
        if field.attributes["name"] != "csrfmiddlewaretoken"
    }


def post(client: Client, conversation: Conversation, act: str, **fields: object) -> HttpResponse:
    return client.post(f"/conversations/{conversation.pk}/{act}/", fields, headers=FRAGMENT)


def say_late(conversation: Conversation, text: str = LATE) -> None:
    """Heard now, and dated before everything else."""
    make_message(conversation=conversation, text=text, sent_at=timezone.now() - timedelta(hours=1))


def test_page_says_which_text_was_heard_last_not_which_is_dated_last(client: Client) -> None:
    conversation = make_conversation()
    say_late(conversation)

    page = page_of(client, conversation)

    newest = conversation.messages.order_by("id").last()
    assert newest
    assert newest.text == LATE
    assert page.by_id("thread").attributes["data-seen"] == str(newest.pk)
    assert fields_of(page.by_id("reply-form"))["seen_through"] == str(newest.pk)
    assert page.by_id(f"conversation-{conversation.pk}").attributes["data-heard"] == str(newest.pk)


def test_reply_is_held_by_a_text_heard_since_with_an_early_date(client: Client) -> None:
    conversation = make_conversation()
    fields = fields_of(page_of(client, conversation).by_id("reply-form"))
    say_late(conversation)

    refused = post(client, conversation, "replies", **fields | {"text": "See you."})

    form = parse(refused.content).by_id("reply-form")
    assert refused.status_code == 422
    assert [quote.text for quote in form.every("blockquote")] == [LATE]
    assert form.one("textarea").text == "See you."
    assert not Command.objects.exists()
    assert post(client, conversation, "replies", **fields_of(form) | {"text": "See you."}).status_code == 200


def test_reply_shows_all_that_came_meanwhile(client: Client) -> None:
    conversation = make_conversation()
    fields = fields_of(page_of(client, conversation).by_id("reply-form"))
    make_message(conversation=conversation, text="Wait")
    say_late(conversation)

    refused = post(client, conversation, "replies", **fields | {"text": "See you."})

    assert [quote.text for quote in parse(refused.content).by_id("reply-form").every("blockquote")] == [LATE, "Wait"]


def test_page_on_which_nobody_had_written_yet_has_seen_nothing(client: Client) -> None:
    conversation = make_conversation(waiting=None)
    fields = fields_of(page_of(client, conversation).by_id("reply-form"))
    make_message(conversation=conversation, text="Hi")

    assert post(client, conversation, "replies", **fields | {"text": "Hello"}).status_code == 422


@pytest.mark.parametrize("unreadable", ["2026-11-28T10:00:00+00:00", "-1", "x", "9" * 40])
def test_what_says_nothing_readable_of_what_was_seen_is_held(client: Client, unreadable: str) -> None:
    conversation = make_conversation()

    assert post(client, conversation, "replies", text="Hello", seen_through=unreadable).status_code == 422


def test_finish_is_held_with_what_came_meanwhile_and_can_be_confirmed(client: Client) -> None:
    conversation = make_conversation()
    fields = fields_of(page_of(client, conversation).by_id("disposition-form"))
    say_late(conversation)

    refused = post(client, conversation, "disposition", **fields | {"name": "OK"})

    form = parse(refused.content).by_id("disposition-form")
    assert refused.status_code == 422
    assert form.one("blockquote").text == LATE
    assert not Command.objects.exists()
    anyway = form.one("button", name="name").attributes["value"]
    assert post(client, conversation, "disposition", **fields_of(form) | {"name": anyway}).status_code == 200
    assert Command.objects.get().text == "OK"


def test_finish_that_stops_all_texts_asks_once_for_each_reason(client: Client) -> None:
    conversation = make_conversation()
    fields = fields_of(page_of(client, conversation).by_id("disposition-form")) | {"name": "Opt out"}
    say_late(conversation)

    warned = parse(post(client, conversation, "disposition", **fields).content).by_id("disposition-form")
    held = post(client, conversation, "disposition", **fields_of(warned) | {"name": "Opt out"})

    form = parse(held.content).by_id("disposition-form")
    assert held.status_code == 422
    assert form.one("blockquote").text == LATE
    assert post(client, conversation, "disposition", **fields_of(form) | {"name": "Opt out"}).status_code == 200


def test_claim_is_held_by_a_text_that_was_not_on_the_page(client: Client) -> None:
    conversation = make_conversation()
    page = page_of(client, conversation)
    claim = next(form for form in page.every("form") if "/claim/" in form.attributes.get("action", ""))
    say_late(conversation)

    refused = post(client, conversation, "claim", **fields_of(claim))

    assert refused.status_code == 422
    assert LATE in parse(refused.content).by_id("thread").text
    assert not Assignment.objects.exists()


def test_doubt_outlives_a_finish_and_keeps_its_place_in_the_queue(client: Client) -> None:
    conversation = make_conversation(text="please take me off your list")
    make_disposition(conversation=conversation, name="Call back")

    page = parse(client.get("/?queue=needs-reply").content)

    assert conversation.status == Conversation.Status.CLOSED
    assert "May be an opt-out" in page.by_id(f"conversation-{conversation.pk}").text
