"""Looking for what was posted: one GET at a time, until it is seen, or a person has to decide."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from engage.api.errors import EngageError
from engage.api.origins import Timeouts
from engage.crash_points import crash_point
from engage.mirror.platform import client_for
from engage.mirror.reading import read_conversation
from engage.models import Attempt, Command, Conversation
from engage.outbox import dispositions, evidence
from engage.outbox.attempts import count_look, may_have_arrived, posted_at
from engage.outbox.pace import DEFAULT_PACE, Pace
from engage.outbox.transitions import State, move
from engage.vault import Unreadable

logger = logging.getLogger(__name__)

# A look that hangs is better begun anew, and must not hold up what waits behind it.
TIMEOUTS = Timeouts(connect=5.0, read=8.0, total=10.0)
UNREADABLE = "Could not be checked: Engage did not answer."
NEVER_SEEN = "Accepted by Engage, but never seen there."
NOT_SEEN_YET = "Accepted by Engage, but not visible there yet."
HELD_UNSEEN = "Held: a backup was restored. Engage does not show it, so it was most likely not sent."
HELD_UNREADABLE = "Held: a backup was restored. Engage could not be asked yet whether it was sent."


def due_looks() -> QuerySet[Command]:
    """Commands whose fate is open and of which it is time to look, longest overdue first."""
    due = Command.objects.filter(due_at__lte=timezone.now(), conversation__isnull=False)
    return due.filter(state__in=(*Command.WATCHED, State.CONFIRMED)).order_by("due_at", "id")


def look(command: Command, pace: Pace = DEFAULT_PACE) -> None:
    """GET the conversation, settle what it shows, and decide what comes next."""
    conversation = command.conversation
    if conversation is None or not _claim(command, pace):
        return
    crash_point("look.after_claim")
    try:
        read_conversation(conversation, client_for(command.workspace, timeouts=TIMEOUTS))
    except (EngageError, Unreadable) as error:
        if isinstance(error, Unreadable):
            logger.error("%s cannot be looked for: its key cannot be opened", command)
        _conclude(command, is_complete=False, pace=pace)
        return
    if last := next(reversed(may_have_arrived(command)), None):
        count_look(last)
    crash_point("look.after_get")
    if not settle(command, conversation, pace):
        _conclude(command, is_complete=True, pace=pace)


def settle(command: Command, conversation: Conversation, pace: Pace) -> bool:
    """After a complete GET: draw from the mirror what it says about the command; true when that moved it."""
    if command.kind == Command.Kind.REPLY:
        return command.pk in evidence.settle(conversation.pk, pace)
    return dispositions.settle(command, conversation, pace)


def _claim(command: Command, pace: Pace) -> bool:
    """Nobody else looks meanwhile. Without a lease: when we die, it is simply due again."""
    look_again_at = timezone.now() + timedelta(seconds=pace.look_takes)
    row = Command.objects.filter(pk=command.pk, state=command.state, fence=command.fence, due_at=command.due_at)
    return bool(row.update(due_at=look_again_at))


def _conclude(command: Command, *, is_complete: bool, pace: Pace) -> None:
    """What follows from having looked, if the look settled nothing."""
    tries = may_have_arrived(command)
    now = timezone.now()
    if command.state == State.HELD:
        again_at = now + timedelta(seconds=pace.looks_at_held if is_complete else pace.retries[-1])
        move(command, State.HELD, due_at=again_at, reason=HELD_UNSEEN if is_complete else HELD_UNREADABLE)
        return
    if not tries:
        _nothing_left(command, now)
        return
    posted = posted_at(tries[-1])
    reason = _find_verdict(command, tries[-1], now - posted, is_complete=is_complete, pace=pace)
    look_at = pace.next_look(posted, now)
    if is_complete and command.state == State.CHECKING:
        look_at = pace.next_needed_look(look_at, now, looks=tries[-1].looks)
    if reason and command.kind == Command.Kind.DISPOSITION and is_complete and _is_as_wished(command):
        move(command, State.CONFIRMED)
    elif reason:
        move(command, State.UNCONFIRMED, reason=reason, due_at=look_at)
    elif command.state == State.ACCEPTED and not command.reason and now - posted >= pace.settles_after:
        move(command, State.ACCEPTED, reason=NOT_SEEN_YET, due_at=look_at)
    else:
        Command.objects.filter(pk=command.pk, state=command.state, fence=command.fence).update(due_at=look_at)


def _nothing_left(command: Command, now: datetime) -> None:
    """The answer came in after the sweeper had taken over, and said that nothing arrived."""
    if command.state == State.CHECKING:
        move(command, State.QUEUED, due_at=now)
    else:
        Command.objects.filter(pk=command.pk, state=command.state, fence=command.fence).update(due_at=None)


def _find_verdict(command: Command, last: Attempt, age: timedelta, *, is_complete: bool, pace: Pace) -> str:
    """Why a person has to decide now; empty while it may still turn up by itself."""
    is_over = age >= timedelta(seconds=pace.gives_up_after)
    match command.state:
        case State.CHECKING if is_complete and age >= pace.settles_after and last.looks >= pace.least_looks:
            return f"Not visible at Engage after {last.looks} checks."
        case State.CHECKING if is_over and not is_complete:
            return UNREADABLE
        case State.ACCEPTED if is_over:
            return NEVER_SEEN
        case _:
            return ""


def _is_as_wished(command: Command) -> bool:
    conversation = command.conversation
    return conversation is not None and dispositions.is_as_wished(command, conversation)
