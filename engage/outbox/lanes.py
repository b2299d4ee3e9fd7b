"""Threads for one kind of work; each workspace has its own share of them, and each job gives its connection back."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.db import close_old_connections

logger = logging.getLogger(__name__)

Job = Callable[[], None]

# Threads are made when they are needed. Beyond so many at work, a workspace gets one at a time.
_MANY = 32
_MOST = 256
# Of a platform that is well, a call takes a tenth of this. What takes longer hangs, most likely until it is given up.
_SLOW_AFTER = 0.5
# Calls that hang and take nobody's place: so many of one workspace, and so many of all.
_SLOW = 32
_SLOW_OF_ALL = 96


def describe(error: BaseException) -> str:
    """What broke and where, without the error's words: they may quote a text or a key."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {frames[-1].filename}:{frames[-1].lineno}" if frames else type(error).__name__


@dataclass(eq=False)
class _Work:
    workspace_id: int
    is_repetition: bool
    began_at: float = field(default_factory=time.monotonic)


class Lane:
    """A platform that stalls takes the threads of its own workspace and of nobody else, whatever they share."""

    def __init__(self, name: str, *, share: int, steps_around: bool = False) -> None:
        """`share`: jobs that one workspace may have in hand at once. Half of them, rounded up, may be repetitions.

        `steps_around`: what hangs costs a thread and not a place in the share, so that the next takes its place. For
        jobs that wait for one conversation each, of which some hang and say nothing about the others.
        """
        self._name = name
        self._share = share
        self._steps_around = steps_around
        self._pool = ThreadPoolExecutor(_MOST, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._in_hand: set[_Work] = set()

    @property
    def crowded(self) -> list[int]:
        """Workspaces that have their share in hand: their work would only stand in the way of others'."""
        with self._lock:
            places = self._count_places()
            return [workspace_id for workspace_id in places if not self._has_room(workspace_id, places)]

    def has_room_for(self, workspace_id: int, *, is_repetition: bool = False) -> bool:
        """What failed before may fail again, and slowly: it leaves room for what is tried for the first time."""
        with self._lock:
            if is_repetition:
                repeated = [work for work in self._in_hand if work.is_repetition and work.workspace_id == workspace_id]
                # Here those that hang count too, or they would be all that is done.
                if len(repeated) >= (self._share + 1) // 2:
                    return False
            return self._has_room(workspace_id, self._count_places())

    def begin(self, workspace_id: int, job: Job, *, is_repetition: bool = False) -> None:
        work = _Work(workspace_id, is_repetition)
        with self._lock:
            self._in_hand.add(work)
        self._pool.submit(self._run, work, job)

    def finish(self) -> None:
        """Wait for what was begun."""
        self._pool.shutdown(wait=True)

    def _has_room(self, workspace_id: int, places: Counter[int]) -> bool:
        share = self._share if places.total() < _MANY else 1
        return places[workspace_id] < share and len(self._in_hand) < _MOST

    def _count_places(self) -> Counter[int]:
        """What each workspace has in hand, without so many that hang as may take nobody's place."""
        places = Counter(work.workspace_id for work in self._in_hand)
        if self._steps_around:
            since = time.monotonic() - _SLOW_AFTER
            slow = Counter(work.workspace_id for work in self._in_hand if work.began_at < since)
            each = _SLOW if slow.total() <= _SLOW_OF_ALL else 0
            places -= Counter({workspace_id: min(number, each) for workspace_id, number in slow.items()})
        return places

    def _run(self, work: _Work, job: Job) -> None:
        try:
            job()
        except Exception as error:
            # The command keeps its lease; the sweeper settles it when that is over.
            logger.error("%s: a job failed: %s", self._name, describe(error))
        finally:
            close_old_connections()
            with self._lock:
                self._in_hand.discard(work)
