"""Threads for one kind of work; each workspace has its own share of them, and each job gives its connection back."""

from __future__ import annotations

import logging
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections

logger = logging.getLogger(__name__)

Job = Callable[[], None]

# Threads are made when they are needed. Beyond so many at work, a workspace gets one at a time.
_MANY = 32
_MOST = 256


def describe(error: BaseException) -> str:
    """What broke and where, without the error's words: they may quote a text or a key."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {frames[-1].filename}:{frames[-1].lineno}" if frames else type(error).__name__


class Lane:
    """A platform that stalls takes the threads of its own workspace and of nobody else, whatever they share."""

    def __init__(self, name: str, *, share: int) -> None:
        """`share`: jobs that one workspace may have in hand at once. Half of them, rounded up, may be repetitions."""
        self._name = name
        self._share = share
        self._pool = ThreadPoolExecutor(_MOST, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._busy: Counter[int] = Counter()
        self._repeating: Counter[int] = Counter()

    @property
    def crowded(self) -> list[int]:
        """Workspaces that have their share in hand: their work would only stand in the way of others'."""
        with self._lock:
            return [workspace_id for workspace_id in self._busy if not self._has_room(workspace_id)]

    def has_room_for(self, workspace_id: int, *, is_repetition: bool = False) -> bool:
        """What failed before may fail again, and slowly: it leaves room for what is tried for the first time."""
        with self._lock:
            if is_repetition and self._repeating[workspace_id] >= (self._share + 1) // 2:
                return False
            return self._has_room(workspace_id)

    def begin(self, workspace_id: int, job: Job, *, is_repetition: bool = False) -> None:
        with self._lock:
            self._busy[workspace_id] += 1
            self._repeating[workspace_id] += is_repetition
        self._pool.submit(self._run, workspace_id, job, is_repetition)

    def finish(self) -> None:
        """Wait for what was begun."""
        self._pool.shutdown(wait=True)

    def _has_room(self, workspace_id: int) -> bool:
        total = self._busy.total()
        return self._busy[workspace_id] < (self._share if total < _MANY else 1) and total < _MOST

    def _run(self, workspace_id: int, job: Job, is_repetition: bool) -> None:
        try:
            job()
        except Exception as error:
            # The command keeps its lease; the sweeper settles it when that is over.
            logger.error("%s: a job failed: %s", self._name, describe(error))
        finally:
            close_old_connections()
            with self._lock:
                self._busy[workspace_id] -= 1
                self._repeating[workspace_id] -= is_repetition
                if not self._busy[workspace_id]:
                    del self._busy[workspace_id], self._repeating[workspace_id]
