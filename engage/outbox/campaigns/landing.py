"""A POST that nobody answered may take effect later: until when the last word may still be an older one's."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from engage.models import Attempt, Command
from engage.outbox.pace import Pace

Outcome = Attempt.Outcome

# Longer than any lease and deadline together.
_FORGOTTEN_AFTER = timedelta(minutes=10)


def may_land_until(command: Command, now: datetime, pace: Pace) -> datetime | None:
    """Until when a POST for the opposite of this command may still take effect; None: no such POST is left.

    One that ended with a whole answer is over: who reads after having seen that, reads what it did.
    """
    ends = [_over_at(attempt, pace) for attempt in _unanswered(command, now)]
    latest = max(ends, default=None)
    return latest if latest is not None and latest > now else None


def _unanswered(command: Command, now: datetime) -> QuerySet[Attempt]:
    opposite = Command.ACTIVATIONS if command.kind in Command.PAUSES else Command.PAUSES
    others = Command.objects.filter(campaign=command.campaign, target=command.target, kind__in=opposite)
    recent = Attempt.objects.filter(command__in=others, marked_at__gte=now - _FORGOTTEN_AFTER)
    return recent.filter(outcome__in=(Outcome.OPEN, Outcome.UNKNOWN)).select_related("command")


def _over_at(attempt: Attempt, pace: Pace) -> datetime:
    deadline = attempt.marked_at + timedelta(seconds=pace.may_land_for)
    if attempt.outcome == Outcome.OPEN:
        # Being posted right now, or its worker is gone: it begins within its lease, and its deadline ends with it.
        return attempt.command.lease_until or deadline
    return max(deadline, attempt.ended_at or deadline)
