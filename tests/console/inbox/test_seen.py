"""Who replies, finishes or claims has seen what stood on their page; if more was heard, they are shown it first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from console.inbox.models import Assignment
from engage.models import Command, Conversation
from tests.factories import make_conversation, make_disposition, make_message, make_reply
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


def form_to(page: Element, act: str) -> dict[str, str]:
    return fields_of(next(form for form in page.every("form") if f"/{act}/" in form.attributes.get("action", "")))


def buttons_of(element: Element) -> list[str]:
    return [button.text for button in element.every("button")]


def make_unconfirmed(conversation: Conversation, by: User, *, kind: str = "reply", text: str = "At six.") -> Command:
    state = Command.State.UNCONFIRMED
    seen = conversation.heard_through
    return make_reply(conversation=conversation, by=by, state=state, kind=kind, text=text, seen_through=seen)


@pytest.mark.parametrize("act", ["claim", "release", "assign"])
def test_handing_over_is_held_with_what_came_and_can_be_done_all_the_same(
    sue_client: Client, sue: User, ben: User, act: str
) -> None:
    conversation = make_conversation(assigned_to=sue if act == "release" else None)
    fields = form_to(page_of(sue_client, conversation), act) | ({"agent": str(ben.pk)} if act == "assign" else {})
    before = list(Assignment.objects.values_list("agent", flat=True))
    say_late(conversation, "Is parking free?")

    refused = post(sue_client, conversation, act, **fields)

    held = parse(refused.content).by_id("held-act")
    assert refused.status_code == 422
    assert list(Assignment.objects.values_list("agent", flat=True)) == before
    assert held.one("blockquote").text == "Is parking free?"
    (anyway,) = held.every("button")
    assert anyway.text.endswith("anyway")
    once_more = fields_of(held) | ({"agent": anyway.attributes["value"]} if act == "assign" else {})
    done = post(sue_client, conversation, act, **once_more)
    assert done.status_code == 200
    assert not parse(done.content).every(id="held-act")
    assert (
        list(Assignment.objects.values_list("agent", flat=True))
        == {
            "claim": [sue.pk],
            "release": [],
            "assign": [ben.pk],
        }[act]
    )


def test_without_scripts_the_page_shows_what_came(client: Client) -> None:
    conversation = make_conversation()
    fields = form_to(page_of(client, conversation), "claim")
    say_late(conversation, "Is parking free?")

    refused = client.post(f"/conversations/{conversation.pk}/claim/", fields)

    held = parse(refused.content).by_id("held-act")
    assert refused.status_code == 422
    assert held.one("blockquote").text == "Is parking free?"
    assert buttons_of(held) == ["Claim anyway"]


def test_sending_again_is_held_by_a_text_heard_since(client: Client, ada: User) -> None:
    conversation = make_conversation()
    command = make_unconfirmed(conversation, ada)
    act = f"replies/{command.pk}/decision"
    fields = form_to(page_of(client, conversation), act) | {"decision": "send_again"}
    say_late(conversation, "No, at seven!")

    refused = post(client, conversation, act, **fields)

    command.refresh_from_db()
    held = parse(refused.content).by_id("held-act")
    assert refused.status_code == 422
    assert command.state == Command.State.UNCONFIRMED
    assert held.one("blockquote").text == "No, at seven!"
    assert buttons_of(held) == ["Send again anyway"]
    assert post(client, conversation, act, **fields_of(held) | {"decision": "send_again"}).status_code == 200
    command.refresh_from_db()
    assert command.state == Command.State.QUEUED


def test_text_heard_since_a_reply_waits_also_when_the_reply_is_sent_again(client: Client, ada: User) -> None:
    conversation = make_conversation()
    command = make_unconfirmed(conversation, ada)
    say_late(conversation, "No, at seven!")
    seen = conversation.messages.order_by("id").last()
    assert seen

    sent = post(client, conversation, f"replies/{command.pk}/decision", decision="send_again", seen_through=seen.pk)

    conversation.refresh_from_db()
    assert sent.status_code == 200
    assert conversation.waiting_since == seen.sent_at


def test_finish_that_is_set_again_ends_what_was_read_with_it(client: Client, ada: User) -> None:
    conversation = make_conversation()
    command = make_unconfirmed(conversation, ada, kind="disposition", text="OK")
    say_late(conversation, "Thanks then")
    seen = conversation.messages.order_by("id").last()
    assert seen

    act = f"replies/{command.pk}/decision"
    assert post(client, conversation, act, decision="send_again", seen_through=seen.pk - 1).status_code == 422
    assert post(client, conversation, act, decision="send_again", seen_through=seen.pk).status_code == 200

    command.refresh_from_db()
    assert command.seen_through == seen.pk


def test_what_is_held_back_is_not_released_over_a_text_heard_since(sue_client: Client, ada: User) -> None:
    conversation = make_conversation()
    command = make_unconfirmed(conversation, ada)
    Command.objects.update(state=Command.State.HELD)
    act = f"replies/{command.pk}/decision"
    fields = form_to(page_of(sue_client, conversation), act) | {"decision": "release"}
    say_late(conversation, "Never mind")

    refused = post(sue_client, conversation, act, **fields)

    assert refused.status_code == 422
    assert buttons_of(parse(refused.content).by_id("held-act")) == ["Release anyway"]


@pytest.mark.parametrize("decision", ["mark_sent", "discard"])
def test_what_sends_nothing_asks_nobody(client: Client, ada: User, decision: str) -> None:
    conversation = make_conversation()
    command = make_unconfirmed(conversation, ada)
    fields = form_to(page_of(client, conversation), f"replies/{command.pk}/decision")
    say_late(conversation)

    decided = post(client, conversation, f"replies/{command.pk}/decision", **fields | {"decision": decision})

    assert decided.status_code == 200


@pytest.mark.parametrize("headers", [FRAGMENT, {}])
def test_list_of_decisions_shows_what_they_wrote_since_before_it_sends_again(
    client: Client, ada: User, headers: dict[str, str]
) -> None:
    conversation = make_conversation()
    command = make_unconfirmed(conversation, ada)
    say_late(conversation, "Make it eight")
    # Heard before the list was read, but the list shows no thread.
    row = parse(client.get("/decisions/").content).by_id(f"decision-{command.pk}")
    address = row.one("form").attributes["action"]

    refused = client.post(address, fields_of(row) | {"decision": "send_again"}, headers=headers)

    row = parse(refused.content).by_id(f"decision-{command.pk}")
    assert refused.status_code == 422
    assert [quote.text for quote in row.every("blockquote")] == ["At six.", "Make it eight"]
    assert buttons_of(row)[0] == "Send again anyway"
    assert client.post(address, fields_of(row) | {"decision": "send_again"}, headers=FRAGMENT).status_code == 200
    command.refresh_from_db()
    assert command.state == Command.State.QUEUED


@pytest.mark.parametrize("act", ["claim", "release", "assign", "replies/{}/decision"])
def test_what_says_nothing_readable_holds_every_act(sue_client: Client, sue: User, act: str) -> None:
    conversation = make_conversation(assigned_to=sue if act == "release" else None)
    command = make_unconfirmed(conversation, sue)
    fields = {"agent": sue.pk, "decision": "send_again", "seen_through": "yesterday"}

    assert post(sue_client, conversation, act.format(command.pk), **fields).status_code == 422
