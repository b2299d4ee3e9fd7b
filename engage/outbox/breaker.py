"""A platform in trouble is left in peace: while it does not answer, only a look now and then tries it again.

One conversation that cannot be read says nothing about the others: it counts once, until it answers well itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db.models import QuerySet
from django.utils import timezone

from engage.api.errors import EngageError, Malformed, Unknown, Unreachable
from engage.mirror import life
from engage.models import Command
from engage.outbox.aside import guarded
from engage.outbox.posting import NO_GOOD_ANSWER
from engage.outbox.transitions import State, move

logger = logging.getLogger(__name__)

_FAILURES = 5
# Between two tries of a platform that is away: doubled each time.
_SHORTEST_WAIT = 1.0
_LONGEST_WAIT = 30.0
# A try that is not heard of again was given up; another one may go.
_TRY_TAKES = 30.0
# A conversation that failed is not held against the platform again for so long.
_REMEMBERED = 600.0
_REMEMBERED_AT_MOST = 10_000


def is_failure(error: EngageError | None) -> bool:
    """May the platform itself be in trouble? A refusal is an answer; so is being one too many."""
    match error:
        case Unreachable() | Malformed():
            return True
        case Unknown(status=status):
            return status is None or status >= 500
    return False


class Breaker:
    """Of one workspace, in one worker. Closed: calls go through. Open: none; then one, whose end decides."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, answered_at: Callable[[], float] = lambda: float("-inf")
    ) -> None:
        """`answered_at`: when anybody had a good answer last, by the same clock."""
        self._clock = clock
        self._answered_at = answered_at
        self._lock = threading.Lock()
        self._failures = 0
        self._failed_last = float("-inf")
        self._wait = 0.0
        self._next_try = 0.0
        # Conversation → when it failed, or answered well, last.
        self._failed: dict[int, float] = {}
        self._good: dict[int, float] = {}
        self._was_open = False

    @property
    def is_open(self) -> bool:
        with self._lock:
            return self._is_open()

    def lets_through(self) -> bool:
        """May a call begin now? The one that tries an open breaker counts as begun."""
        with self._lock:
            if not self._is_open():
                return True
            if self._clock() < self._next_try:
                return False
            self._next_try = self._clock() + _TRY_TAKES
            return True

    def give_back(self) -> None:
        """What was let through did not become a call."""
        with self._lock:
            self._next_try = min(self._next_try, self._clock())

    def seconds_left(self) -> float:
        """Until it makes sense to ask again: the next try, or the end of the one that is under way, by estimate."""
        with self._lock:
            return min(max(0.0, self._next_try - self._clock()), self._wait)

    def standing_of(self, conversation_id: int) -> tuple[float, float]:
        """Sorts the likeliest to answer well first: those that never failed, of these who answered well last."""
        with self._lock:
            return self._failed.get(conversation_id, 0.0), -self._good.get(conversation_id, 0.0)

    def remember(self, conversation_id: int) -> None:
        """It failed; what that says of the platform is told by `hear`."""
        with self._lock:
            self._note(self._failed, conversation_id)
            self._failed_last = self._clock()

    def hear(self, error: EngageError | None, conversation_id: int | None = None) -> bool:
        """How a call ended, and about whom it was; true when that closed an open breaker."""
        with self._lock:
            was_open = self._is_open()
            if not is_failure(error):
                if conversation_id is not None:
                    self._failed.pop(conversation_id, None)
                    self._note(self._good, conversation_id)
                self._close()
                return was_open
            now = self._clock()
            self._failed_last = now
            if not self._says_something(error, conversation_id, now):
                return False
            self._failures += 1
            if was_open and conversation_id is not None:
                # Begun before it opened: that says nothing about the time since.
                return False
            if self._is_open():
                self._was_open = True
                # Others are asked at once: these conversations may be in trouble by themselves.
                is_doubtful = not was_open and conversation_id is not None and not isinstance(error, Unreachable)
                self._wait = 0.0 if is_doubtful else min(max(self._wait * 2, _SHORTEST_WAIT), _LONGEST_WAIT)
                self._next_try = now + self._wait
            if self._is_open() and not was_open:
                logger.warning("the platform does not answer; trying again now and then")
            return False

    def take_recovery(self) -> bool:
        """Was it open, and is not any more? Said once."""
        with self._lock:
            if not self._was_open or self._is_open():
                return False
            self._was_open = False
            return True

    def _is_open(self) -> bool:
        if self._failures and self._answered_at() > self._failed_last:
            self._close()
        return self._failures >= _FAILURES

    def _close(self) -> None:
        self._failures, self._wait, self._next_try = 0, 0.0, 0.0

    def _says_something(self, error: EngageError | None, conversation_id: int | None, now: float) -> bool:
        """About the platform, that is: whoever failed before the others answered may be alone with it."""
        if conversation_id is None:
            return True
        is_new = self._failed.get(conversation_id, float("-inf")) < now - _REMEMBERED
        self._note(self._failed, conversation_id)
        return is_new or isinstance(error, Unreachable)

    def _note(self, of: dict[int, float], conversation_id: int) -> None:
        # Put at the end, so that the oldest are at the beginning.
        of.pop(conversation_id, None)
        of[conversation_id] = self._clock()
        if len(of) > _REMEMBERED_AT_MOST:
            del of[next(iter(of))]


class Breakers:
    """One for each workspace: two that share a platform may fare differently there. Touches memory alone."""

    def __init__(self) -> None:
        self._of: dict[int, Breaker] = {}

    def __getitem__(self, workspace_id: int) -> Breaker:
        if workspace_id not in self._of:
            self._of[workspace_id] = Breaker(answered_at=partial(life.answered_at, workspace_id))
        return self._of[workspace_id]

    @property
    def open(self) -> list[int]:
        """Workspaces whose platform is left in peace."""
        return [workspace_id for workspace_id, breaker in list(self._of.items()) if breaker.is_open]

    def take_back(self) -> set[int]:
        """Workspaces whose platform answers again since this was asked last."""
        back = {workspace_id for workspace_id, breaker in list(self._of.items()) if breaker.take_recovery()}
        if back:
            logger.warning("the platform answers again")
        return back


def postpone(workspace_id: int, seconds: float) -> None:
    """What is due for this workspace waits for the next try, and the agents read why."""
    until = timezone.now() + timedelta(seconds=max(seconds, 0.2))
    due = _of_workspace(workspace_id).filter(due_at__lte=timezone.now())
    for command in due.filter(state=State.QUEUED).select_related("conversation").order_by("id")[:200]:
        guarded(command.pk, partial(move, command, State.RETRY_WAIT, due_at=_not_after_expiry(command, until)))
    due.filter(state=State.RETRY_WAIT).update(due_at=until)


def hasten(workspace_id: int) -> None:
    """The platform is back: nobody waits out what was left of a wait. Who was told to wait still does."""
    waiting = _of_workspace(workspace_id).filter(state=State.RETRY_WAIT, reason__in=("", NO_GOOD_ANSWER))
    waiting.filter(due_at__gt=timezone.now()).update(due_at=timezone.now())


def _of_workspace(workspace_id: int) -> QuerySet[Command]:
    return Command.objects.filter(kind__in=Command.OF_CONVERSATIONS, workspace_id=workspace_id)


def _not_after_expiry(command: Command, until: datetime) -> datetime:
    return min(until, command.expires_at)
