"""What was kept long enough goes, a few rows at a time: webhooks as received, and the feed of changes."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings

from engage import batches
from engage.batches import BATCH, Pause, each, no_pause, repeat
from engage.models import Change, Delivery

logger = logging.getLogger(__name__)

# Pages that lost their stream come back to the feed for so long, whatever the settings say.
LEAST_CHANGES_KEPT = timedelta(minutes=10)
_EVERY_SECONDS = 60.0


def run(stop: threading.Event) -> None:
    """Prune until told to stop."""
    batches.run(stop, prune, every=_EVERY_SECONDS)


def prune(now: datetime, pause: Pause = no_pause, *, batch: int = BATCH) -> tuple[int, int]:
    """Delete all that is due; returns how many deliveries and changes. `pause` is asked in between: true ends it."""
    deliveries_before = now - timedelta(days=settings.DELIVERIES_KEPT_DAYS)
    changes_before = now - max(timedelta(hours=settings.CHANGES_KEPT_HOURS), LEAST_CHANGES_KEPT)
    deliveries, changes = each(
        partial(repeat, partial(_prune_deliveries, deliveries_before), pause, batch),
        partial(repeat, partial(_prune_changes, changes_before), pause, batch),
    )
    if deliveries or changes:
        logger.info("pruned %d deliveries and %d changes", deliveries, changes)
    return deliveries, changes


def _prune_deliveries(before: datetime, batch: int) -> int:
    """Those whose content is in the mirror, or is nothing to it. What nobody could read stays until somebody looks."""
    done = Delivery.objects.filter(state__in=(Delivery.State.APPLIED, Delivery.State.IGNORED)).order_by("id")
    # By id, which rises with the time: the index is read from its beginning, and no further than one batch.
    oldest = done.values_list("id", "received_at")[:batch]
    due = [id_ for id_, received_at in oldest if received_at < before]
    if due:
        # The state once more: somebody may have asked for a replay meanwhile.
        done.filter(id__in=due).order_by().delete()
    return len(due)


def _prune_changes(before: datetime, batch: int) -> int:
    """The newest row always stays: it says where the feed ends."""
    newest = Change.objects.newest_id()
    oldest = Change.objects.filter(id__lt=newest).order_by("id").values_list("id", "at")[:batch]
    due = [id_ for id_, at in oldest if at < before]
    if due:
        Change.objects.filter(id__in=due).delete()
    return len(due)
