"""The share of one workspace in reading: its own readers, its own pace, its own list of campaigns.

A platform that accepts and is silent holds a reader for as long as a call may take. It holds those of its own lane.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import Error, connections

logger = logging.getLogger(__name__)

READERS = 2


class Lane:
    """Asked and started from one thread; what it starts runs on threads that end with the process."""

    def __init__(self) -> None:
        self._reading: list[threading.Thread] = []
        self._listing: threading.Thread | None = None
        self._list_at = 0.0
        self._read_at = 0.0

    def may_list(self) -> bool:
        is_at_it = self._listing is not None and self._listing.is_alive()
        return not is_at_it and self._list_at <= time.monotonic()

    def may_read(self) -> bool:
        self._reading = [thread for thread in self._reading if thread.is_alive()]
        return len(self._reading) < READERS and self._read_at <= time.monotonic()

    def start_listing(self, read: Callable[[], float | None], *, every: float) -> None:
        """`every`: seconds until the next, for a failed list is as dear as a good one.

        `read` returns after how many seconds it may be sooner, when it cost nobody anything; else None.
        """
        self._list_at = time.monotonic() + every

        def read_and_say_when() -> None:
            if (sooner := read()) is not None:
                self._list_at = time.monotonic() + min(sooner, every)

        self._listing = _start("campaigns", read_and_say_when)

    def start_reading(self, read: Callable[[], float], *, pause: float) -> None:
        """`pause`: seconds until the next may start; `read` returns how many more the platform asks for."""
        self._read_at = max(self._read_at, time.monotonic() + pause)

        def read_and_stand_back() -> None:
            if asked_for := read():
                self._read_at = time.monotonic() + asked_for

        self._reading.append(_start("conversation", read_and_stand_back))

    def join(self) -> None:
        """Wait for what is in hand. Whoever waits for the loop does not wait for ever."""
        for thread in (*self._reading, self._listing):
            if thread is not None:
                thread.join()


def _start(what: str, work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=_run, args=(what, work), name=f"read-{what}", daemon=True)
    thread.start()
    return thread


def _run(what: str, work: Callable[[], None]) -> None:
    try:
        work()
    except Error as error:
        logger.warning("reading of a %s waits for the database: %s", what, type(error).__name__)
    except Exception:
        logger.exception("reading of a %s failed", what)
    finally:
        connections.close_all()
