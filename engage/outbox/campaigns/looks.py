"""Looking after what was posted for a campaign, and hearing what webhooks say of it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.db.models import Q, QuerySet
from django.utils import timezone

from engage.api import wire
from engage.api.errors import EngageError
from engage.mirror.platform import client_for
from engage.mirror.reading import read_campaign
from engage.models import Campaign, Command
from engage.outbox.aside import guarded
from engage.outbox.campaigns import lists, loads, outcomes, replacing
from engage.outbox.pace import DEFAULT_PACE, Pace
from engage.outbox.persist import persist
from engage.outbox.transitions import State
from engage.vault import Unreadable

_READ_BY_GET = (Command.Kind.ACTIVATE, Command.Kind.PAUSE, Command.Kind.MESSAGES)


def due_looks() -> QuerySet[Command]:
    """Commands whose fate is open and of which it is time to look. A pause under way looks in its own rounds."""
    due = Command.objects.filter(due_at__lte=timezone.now(), campaign__isnull=False, state__in=Command.WATCHED)
    in_rounds = Q(kind__in=Command.PAUSES, state__in=(State.ACCEPTED, State.CHECKING))
    return due.exclude(in_rounds).select_related("workspace", "campaign").order_by("due_at", "id")


def look(command: Command, pace: Pace = DEFAULT_PACE) -> None:
    """GET the campaign where that tells anything, and decide what comes next."""
    campaign = command.campaign
    if campaign is None or not _claim(command, pace) or replacing.give_way(command):
        return
    outcomes.conclude(command, _read(command, campaign), pace)


def hear() -> None:
    """Settle what webhooks have settled: lists, and loads. Two cheap queries while there is nothing open."""
    for command in lists.watched():
        guarded(command.pk, partial(_hear_of_list, command))
    for command in loads.watched():
        guarded(command.pk, partial(loads.settle, command))


def _hear_of_list(command: Command) -> None:
    if not replacing.give_way(command):
        lists.settle(command)


def _read(command: Command, campaign: Campaign) -> wire.Campaign | None:
    if command.kind not in _READ_BY_GET:
        return None
    try:
        return persist(lambda: read_campaign(campaign, client_for(command.workspace)))
    except (EngageError, Unreadable):
        return None


def _claim(command: Command, pace: Pace) -> bool:
    """Nobody else looks meanwhile. Without a lease: when we die, it is simply due again."""
    look_again_at = timezone.now() + timedelta(seconds=pace.look_takes)
    row = Command.objects.filter(pk=command.pk, state=command.state, fence=command.fence, due_at=command.due_at)
    return bool(row.update(due_at=look_again_at))
