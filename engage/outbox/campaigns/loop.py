"""The part of the dispatcher that serves campaigns, on threads of its own: a pause waits for nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from engage.models import Command
from engage.outbox.aside import guarded
from engage.outbox.campaigns.looks import due_looks, look
from engage.outbox.campaigns.pausing import pause
from engage.outbox.campaigns.sending import CLAIMABLE, claim, dispatch
from engage.outbox.lanes import Lane
from engage.outbox.pace import Pace

Carrying = Callable[[Command, Pace, threading.Event], None]

# Looked through at once: some may belong to a workspace that has its share in hand.
_AT_ONCE = 40
_CHANGES = (*Command.ACTIVATIONS, Command.Kind.MESSAGES)


def due_pauses() -> QuerySet[Command]:
    """Also those that are under way: a round is repeated until the platform reads as paused."""
    return _due().filter(kind__in=Command.PAUSES, state__in=CLAIMABLE)


def due_changes() -> QuerySet[Command]:
    """One at a time per target, in the order in which they were asked for; single leads as they come."""
    same_target = Command.objects.filter(campaign_id=OuterRef("campaign_id"), target=OuterRef("target"))
    before_it = Q(state__in=(*Command.WAITING, Command.State.HELD), id__lt=OuterRef("id"))
    ahead = same_target.filter(before_it | Q(state__in=Command.IN_FLIGHT), kind__in=_CHANGES)
    waiting = _due().filter(state__in=Command.WAITING)
    in_turn = Q(kind__in=_CHANGES) & ~Exists(ahead)
    return waiting.filter(in_turn | Q(kind=Command.Kind.LOAD_LEAD))


def due_uploads() -> QuerySet[Command]:
    return _due().filter(kind=Command.Kind.LOAD_LIST, state__in=Command.WAITING)


def _due() -> QuerySet[Command]:
    return Command.objects.filter(due_at__lte=timezone.now(), campaign__isnull=False).order_by("due_at", "id")


class CampaignLanes:
    """Begins what is due; `finish` waits for what was begun."""

    def __init__(self, stop: threading.Event, pace: Pace) -> None:
        self._stop = stop
        self._pace = pace
        self._pauses = Lane("pause", share=3)
        self._changes = Lane("change", share=2)
        # An upload takes minutes, and memory for one chunk.
        self._uploads = Lane("upload", share=1)

    def begin_due(self) -> None:
        if not _due().exists():
            return
        self._begin(self._pauses, due_pauses(), pause)
        self._begin(self._changes, due_changes(), dispatch)
        self._begin(self._uploads, due_uploads(), dispatch)
        looks = due_looks().exclude(workspace_id__in=self._changes.crowded)
        for command in looks[:_AT_ONCE]:
            if self._changes.has_room_for(command.workspace_id):
                self._changes.begin(command.workspace_id, partial(look, command, self._pace))

    def finish(self) -> None:
        for lane in (self._pauses, self._changes, self._uploads):
            lane.finish()

    def _begin(self, lane: Lane, due: QuerySet[Command], carry_out: Carrying) -> None:
        here = due.exclude(workspace_id__in=lane.crowded).values_list("id", "workspace_id")
        for command_id, workspace_id in here[:_AT_ONCE]:
            if not lane.has_room_for(workspace_id):
                continue
            command = guarded(command_id, partial(claim, command_id, self._pace))
            if command is not None:
                lane.begin(workspace_id, partial(carry_out, command, self._pace, self._stop))
