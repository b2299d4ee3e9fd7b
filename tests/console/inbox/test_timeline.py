from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from console.inbox.models import DeskEvent
from console.inbox.threads import thread_context
from console.inbox.timeline import Bubble, Line
from engage.models import Attempt, Command, Consent, Conversation
from tests.factories import make_conversation, make_disposition, make_message, make_opt_out, make_reply

State = Command.State

NOW = timezone.now().replace(microsecond=0)


def minutes_ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def context_of(conversation: Conversation) -> dict[str, Any]:
    context = thread_context(conversation.pk)
    assert context is not None
    return context


def bubbles_of(conversation: Conversation) -> list[Bubble]:
    return [entry for entry in context_of(conversation)["entries"] if isinstance(entry, Bubble)]


def lines_of(conversation: Conversation) -> list[str]:
    entries = context_of(conversation)["entries"]
    return [f"{entry.who} {entry.what}".strip() for entry in entries if isinstance(entry, Line)]


def test_conversation_that_is_gone_has_no_thread(db: None) -> None:
    assert thread_context(4711) is None


def test_outbound_texts_are_named_after_who_sent_them(ada: User) -> None:
    conversation = make_conversation(waiting=None)
    make_message(conversation=conversation, is_inbound=False, sent_at=minutes_ago(60))
    make_message(conversation=conversation, sent_at=minutes_ago(50))
    make_message(conversation=conversation, is_inbound=False, sent_at=minutes_ago(50) + timedelta(seconds=3))
    make_message(conversation=conversation, is_inbound=False, sent_at=minutes_ago(40))
    text = make_message(conversation=conversation, is_inbound=False, sent_at=minutes_ago(30))
    make_reply(conversation=conversation, by=ada, text=text.text, state=State.CONFIRMED, message=text)

    authors = [bubble.author for bubble in bubbles_of(conversation)]

    assert authors == ["Broadcast", "", "Automatic answer", "Sent in Engage", "Ada"]


def test_reply_on_its_way_stands_last(ada: User) -> None:
    conversation = make_conversation(waiting=None)
    make_reply(conversation=conversation, by=ada, text="on its way", created_at=minutes_ago(5))
    make_message(conversation=conversation, text="newer", sent_at=minutes_ago(1))

    assert [bubble.text for bubble in bubbles_of(conversation)] == ["newer", "on its way"]


def test_reply_that_failed_keeps_its_place_in_time(ada: User) -> None:
    conversation = make_conversation(waiting=None)
    make_reply(conversation=conversation, by=ada, text="too late", state=State.EXPIRED, created_at=minutes_ago(5))
    make_message(conversation=conversation, text="newer", sent_at=minutes_ago(1))

    assert [bubble.text for bubble in bubbles_of(conversation)] == ["too late", "newer"]


@pytest.mark.parametrize("state", State.values)
def test_reply_is_one_bubble_in_every_state(ada: User, state: str) -> None:
    conversation = make_conversation(waiting=None)
    text = make_message(conversation=conversation, is_inbound=False, text="Yes.") if state == State.CONFIRMED else None
    make_reply(conversation=conversation, by=ada, text="Yes.", state=State(state), message=text)

    bubbles = bubbles_of(conversation)

    assert [(bubble.text, bubble.author) for bubble in bubbles] == [("Yes.", "Ada")]
    assert [bubble.command.state for bubble in bubbles if bubble.command] == [state]


@pytest.mark.parametrize("state", [State.SENDING, State.ACCEPTED, State.CHECKING])
def test_reply_whose_text_came_back_before_it_was_recognised_is_one_bubble(ada: User, state: Command.State) -> None:
    conversation = make_conversation(waiting=None)
    make_reply(conversation=conversation, by=ada, text="Yes, it is.", state=state, created_at=minutes_ago(1))
    text = make_message(conversation=conversation, is_inbound=False, text="Yes,  it is.", sent_at=minutes_ago(0.9))

    bubbles = bubbles_of(conversation)

    assert [bubble.element_id for bubble in bubbles] == [f"message-{text.id}"]
    assert bubbles[0].author == "Ada"


@pytest.mark.parametrize("state", [State.UNCONFIRMED, State.HELD, State.QUEUED, State.RETRY_WAIT, State.PREFLIGHT])
@pytest.mark.parametrize("has_left", [True, False])
def test_reply_that_stands_still_is_one_bubble_with_a_text_that_may_be_its_own(
    ada: User, state: Command.State, has_left: bool
) -> None:
    conversation = make_conversation(waiting=None)
    still = make_reply(conversation=conversation, by=ada, text="Yes, it is.", state=state, created_at=minutes_ago(1))
    outcome = Attempt.Outcome.UNKNOWN if has_left else Attempt.Outcome.NOT_SENT
    Attempt.objects.create(command=still, number=1, outcome=outcome, marked_at=minutes_ago(1))
    make_message(conversation=conversation, is_inbound=False, text="Yes, it is.", sent_at=minutes_ago(0.9))

    authors = {bubble.author for bubble in bubbles_of(conversation)}
    assert authors == ({"Ada"} if has_left else {"Broadcast", "Ada"})


