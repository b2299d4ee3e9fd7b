"""What is heard after a reply or a finish is new, wherever its date puts it; what had been seen is done with."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engage.mirror.projector import project_batch
from engage.models import Command, Conversation, Delivery, Message, Workspace
from engage.outbox.transitions import move
from tests.engage.deliveries import STARTED, body, deliver, make_workspace, message, stamp
from tests.factories import make_reply, make_user, refresh

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LEAD = "lead-0"
State, Kind = Command.State, Command.Kind
OURS = 900
AN_HOUR = timedelta(hours=1)
PLAIN, DOUBTFUL = "And the price?", "lose my number"

# Minutes into the story; None: the platform gives no date that can be read.
dates = st.none() | st.integers(-60, 60)
texts = st.lists(st.tuples(dates, st.sampled_from([PLAIN, DOUBTFUL])), max_size=4)
acts = st.sampled_from([Kind.REPLY, Kind.DISPOSITION])


def said(number: int, minutes: int | None, text: str, **about: Any) -> dict[str, Any]:
    written = message(number, minutes or 0, text, **about)
    return body(lead_id=LEAD, messages=[written if minutes is not None else written | {"timestamp": None}])


def shown(act: str, minutes: int) -> dict[str, Any]:
    """What the platform says of what we did."""
    if act == Kind.REPLY:
        return said(OURS, minutes, "It is free.", direction="OUTBOUND")
    return body("Disposition", lead_id=LEAD, messages=[], disposition="OK", dispositionTimestamp=stamp(minutes))


def project(workspace: Workspace, payloads: list[dict[str, Any]], batch: int = 500) -> None:
    for payload in payloads:
        deliver(workspace, payload)
    Delivery.objects.pending().update(received_at=STARTED + AN_HOUR)
    while project_batch(batch):
        pass


def do(act: str, conversation: Conversation) -> Command:
    """As the outbox leaves it: on its way, with what its author had seen."""
    command = make_reply(
        conversation=conversation,
        by=make_user(),
        kind=act,
        text="OK" if act == Kind.DISPOSITION else "It is free.",
        state=State.ACCEPTED,
        seen_through=conversation.heard_through,
        created_at=STARTED - AN_HOUR,
    )
    refresh(conversation)
    return command


def settle(command: Command) -> None:
    """As when the look finds it at the platform."""
    ours = Message.objects.filter(remote_id=f"{OURS:024x}").first()
    with transaction.atomic():
        assert move(command, State.CONFIRMED, **({"message_id": ours.pk} if ours else {}))


def play(before: list[dict[str, Any]], act: str, after: list[dict[str, Any]], batch: int) -> dict[str, Any]:
    Workspace.objects.all().delete()
    workspace = make_workspace()
    project(workspace, before, batch)
    command = do(act, Conversation.objects.get())
    project(workspace, after, batch)
    settle(command)
    fields = ("status", "waiting_since", "may_be_opt_out", "last_inbound_at", "last_message_at", "disposition")
    return Conversation.objects.values(*fields).get()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), seen=texts.filter(bool), late=texts, act=acts, acted=st.integers(-60, 60))
def test_who_waits_is_who_was_heard_later_in_any_order_at_any_date(
    data: st.DataObject, seen: list[Any], late: list[Any], act: str, acted: int
) -> None:
    before = [said(number, *text) for number, text in enumerate(seen)]
    after = [said(100 + number, *text) for number, text in enumerate(late)] + [shown(act, acted)]
    in_order = play(before, act, after, 500)
    shuffled = data.draw(st.permutations(before + before[:1]))
    shuffled_after = data.draw(st.permutations(after + before + after[:1]))
    mixed = play(shuffled, act, shuffled_after, data.draw(st.integers(1, 4)))

    assert mixed == in_order
    heard_later = Message.objects.filter(remote_id__in=[f"{100 + number:024x}" for number in range(len(late))])
    waits = sorted(heard_later.values_list("sent_at", flat=True))
    doubts = Message.objects.filter(text=DOUBTFUL).values_list("sent_at", flat=True)
    assert in_order["waiting_since"] == min([*waits, *doubts], default=None)
    assert in_order["may_be_opt_out"] == bool(doubts)
    is_over = act == Kind.DISPOSITION and not late
    assert in_order["status"] == (Conversation.Status.CLOSED if is_over else Conversation.Status.OPEN)


def start(*payloads: dict[str, Any]) -> tuple[Workspace, Conversation]:
    workspace = make_workspace()
    project(workspace, list(payloads))
    return workspace, Conversation.objects.get()


def at(minutes: float) -> datetime:
    return STARTED + timedelta(minutes=minutes)


@pytest.mark.parametrize("act", [Kind.REPLY, Kind.DISPOSITION])
def test_text_whose_webhook_is_late_waits_although_we_acted_after_its_date(act: str) -> None:
    workspace, conversation = start(said(1, 0, "Hi"))
    do(act, conversation)
    project(workspace, [shown(act, 3)])

    project(workspace, [said(2, 2, "Question two, urgent?")])

    conversation.refresh_from_db()
    assert conversation.waiting_since == at(2)
    assert conversation.is_open


def test_opt_out_that_is_heard_after_our_reply_is_asked_about() -> None:
    workspace, conversation = start(said(1, 0, "Hi"))
    do(Kind.REPLY, conversation)
    project(workspace, [shown(Kind.REPLY, 3), said(2, 2, DOUBTFUL)])

    conversation.refresh_from_db()
    assert conversation.may_be_opt_out


def test_wait_from_before_a_finish_does_not_come_back() -> None:
    workspace, conversation = start(said(1, 0, "Hi"), said(2, 1, "Hello?"))
    do(Kind.DISPOSITION, conversation)
    project(workspace, [shown(Kind.DISPOSITION, 3)])
    conversation.refresh_from_db()
    assert (conversation.status, conversation.waiting_since) == ("closed", None)

    project(workspace, [said(3, 30, "Thanks!")])

    conversation.refresh_from_db()
    assert conversation.is_open
    assert conversation.waiting_since == at(30)


def test_finish_chosen_elsewhere_ends_what_is_dated_before_it() -> None:
    workspace, conversation = start(said(1, 0, "Hi"), shown(Kind.DISPOSITION, 3))

    project(workspace, [said(2, 2, "Late, but they had it there")])

    conversation.refresh_from_db()
    assert (conversation.status, conversation.waiting_since) == ("closed", None)


def test_answer_given_elsewhere_ends_what_is_dated_before_it() -> None:
    _, conversation = start(said(1, 0, "Hi"), said(2, 1, "Hello, here we are", direction="OUTBOUND"))

    assert conversation.waiting_since is None


def test_automatic_answer_ends_no_wait_and_no_doubt() -> None:
    _, conversation = start(said(1, 0, DOUBTFUL), said(2, 0, "We will call you.", direction="OUTBOUND"))

    assert conversation.waiting_since == at(0)
    assert conversation.may_be_opt_out


@pytest.mark.parametrize("is_finish", [True, False])
def test_nothing_said_or_chosen_elsewhere_takes_the_doubt_away(is_finish: bool) -> None:
    workspace, conversation = start(said(1, 0, DOUBTFUL))

    project(workspace, [shown(Kind.DISPOSITION if is_finish else Kind.REPLY, 5)])

    conversation.refresh_from_db()
    assert conversation.may_be_opt_out
    assert conversation.waiting_since == at(0), "Somebody has to say what they meant"


def test_reply_that_failed_gives_the_wait_back() -> None:
    _, conversation = start(said(1, 0, "Hi"))
    command = do(Kind.REPLY, conversation)
    assert conversation.waiting_since is None

    with transaction.atomic():
        assert move(command, State.UNCONFIRMED)

    conversation.refresh_from_db()
    assert conversation.waiting_since == at(0)


def test_second_finish_ends_what_came_after_the_first() -> None:
    workspace, conversation = start(said(1, 0, "Hi"))
    settle(do(Kind.DISPOSITION, conversation))
    project(workspace, [shown(Kind.DISPOSITION, 1), said(2, 2, "Thanks!")])
    conversation.refresh_from_db()

    settle(do(Kind.DISPOSITION, conversation))
    project(workspace, [shown(Kind.DISPOSITION, 4)])

    conversation.refresh_from_db()
    assert (conversation.status, conversation.waiting_since) == ("closed", None)
