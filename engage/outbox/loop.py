"""The dispatcher: one thread finds what is due, others carry it out. Any number of worker processes may run one."""

from __future__ import annotations

import logging
import threading
import time
from functools import partial

from django.db import close_old_connections
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from engage.models import Command, Heart
from engage.outbox.breaker import Breakers, hasten, postpone
from engage.outbox.campaigns.loads import drop_files
from engage.outbox.campaigns.looks import hear
from engage.outbox.campaigns.loop import CampaignLanes
from engage.outbox.dispatch import claim, dispatch
from engage.outbox.evidence import Sightings
from engage.outbox.lanes import Job, Lane, describe
from engage.outbox.looks import due_looks, look
from engage.outbox.pace import DEFAULT_PACE, Pace
from engage.outbox.sweeper import sweep
from engage.outbox.transitions import State

logger = logging.getLogger(__name__)

MOST_PER_ORIGIN = 8
_PAUSE_AFTER_ERROR = 1.0
_CONNECTION_LASTS = 1.0


def due_sends() -> QuerySet[Command]:
    """What may be claimed now: replies first in first out per conversation, one disposition at a time."""
    same_kind = Command.objects.filter(conversation_id=OuterRef("conversation_id"), kind=OuterRef("kind"))
    before_it = Q(state__in=(*Command.WAITING, State.HELD), id__lt=OuterRef("id"))
    ahead = same_kind.filter(before_it | Q(state__in=Command.IN_FLIGHT)).exclude(
        # A disposition that is looked for does not hold up the one that replaces it.
        kind=Command.Kind.DISPOSITION,
        state=State.CHECKING,
    )
    kinds = (Command.Kind.REPLY, Command.Kind.DISPOSITION)
    due = Command.objects.filter(due_at__lte=timezone.now(), state__in=Command.WAITING, kind__in=kinds)
    return due.exclude(Exists(ahead)).order_by("due_at", "id")


class Dispatcher:
    """Runs until `stop` is set; a POST in hand is finished first."""

    def __init__(self, stop: threading.Event, threads: int = 4, *, pace: Pace = DEFAULT_PACE) -> None:
        self._stop = stop
        self._pace = pace
        self._senders = Lane("send", most_per_origin=min(threads, MOST_PER_ORIGIN))
        # Looks have threads of their own, so that a platform slow to show things does not keep replies from leaving.
        self._lookers = Lane("look", most_per_origin=min(max(1, threads // 2), MOST_PER_ORIGIN))
        self._campaigns = CampaignLanes(stop, pace)
        self._sightings = Sightings()
        self._breakers = Breakers()
        self._duties = (
            _Duty(pace.poll, self._begin_due),
            _Duty(pace.match_poll, partial(self._sightings.match_changed, pace)),
            _Duty(pace.match_poll, hear),
            _Duty(pace.sweep, partial(sweep, pace)),
            _Duty(pace.sweep, drop_files),
            _Duty(Heart.EVERY_SECONDS, Heart("dispatcher").beat),
            # Not after every poll: opening SQLite anew costs more than the poll.
            _Duty(_CONNECTION_LASTS, close_old_connections),
        )

    def run(self) -> None:
        """Never ends by an error: what fails is logged and tried again."""
        while not self._stop.is_set():
            pause = self._pace.poll
            for duty in self._duties:
                try:
                    duty.run_when_due()
                except Exception as error:
                    logger.error("dispatcher: %s", describe(error))
                    close_old_connections()
                    pause = _PAUSE_AFTER_ERROR
            self._stop.wait(pause)
        close_old_connections()
        self._senders.finish()
        self._lookers.finish()
        self._campaigns.finish()

    def _begin_due(self) -> None:
        """One glance at the index while there is nothing to do."""
        for origin in self._breakers.take_back():
            hasten(origin)
        if not Command.objects.filter(due_at__lte=timezone.now()).exists():
            return
        self._campaigns.begin_due()
        if self._senders.free:
            self._send_due()
        if self._lookers.free:
            self._look_due()

    def _send_due(self) -> None:
        # More than there are threads: some may belong to an origin that has its share.
        due = due_sends().exclude(workspace__conversation_origin__in=self._senders.crowded)
        waiting = due.values_list("id", "workspace__conversation_origin")[: self._senders.free + MOST_PER_ORIGIN]
        away: set[str] = set()
        for command_id, origin in waiting:
            if origin in away or not self._senders.has_room_for(origin):
                continue
            breaker = self._breakers[origin]
            if not breaker.lets_through():
                away.add(origin)
                postpone(origin, breaker.seconds_left())
                continue
            command = claim(command_id, self._pace)
            if command is not None:
                hear = partial(self._breakers.hear, origin)
                self._senders.begin(origin, partial(dispatch, command, self._pace, self._stop, hear))
            else:
                breaker.give_back()

    def _look_due(self) -> None:
        due = due_looks().exclude(workspace__conversation_origin__in=self._lookers.crowded)
        for command in due.select_related("workspace", "conversation__lead")[: self._lookers.free]:
            origin = command.workspace.conversation_origin
            if self._lookers.has_room_for(origin):
                self._lookers.begin(origin, partial(look, command, self._pace))


class _Duty:
    """Something to do every so many seconds, at the earliest."""

    def __init__(self, every: float, job: Job) -> None:
        self._every = every
        self._job = job
        self._next = 0.0

    def run_when_due(self) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + self._every
            self._job()
