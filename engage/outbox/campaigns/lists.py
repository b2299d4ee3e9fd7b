"""The state of a list, which no GET shows: known from answers to our own calls and from webhooks alone."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from engage.models import Command, LeadList
from engage.outbox.attempts import may_have_arrived
from engage.outbox.campaigns.calls import is_as_wanted
from engage.outbox.campaigns.landing import may_land_until
from engage.outbox.evidence import ARRIVED_LATE
from engage.outbox.pace import Pace
from engage.outbox.transitions import State, move

NOT_CONFIRMED = "Not confirmed by Engage."


def baseline(command: Command, pace: Pace) -> dict[str, object]:
    """What is known of the list before a POST: only what is said after it can be the POST's effect.

    `is_clear`: nothing asked for before can come through any more and undo it.
    """
    if command.kind not in Command.OF_LISTS:
        return {}
    row = _find(command)
    is_clear = may_land_until(command, timezone.now(), pace) is None
    return {"version": row.version if row else "", "is_clear": is_clear}


def settle(command: Command) -> bool:
    """Draw from the mirror what it says of the list since the POST; true when that moved the command."""
    tries = may_have_arrived(command)
    row = _find(command)
    if command.state not in Command.WATCHED or not tries or row is None:
        return False
    last = tries[-1].baseline
    if not (last.get("is_clear") and row.version > last.get("version", "") and is_as_wanted(command, row.status)):
        return False
    is_late = command.state == State.UNCONFIRMED
    return move(command, State.CONFIRMED, reason=ARRIVED_LATE if is_late else "")


def watched() -> QuerySet[Command]:
    """Commands to lists that a webhook may settle."""
    open_ended = Command.objects.filter(due_at__isnull=False, state__in=Command.WATCHED, kind__in=Command.OF_LISTS)
    return open_ended.select_related("campaign").prefetch_related("attempts")


def _find(command: Command) -> LeadList | None:
    named = LeadList.objects.filter(campaign_id=command.campaign_id or 0, name=command.list_name)
    return named.order_by("version").last()
