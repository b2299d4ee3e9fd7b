"""Whether words of the lead are an opt-out: the question stands until somebody answers it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engage.mirror import summary
from engage.mirror.judging import find_doubts, take_for_no_opt_out
from engage.mirror.stopping import AlreadyStopped, stop_number
from engage.models import Consent, Conversation
from engage.outbox.guards import check_reply
from engage.outbox.refusals import InDoubt, OptedOut
from tests.factories import (
    make_campaign,
    make_conversation,
    make_disposition,
    make_lead,
    make_message,
    make_reply,
    make_user,
)

pytestmark = pytest.mark.django_db

DOUBTFUL = "please take me off your list"


def ours(conversation: Conversation) -> None:
    make_message(conversation=conversation, is_inbound=False, text="Sure.", sent_at=timezone.now())


def reply_on_its_way(conversation: Conversation) -> None:
    make_reply(conversation=conversation, by=make_user(), seen_through=conversation.heard_through)
    refresh(conversation)


def finish(conversation: Conversation) -> None:
    make_disposition(conversation=conversation, name="OK")


def another_text(conversation: Conversation) -> None:
    make_message(conversation=conversation, text="And what does it cost?")


def start(conversation: Conversation) -> None:
    make_message(conversation=conversation, text="START")


def refresh(conversation: Conversation) -> None:
    with transaction.atomic():
        summary.refresh([conversation.pk])
    conversation.refresh_from_db()


ANYTHING_ELSE = (ours, reply_on_its_way, finish, another_text, start)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(ANYTHING_ELSE), max_size=4))
def test_nothing_but_an_answer_ends_the_question(db: None, steps: list[Callable[[Conversation], None]]) -> None:
    conversation = make_conversation(text=DOUBTFUL)

    for step in steps:
        step(conversation)

    assert conversation.may_be_opt_out
    with pytest.raises(InDoubt, match="take me off your list"):
        check_reply(conversation, timezone.now())


def test_text_that_is_heard_after_our_reply_and_dated_before_it_asks() -> None:
    conversation = make_conversation(text="Is there a recording?")
    ours(conversation)

    make_message(conversation=conversation, text=DOUBTFUL, sent_at=timezone.now() - timedelta(minutes=1))

    assert conversation.may_be_opt_out


def test_after_the_answer_replies_leave() -> None:
    conversation = make_conversation(text=DOUBTFUL)

    judged = take_for_no_opt_out(conversation, mark=find_doubts(conversation).mark)

    conversation.refresh_from_db()
    assert [row.text for row in judged] == [DOUBTFUL]
    assert not conversation.may_be_opt_out
    check_reply(conversation, timezone.now())


def test_answer_to_other_words_than_those_that_ask_is_none() -> None:
    conversation = make_conversation(text=DOUBTFUL)
    read = find_doubts(conversation).mark
    make_message(conversation=conversation, text="leave me alone")

    assert take_for_no_opt_out(conversation, mark=read) == []
    assert len(find_doubts(conversation).here) == 2


def test_doubt_holds_replies_in_every_campaign_of_the_number() -> None:
    campaign = make_campaign(name="Winter sale")
    asked = make_conversation(lead=make_lead(campaign=campaign, phone="+12125550123"), text=DOUBTFUL)
    other = make_lead(campaign=make_campaign(workspace=campaign.workspace), phone="+12125550123")
    elsewhere = make_conversation(lead=other, text="Hello")

    with pytest.raises(InDoubt, match="Winter sale"):
        check_reply(elsewhere, timezone.now())
    take_for_no_opt_out(asked, mark=find_doubts(asked).mark)
    check_reply(elsewhere, timezone.now())


def test_same_number_in_another_workspace_is_somebody_elses() -> None:
    make_conversation(lead=make_lead(phone="+12125550123"), text=DOUBTFUL)
    elsewhere = make_conversation(lead=make_lead(phone="+12125550123"), text="Hello")

    check_reply(elsewhere, timezone.now())


def test_stopping_locks_the_number_in_every_campaign_and_answers_the_question(django_user_model: type[User]) -> None:
    campaign = make_campaign()
    asked = make_conversation(lead=make_lead(campaign=campaign, phone="+12125550123"), text=DOUBTFUL)
    other = make_lead(campaign=make_campaign(workspace=campaign.workspace), phone="+12125550123")
    elsewhere = make_conversation(lead=other, text="Hello")
    ada = make_user(username="ada")

    row = stop_number(asked, by=ada, reason="They rang")

    for conversation in (asked, elsewhere):
        conversation.refresh_from_db()
        assert conversation.is_opted_out
        with pytest.raises(OptedOut):
            check_reply(conversation, timezone.now())
    assert (row.kind, row.by, row.reason, row.is_by_desk) == (Consent.Kind.OPTED_OUT, ada, "They rang", True)
    assert not find_doubts(asked)
    with pytest.raises(AlreadyStopped):
        stop_number(elsewhere, by=ada, reason="Once more")


def test_start_that_engage_shows_ends_what_the_desk_stopped() -> None:
    conversation = make_conversation()
    stopped = stop_number(conversation, by=make_user(), reason="They rang")
    later = stopped.at + timedelta(minutes=1)
    Consent.objects.create(
        workspace_id=conversation.workspace_id,
        phone=conversation.lead.phone,
        kind=Consent.Kind.OPTED_IN,
        at=later,
        evidence="message:1",
        is_confirmed=True,
        first_heard_at=later,
        shown_at=later,
        conversation=conversation,
    )

    check_reply(conversation, later)


def test_what_the_desk_stopped_stands_whatever_engage_says_of_the_lead() -> None:
    conversation = make_conversation(is_confirmed=False)
    stop_number(conversation, by=make_user(), reason="They rang")
    later = timezone.now() + timedelta(days=1)

    Conversation.objects.filter(pk=conversation.pk).update(denied_at=later, disproved_through=later, asked_at=later)
    refresh(conversation)

    assert conversation.is_opted_out
