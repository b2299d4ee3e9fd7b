"""What ended goes, a few rows at a time: sessions, and tries at signing in that no limit counts any more."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import connection

from console.accounts.models import Session
from engage import batches
from engage.batches import BATCH, Pause, each, no_pause, repeat

logger = logging.getLogger(__name__)

# Somebody who asks why a person was signed out may still look.
SESSIONS_KEPT = timedelta(days=1)
_EVERY_SECONDS = 600.0


def run(stop: threading.Event) -> None:
    """Prune until told to stop. The worker runs it: ENGAGE_LOOPS."""
    batches.run(stop, prune, every=_EVERY_SECONDS)


def prune(now: datetime, pause: Pause = no_pause, *, batch: int = BATCH) -> tuple[int, int]:
    """Delete what is due; returns how many sessions and counts. `pause` is asked in between: true ends it."""
    sessions, counts = each(
        partial(repeat, partial(_prune_sessions, now - SESSIONS_KEPT), pause, batch),
        partial(repeat, partial(_prune_counts, now), pause, batch),
    )
    if sessions or counts:
        logger.info("pruned %d sessions and %d counts of tries", sessions, counts)
    return sessions, counts


def _prune_sessions(before: datetime, batch: int) -> int:
    ended = Session.objects.filter(expire_date__lt=before)
    due = list(ended.order_by("expire_date").values_list("pk", flat=True)[:batch])
    # The date once more: a session that was used meanwhile lasts longer.
    return ended.filter(pk__in=due).delete()[0] if due else 0


def _prune_counts(now: datetime, batch: int) -> int:
    """Django removes them only when the table is full, and counts all of it at every try until then."""
    name = connection.ops.quote_name
    table, key, expires = name(str(settings.CACHES["default"]["LOCATION"])), name("cache_key"), name("expires")
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key} FROM {table} WHERE {expires} < %s ORDER BY {expires} LIMIT %s", [moment, batch])
        due = [row[0] for row in cursor.fetchall()]
        if not due:
            return 0
        places = ", ".join(["%s"] * len(due))
        # The date once more: one of them may have been counted anew.
        cursor.execute(f"DELETE FROM {table} WHERE {key} IN ({places}) AND {expires} < %s", [*due, moment])
        return int(cursor.rowcount)
