"""Work whose worker is gone: what certainly did not leave begins anew, what may have left is looked for."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial

from django.utils import timezone

from engage.crash_points import crash_point
from engage.models import Attempt, Command
from engage.outbox import attempts
from engage.outbox.aside import guarded
from engage.outbox.pace import DEFAULT_PACE, Pace
from engage.outbox.posting import Answer
from engage.outbox.transitions import State, expire, move

logger = logging.getLogger(__name__)

WORKER_GONE = "The worker stopped while it was sending."


def sweep(pace: Pace = DEFAULT_PACE) -> None:
    """Settle every lease that is over, and every wait that is too long."""
    now = timezone.now()
    # Every row with something to come has a time for it, which is what the index holds.
    due = Command.objects.filter(due_at__isnull=False).select_related("conversation__lead").order_by("id")
    for command in due.filter(state__in=(State.PREFLIGHT, State.SENDING), lease_until__lt=now):
        guarded(command.pk, partial(_take_over, command, now, pace))
    for command in due.filter(state__in=Command.WAITING, expires_at__lt=now):
        # Also those that wait behind another reply, which no dispatcher would pick up.
        guarded(command.pk, partial(expire, command, pace=pace))


def _take_over(command: Command, now: datetime, pace: Pace) -> None:
    logger.warning("command %s was abandoned while %s", command.pk, command.state)
    if command.state == State.PREFLIGHT:
        move(command, State.QUEUED, due_at=now)
        return
    # Never sent again by us: the bytes may have left before the worker died.
    ended_at = command.lease_until or now
    # At once: where nobody was at work for hours, the looks that were to come soon after it are all over.
    if not move(command, State.CHECKING, due_at=now):
        return
    crash_point("sweep.between_state_and_evidence")
    last = command.attempts.filter(outcome=Attempt.Outcome.OPEN).order_by("number").last()
    if last is not None:
        last.ended_at = ended_at
        attempts.end(last, Answer(Attempt.Outcome.UNKNOWN, WORKER_GONE))
