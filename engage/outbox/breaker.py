"""A platform in trouble is left in peace: after a few failures in a row only one send at a time tries it again."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from engage.api.errors import EngageError, Malformed, Unknown, Unreachable
from engage.models import Command
from engage.outbox.dispatch import NO_GOOD_ANSWER
from engage.outbox.transitions import State, move

logger = logging.getLogger(__name__)

_FAILURES = 5
# Between two tries of a platform that is away: doubled each time.
_SHORTEST_WAIT = 1.0
_LONGEST_WAIT = 30.0
# A try that is not heard of again was given up; another one may go.
_TRY_TAKES = 30.0


def is_failure(error: EngageError | None) -> bool:
    """Is the platform itself in trouble? A refusal is an answer; so is being one too many."""
    match error:
        case Unreachable() | Malformed():
            return True
        case Unknown(status=status):
            return status is None or status >= 500
    return False


class Breaker:
    """Of one origin, in one worker. Closed: calls go through. Open: none; then one, whose end decides."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._wait = 0.0
        self._next_try = 0.0

    @property
    def is_open(self) -> bool:
        return self._failures >= _FAILURES

    def lets_through(self) -> bool:
        """May a call begin now? The one that tries an open breaker counts as begun."""
        with self._lock:
            if not self.is_open:
                return True
            if self._clock() < self._next_try:
                return False
            self._next_try = self._clock() + _TRY_TAKES
            return True

    def give_back(self) -> None:
        """What was let through did not become a call."""
        with self._lock:
            if self.is_open:
                self._next_try = self._clock()

    def seconds_left(self) -> float:
        """Until it makes sense to ask again: the next try, or the end of the one that is under way, by estimate."""
        with self._lock:
            return min(max(0.0, self._next_try - self._clock()), self._wait)

    def hear(self, error: EngageError | None) -> bool:
        """How a call ended; true when that closed an open breaker."""
        with self._lock:
            was_open = self.is_open
            if not is_failure(error):
                self._failures, self._wait = 0, 0.0
                return was_open
            self._failures += 1
            if self.is_open:
                self._wait = min(max(self._wait * 2, _SHORTEST_WAIT), _LONGEST_WAIT)
                self._next_try = self._clock() + self._wait
            if self.is_open and not was_open:
                logger.warning("the platform does not answer; trying again now and then")
            return False


class Breakers:
    """One for each origin. Hearing is done in the middle of a call and touches memory alone."""

    def __init__(self) -> None:
        self._of: defaultdict[str, Breaker] = defaultdict(Breaker)
        self._back: set[str] = set()
        self._lock = threading.Lock()

    def __getitem__(self, origin: str) -> Breaker:
        return self._of[origin]

    def hear(self, origin: str, error: EngageError | None) -> None:
        if self[origin].hear(error):
            logger.warning("the platform answers again")
            with self._lock:
                self._back.add(origin)

    def take_back(self) -> set[str]:
        """Origins that answer again since this was asked last."""
        with self._lock:
            back, self._back = self._back, set()
            return back


def postpone(origin: str, seconds: float) -> None:
    """What is due for this origin waits for the next try, and the agents read why."""
    until = timezone.now() + timedelta(seconds=max(seconds, 0.2))
    due = _of_origin(origin).filter(due_at__lte=timezone.now())
    for command in due.filter(state=State.QUEUED).select_related("conversation").order_by("id")[:200]:
        move(command, State.RETRY_WAIT, due_at=_not_after_expiry(command, until))
    due.filter(state=State.RETRY_WAIT).update(due_at=until)


def hasten(origin: str) -> None:
    """The platform is back: nobody waits out what was left of a wait. Who was told to wait still does."""
    waiting = _of_origin(origin).filter(state=State.RETRY_WAIT, reason__in=("", NO_GOOD_ANSWER))
    waiting.filter(due_at__gt=timezone.now()).update(due_at=timezone.now())


def _of_origin(origin: str) -> QuerySet[Command]:
    conversational = Command.objects.filter(kind__in=Command.OF_CONVERSATIONS)
    return conversational.filter(workspace__conversation_origin=origin)


def _not_after_expiry(command: Command, until: datetime) -> datetime:
    return min(until, command.expires_at)
