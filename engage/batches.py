"""Housekeeping a few rows at a time: webhooks and replies go first."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from django.db import Error, close_old_connections
from django.utils import timezone

logger = logging.getLogger(__name__)

BATCH = 500
# Between two batches there is time for others.
_BREATH_SECONDS = 0.2

# Asked between two batches: true ends it.
Pause = Callable[[], bool]


def no_pause() -> bool:
    return False


def run(stop: threading.Event, prune: Callable[[datetime, Pause], object], *, every: float) -> None:
    """Prune every so many seconds until told to stop. A database that is away is waited for."""
    while not stop.is_set():
        try:
            close_old_connections()
            prune(timezone.now(), lambda: stop.wait(_BREATH_SECONDS))
        except Error as error:
            logger.warning("pruning waits for the database: %s", type(error).__name__)
        except Exception:
            # The loop outlives it: with the loop would end the worker.
            logger.exception("pruning failed and is tried again")
        close_old_connections()
        stop.wait(every)


def each(*steps: Callable[[], int]) -> list[int]:
    """What every step returns. One that fails keeps none of the others from being taken; the first error is raised."""
    done: list[int] = []
    errors: list[Exception] = []
    for step in steps:
        try:
            done.append(step())
        except Exception as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return done


def repeat(step: Callable[[int], int], pause: Pause, batch: int) -> int:
    """Take steps of up to `batch` rows until one finds less; returns how many rows in all."""
    total = 0
    while count := step(batch):
        total += count
        if count < batch or pause():
            break
    return total
