"""Does the database keep what it is given? Reading goes on where the disk is full, or the server is only a copy."""

from __future__ import annotations

import logging
import threading
import time

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
        with transaction.atomic(durable=not connection.in_atomic_block):
            _be_impatient()
            Pulse.beat(PROBE)
        return True
    except Error as error:
        logger.warning("the database cannot be written: %s", type(error).__name__)
        return False
    finally:
        # What was said above of patience holds for this connection.
        if not connection.in_atomic_block:
            connection.close()


def _be_impatient() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SET LOCAL lock_timeout = {_PATIENCE_MILLISECONDS}")
            cursor.execute(f"SET LOCAL statement_timeout = {_PATIENCE_MILLISECONDS}")


_writing = _Writing()
works = _writing.works
forget = _writing.forget
