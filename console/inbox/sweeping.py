"""Who is gone holds no work, however they went: the admin site says so at once, and nothing else says it at all.

An account may be switched off, deleted, or lose its role or its team by the command line, by single sign-on, by SQL. So
the worker looks, again and again, at everybody who works something.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from django.contrib.auth import get_user_model

from console.inbox.actions import let_go, let_go_orphans
from console.inbox.models import Assignment
from engage import batches
from engage.batches import Pause, no_pause

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 15.0


def run(stop: threading.Event) -> None:
    """Sweep until told to stop. The worker runs it: ENGAGE_LOOPS."""
    batches.run(stop, sweep, every=_EVERY_SECONDS)


def sweep(now: datetime, pause: Pause = no_pause) -> int:
    """Release what people hold who cannot work it any more; returns how many. `pause` ends it where it is true."""
    released = let_go_orphans()
    working = get_user_model().objects.filter(pk__in=Assignment.objects.order_by().values("agent"))
    for person in working.order_by("pk"):
        released += let_go(person, by=None)
        if released and pause():
            break
    if released:
        logger.info("released %d conversations of people who can work them no longer", released)
    return released
