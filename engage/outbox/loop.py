"""The dispatcher: one thread finds what is due, others carry it out. Any number of worker processes may run one."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import ExitStack
from functools import partial

from django.db import close_old_connections
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from engage.models import Command, Heart
from engage.outbox.aside import guarded
from engage.outbox.breaker import Breakers, hasten, postpone
from engage.outbox.campaigns.loads import drop_files
from engage.outbox.campaigns.looks import hear
from engage.outbox.campaigns.loop import CampaignLanes
from engage.outbox.dispatch import claim, dispatch
from engage.outbox.evidence import Sightings
from engage.outbox.lanes import Job, Lane, describe
from engage.outbox.looks import due_looks, look
from engage.outbox.misdated import Mending
from engage.outbox.pace import DEFAULT_PACE, Pace
from engage.outbox.sweeper import sweep
from engage.outbox.telling import tell_due
from engage.outbox.transitions import State
from engage.outbox.trial import try_again

logger = logging.getLogger(__name__)

# Of one workspace, at once, without what hangs: a platform is not to be flooded.
MOST_PER_WORKSPACE = 8
# Looked through at once: some may belong to a workspace that has its share in hand.
_AT_ONCE = 40
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
        self._senders = Lane("send", share=min(threads, MOST_PER_WORKSPACE), steps_around=True)
        # Looks have threads of their own, so that a platform slow to show things does not keep replies from leaving.
        self._lookers = Lane("look", share=min(max(1, threads // 2), MOST_PER_WORKSPACE), steps_around=True)
        self._trials = Lane("trial", share=1)
        self._campaigns = CampaignLanes(stop, pace)
        self._sightings = Sightings()
        self._breakers = Breakers()
        self._begins_repetitions_first = False
        self._duties = (
            _Duty(pace.match_poll, Mending(pace).run),
            _Duty(pace.poll, self._try_again),
            _Duty(pace.poll, self._begin_due),
            _Duty(pace.match_poll, partial(self._sightings.match_changed, pace)),
            _Duty(pace.match_poll, hear),
            _Duty(pace.sweep, partial(sweep, pace)),
            _Duty(pace.sweep, drop_files),
            _Duty(pace.match_poll, partial(tell_due)),
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
        for lane in (self._senders, self._lookers, self._trials):
            lane.finish()
        self._campaigns.finish()

    def _try_again(self) -> None:
        """Ask platforms in trouble whether they answer again, one call at a time."""
        for workspace_id in self._breakers.take_back():
            hasten(workspace_id)
        for workspace_id in self._breakers.open:
            breaker = self._breakers[workspace_id]
            if self._trials.has_room_for(workspace_id) and breaker.lets_through():
                self._trials.begin(workspace_id, partial(try_again, workspace_id, breaker))

    def _begin_due(self) -> None:
        """One glance at the index while there is nothing to do."""
        if not Command.objects.filter(due_at__lte=timezone.now()).exists():
            return
        with ExitStack() as steps:
            # All of them are made, in this order from the last, whatever becomes of one.
            steps.callback(self._look_due)
            steps.callback(self._send_due)
            steps.callback(self._campaigns.begin_due)

    def _send_due(self) -> None:
        """What is tried for the first time and what failed before take turns, so that neither is stuck behind."""
        self._begins_repetitions_first = not self._begins_repetitions_first
        for is_repetition in (self._begins_repetitions_first, not self._begins_repetitions_first):
            sends = due_sends().filter(**{"attempts_made__gt" if is_repetition else "attempts_made": 0})
            self._begin_sends(sends, is_repetition=is_repetition)

    def _begin_sends(self, sends: QuerySet[Command], *, is_repetition: bool) -> None:
        due = sends.exclude(workspace_id__in=self._senders.crowded)
        for command_id, workspace_id in due.values_list("id", "workspace_id")[:_AT_ONCE]:
            if not self._senders.has_room_for(workspace_id, is_repetition=is_repetition):
                continue
            breaker = self._breakers[workspace_id]
            if breaker.is_open:
                # Only when it is not being tried this very moment.
                if (seconds := breaker.seconds_left()) > 0:
                    postpone(workspace_id, seconds)
                continue
            command = guarded(command_id, partial(claim, command_id, self._pace))
            if command is not None:
                job = partial(dispatch, command, self._pace, self._stop, breaker.hear)
                self._senders.begin(workspace_id, job, is_repetition=is_repetition)

    def _look_due(self) -> None:
        due = due_looks().exclude(workspace_id__in=self._lookers.crowded)
        for command in due.select_related("workspace", "conversation__lead")[:_AT_ONCE]:
            if self._lookers.has_room_for(command.workspace_id):
                self._lookers.begin(command.workspace_id, partial(look, command, self._pace))


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
