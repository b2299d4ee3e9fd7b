"""What the list of campaigns no longer holds, or never held. Engage says nothing of what is gone; it leaves it out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F
from django.db.models.functions import Coalesce

from engage.models import Campaign, Change
from engage.models.campaign import READINGS_UNTIL_UNLISTED


def note_listed(workspace_id: int, *, known: set[int], listed: Iterable[str], at: datetime) -> None:
    """A complete reading begun at `at` named the `listed` remote ids; `known`: ids of the rows there were before it.

    To be called inside the transaction that merges the reading. One that failed, or was partial, says nothing.
    """
    rows = Campaign.objects.filter(workspace_id=workspace_id)
    listed = set(listed)
    marked = dict(rows.filter(missing_since__isnull=False).values_list("id", "remote_id"))
    again = [row_id for row_id, remote_id in marked.items() if remote_id in listed]
    rows.filter(id__among=again).update(missing_since=None, missing_readings=0)
    counting = rows.filter(missing_readings__lt=READINGS_UNTIL_UNLISTED).values_list("id", "remote_id")
    missing = [row_id for row_id, remote_id in counting if row_id in known and remote_id not in listed]
    rows.filter(id__among=missing).update(
        missing_since=Coalesce("missing_since", at), missing_readings=F("missing_readings") + 1
    )
    turned = rows.filter(id__among=missing, missing_readings__in=(1, READINGS_UNTIL_UNLISTED))
    Change.record_campaigns([*again, *turned.values_list("id", flat=True)])