def test_same_words_sent_before_are_no_copy_of_the_reply(ada: User) -> None:
    conversation = make_conversation(waiting=None)
    make_message(conversation=conversation, is_inbound=False, text="Thanks!", sent_at=minutes_ago(10))
    make_reply(conversation=conversation, by=ada, text="Thanks!", state=State.SENDING, created_at=minutes_ago(1))

    assert [bubble.text for bubble in bubbles_of(conversation)] == ["Thanks!", "Thanks!"]


def test_what_people_did_stands_between_the_texts(ada: User, ben: User, sue: User) -> None:
    conversation = make_conversation(waiting=None)
    DeskEvent.objects.create(conversation=conversation, kind=DeskEvent.Kind.CLAIMED, by=ada)
    DeskEvent.objects.create(conversation=conversation, kind=DeskEvent.Kind.RELEASED, by=ada)
    DeskEvent.objects.create(conversation=conversation, kind=DeskEvent.Kind.ASSIGNED, by=sue, to=ben)

    assert lines_of(conversation) == [
        "Ada claimed this conversation",
        "Ada released this conversation",
        "Sue assigned this conversation to Ben",
    ]


def test_disposition_chosen_here_names_who_chose_it(ada: User) -> None:
    conversation = make_conversation(waiting=None)
    make_disposition(conversation=conversation, name="Call back", chosen_at=minutes_ago(60 * 30))
    make_reply(
        conversation=conversation,
        by=ada,
        text="OK",
        state=State.CONFIRMED,
        kind=Command.Kind.DISPOSITION,
        created_at=minutes_ago(2),
    )
    make_disposition(conversation=conversation, name="OK", chosen_at=minutes_ago(1))

    assert lines_of(conversation) == ["Closed as Call back", "Ada closed this as OK"]


def test_one_opt_out_known_from_several_sources_is_one_line(db: None) -> None:
    conversation = make_conversation(waiting=None)
    make_opt_out(conversation=conversation, at=minutes_ago(9))
    make_opt_out(conversation=conversation, at=minutes_ago(8))
    Consent.objects.create(
        workspace=conversation.workspace,
        phone=conversation.lead.phone,
        kind=Consent.Kind.OPTED_IN,
        at=minutes_ago(5),
        evidence="start",
        conversation=conversation,
    )

    assert lines_of(conversation) == ["They opted out", "They opted in again, not yet confirmed by Engage"]


def test_each_day_begins_with_its_name(db: None) -> None:
    conversation = make_conversation(waiting=None)
    make_message(conversation=conversation, sent_at=NOW - timedelta(days=1))
    make_message(conversation=conversation, sent_at=NOW)

    kinds = [entry.kind for entry in context_of(conversation)["entries"]]

    assert kinds == ["day", "bubble", "day", "bubble"]


def test_disposition_on_its_way_is_named_until_it_is_there(ada: User) -> None:
    conversation = make_conversation(waiting=None)
    command = make_reply(conversation=conversation, by=ada, text="OK", kind=Command.Kind.DISPOSITION)

    assert context_of(conversation)["finishing"] == command

    Command.objects.update(state=State.CONFIRMED)

    assert context_of(conversation)["finishing"] is None


def test_reaction_is_shown_with_its_sign_and_what_it_quotes(ada: User) -> None:
    conversation = make_conversation(waiting=None)
    make_message(conversation=conversation, is_inbound=False, text="See you at nine", sent_at=minutes_ago(60))
    make_message(conversation=conversation, text="Liked \u201cSee you at nine\u201d", sent_at=minutes_ago(50))
    make_message(conversation=conversation, text="Liked \u201csomething we never wrote\u201d", sent_at=minutes_ago(40))

    reactions = [bubble.reaction for bubble in bubbles_of(conversation)]

    assert [(found.sign, found.quote) if found else None for found in reactions] == [
        None,
        ("\U0001f44d", "See you at nine"),
        None,
    ]


@pytest.mark.parametrize("text", ["", " ", "\n", "\u200b", "\ufffc", "\u2800"])
def test_text_with_nothing_to_be_seen_is_blank(ada: User, text: str) -> None:
    conversation = make_conversation(waiting=None)
    make_message(conversation=conversation, text=text, sent_at=minutes_ago(50))

    assert [bubble.is_blank for bubble in bubbles_of(conversation)] == [True]


@pytest.mark.parametrize(("text", "is_told"), [("UNSTOP", True), ("yes", True), ("Who is this?", False)])
def test_wish_for_texts_after_an_opt_out_is_told(ada: User, text: str, is_told: bool) -> None:
    conversation = make_conversation(waiting=None)
    make_opt_out(conversation=conversation, at=minutes_ago(60))
    make_message(conversation=conversation, text=text, sent_at=minutes_ago(50))

    assert context_of(conversation)["lock_reason"]
    assert context_of(conversation)["asks_to_start"] == (text if is_told else "")


def test_yes_before_the_opt_out_is_no_wish_for_texts(ada: User) -> None:
    conversation = make_conversation(waiting=None)
    make_message(conversation=conversation, text="yes", sent_at=minutes_ago(70))
    make_opt_out(conversation=conversation, at=minutes_ago(60))

    assert context_of(conversation)["asks_to_start"] == ""
