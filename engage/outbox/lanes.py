"""Threads for one kind of work, as many at once as there are; each job gives its database connection back."""

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


def describe(error: BaseException) -> str:
    """What broke and where, without the error's words: they may quote a text or a key."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {frames[-1].filename}:{frames[-1].lineno}" if frames else type(error).__name__


class Lane:
    """One thread more than any one origin may take: a platform that stalls holds up nobody who works with another."""

    def __init__(self, name: str, *, most_per_origin: int) -> None:
        self._name = name
        self._threads = most_per_origin + 1
        self._most_per_origin = most_per_origin
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._busy: Counter[str] = Counter()

    @property
    def free(self) -> int:
        with self._lock:
            return self._threads - self._busy.total()

    @property
    def crowded(self) -> list[str]:
        """Origins that have their share in hand: their work would only stand in the way of others'."""
        with self._lock:
            return [origin for origin, busy in self._busy.items() if busy >= self._most_per_origin]

    def has_room_for(self, origin: str) -> bool:
        with self._lock:
            return self._busy.total() < self._threads and self._busy[origin] < self._most_per_origin

    def begin(self, origin: str, job: Job) -> None:
        with self._lock:
            self._busy[origin] += 1
        self._pool.submit(self._run, origin, job)

    def finish(self) -> None:
        """Wait for what was begun."""
        self._pool.shutdown(wait=True)

    def _run(self, origin: str, job: Job) -> None:
        try:
            job()
        except Exception as error:
            # The command keeps its lease; the sweeper settles it when that is over.
            logger.error("%s: a job failed: %s", self._name, describe(error))
        finally:
            close_old_connections()
            with self._lock:
                self._busy[origin] -= 1
