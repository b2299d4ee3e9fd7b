"""Does the database keep what it is given? Reading goes on where the disk is full, or the server is only a copy."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, connection, transaction

from engage.models.pulse import PROBE, Pulse

logger = logging.getLogger(__name__)

_FRESH_SECONDS = 1.0
# Who cannot write within this time stores no webhook in time either.
_PATIENCE_MILLISECONDS = 2000


class _Writing:
    """One try serves everybody who asks within a second, and it writes the same row always."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._works = False
        self._tried_at: float | None = None

    def works(self) -> bool:
        with self._lock:
            if self._tried_at is None or time.monotonic() - self._tried_at > _FRESH_SECONDS:
                self._works = _try()
                self._tried_at = time.monotonic()
            return self._works

    def forget(self) -> None:
        with self._lock:
            self._tried_at = None


def _try() -> bool:
    try:
        with impatience(), transaction.atomic(durable=not connection.in_atomic_block):
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = {_PATIENCE_MILLISECONDS}")
                    cursor.execute(f"SET LOCAL statement_timeout = {_PATIENCE_MILLISECONDS}")
            Pulse.beat(PROBE)
        return True
    except Error as error:
        logger.warning("the database cannot be written: %s", type(error).__name__)
        return False
    finally:
        if not connection.in_atomic_block:
            connection.close()


@contextmanager
def impatience() -> Iterator[None]:
    """SQLite: whoever asks here waits two seconds for a lock, and not for as long as a click does.

    Said before a transaction begins, for that is what waits: it begins by taking the lock.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout = {min(before, _PATIENCE_MILLISECONDS)}")
    try:
        yield
    finally:
        # A connection that was lost meanwhile is opened anew, with the usual patience.
        if connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA busy_timeout = {before}")


_writing = _Writing()
works = _writing.works
forget = _writing.forget
