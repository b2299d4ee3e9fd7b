"""What a clock that was ahead wrote on commands: they would rest until it is that late, and others behind them."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Q
from django.utils import timezone

from engage.mirror.clock import Watch
from engage.mirror.moments import SKEW
from engage.models import Attempt, Command
from engage.outbox.aside import guarded
from engage.outbox.attempts import next_look
from engage.outbox.pace import Pace

logger = logging.getLogger(__name__)

# Nothing but a look is due so late: no lease, wait or round lasts as long.
_LATEST_STEP = timedelta(minutes=15)


class Mending:
    """Commands are put right at the start of a dispatcher, and when the wall clock falls back while it runs."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._watch = Watch()

    def run(self) -> None:
        if self._watch.has_fallen_back():
            mend(self._pace)


def mend(pace: Pace, now: datetime | None = None) -> None:
    """What is dated in the future of `now` counts as of now; waits and leases keep their length."""
    now = now or timezone.now()
    limit = now + SKEW
    Attempt.objects.filter(marked_at__gt=limit).update(marked_at=now)
    Attempt.objects.filter(ended_at__gt=limit).update(ended_at=now)
    ahead = Q(created_at__gt=limit) | Q(state_since__gt=limit) | Q(due_at__gt=now + _LATEST_STEP)
    rows = Command.objects.filter(ahead).exclude(state__in=Command.SETTLED, created_at__lte=limit)
    for command in rows.prefetch_related("attempts"):
        guarded(command.pk, partial(_put_right, command, now, pace))


def _put_right(command: Command, now: datetime, pace: Pace) -> None:
    by_creation = max(command.created_at - now, timedelta())
    by_state = max(command.state_since - now, timedelta())
    values: dict[str, datetime | None] = {
        "created_at": command.created_at - by_creation,
        "expires_at": command.expires_at - by_creation,
        "state_since": command.state_since - by_state,
        "lease_until": command.lease_until - by_state if command.lease_until else None,
        "due_at": _due(command, command.due_at - by_state, now, pace) if command.due_at else None,
    }
    # Whoever has it in hand goes on: nothing was taken from them.
    row = Command.objects.filter(pk=command.pk, state=command.state, fence=command.fence, due_at=command.due_at)
    if row.update(**values):
        logger.warning("%s was dated in the future", command)


def _due(command: Command, due_at: datetime, now: datetime, pace: Pace) -> datetime:
    if due_at <= now + _LATEST_STEP:
        return due_at
    wanted = next_look(command, now, pace) if command.state in (*Command.WATCHED, Command.State.CONFIRMED) else None
    return min(due_at, wanted or now)
