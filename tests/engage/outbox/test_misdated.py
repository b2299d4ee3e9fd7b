"""A clock that was a day off, or nobody at work for a day: no reply rests for it, and none behind one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from engage.models import Attempt, Command, Conversation
from engage.outbox.misdated import mend
from engage.outbox.pace import DEFAULT_PACE
from engage.outbox.sweeper import sweep
from tests.engage.outbox.conftest import Dispatching, wait_for_state
from tests.factories import make_conversation, make_reply

pytestmark = pytest.mark.django_db(transaction=True)

State = Command.State
DAY = timedelta(days=1)


def post(conversation: Conversation, by: User, state: Command.State, at: datetime, **fields: Any) -> Command:
    """A reply that was posted then, and of which nobody knows whether it arrived."""
    command = make_reply(
        conversation=conversation,
        by=by,
        state=state,
        text=f"Of course, I can help you. {uuid.uuid4()}",
        **{
            "created_at": at,
            "state_since": at,
            "expires_at": at + timedelta(minutes=15),
            "due_at": at + timedelta(minutes=1),
        }
        | fields,
    )
    Attempt.objects.create(command=command, number=1, outcome="open", marked_at=at)
    return command


def test_lease_of_a_clock_that_was_ahead_is_over_when_any_lease_is(ada: User) -> None:
    now = timezone.now()
    tomorrow = now + DAY
    command = post(make_conversation(), ada, State.SENDING, tomorrow, lease_until=tomorrow + timedelta(minutes=1))

    mend(DEFAULT_PACE, now)
    command.refresh_from_db()

    assert command.lease_until == command.due_at == now + timedelta(minutes=1)
    assert (command.created_at, command.expires_at) == (now, now + timedelta(minutes=15))
    assert command.attempts.get().marked_at == now


@pytest.mark.parametrize("state", [State.QUEUED, State.RETRY_WAIT, State.PREFLIGHT, State.CHECKING, State.ACCEPTED])
def test_step_that_a_clock_ahead_put_off_is_due(ada: User, state: Command.State) -> None:
    now = timezone.now()
    command = post(make_conversation(), ada, state, now, due_at=now + DAY)

    mend(DEFAULT_PACE, now)
    command.refresh_from_db()

    assert command.due_at is not None
    assert command.due_at <= now + timedelta(seconds=1)


def test_look_that_is_far_away_by_plan_stays_there(ada: User) -> None:
    now = timezone.now()
    posted_at = now - timedelta(hours=7)
    look_at = DEFAULT_PACE.next_look(posted_at, now)
    command = post(make_conversation(), ada, State.UNCONFIRMED, posted_at, due_at=look_at)

    mend(DEFAULT_PACE, now)
    command.refresh_from_db()

    assert command.due_at == look_at
    assert look_at is not None
    assert look_at > now + timedelta(hours=4)


def test_reply_that_failed_by_a_clock_ahead_stands_where_it_was_written(ada: User) -> None:
    now = timezone.now()
    command = post(make_conversation(), ada, State.DISCARDED, now + DAY, due_at=None)

    mend(DEFAULT_PACE, now)
    command.refresh_from_db()

    assert command.created_at == now


def test_what_is_dated_well_is_left_alone(ada: User) -> None:
    now = timezone.now()
    commands = [post(make_conversation(), ada, state, now) for state in (State.QUEUED, State.SENDING, State.CHECKING)]
    before = list(Command.objects.order_by("pk").values())

    mend(DEFAULT_PACE, now)

    assert list(Command.objects.order_by("pk").values()) == before
    assert len(before) == len(commands)


def test_reply_whose_worker_was_gone_for_a_day_is_looked_for_at_once(ada: User) -> None:
    yesterday = timezone.now() - DAY
    command = post(make_conversation(), ada, State.SENDING, yesterday, lease_until=yesterday + timedelta(minutes=1))

    sweep(DEFAULT_PACE)
    command.refresh_from_db()

    assert command.state == State.CHECKING
    assert command.due_at is not None
    assert command.due_at <= timezone.now()


@pytest.mark.parametrize("state", [State.SENDING, State.CHECKING])
def test_after_a_day_without_a_worker_a_person_is_asked_within_seconds(
    start_conversation: Callable[..., Conversation], ada: User, dispatching: Dispatching, state: Command.State
) -> None:
    yesterday = timezone.now() - DAY
    command = post(start_conversation(), ada, state, yesterday, lease_until=yesterday + timedelta(minutes=1))

    with dispatching():
        wait_for_state(command, State.UNCONFIRMED)

    assert command.reason == "Not visible at Engage after 3 checks."
