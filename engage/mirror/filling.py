"""A list of campaigns may hold summaries: what those leave out is read one by one, as often as it moves."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from engage.api.client import EngageClient
from engage.api.errors import EngageError, Gone, Malformed, Rejected
from engage.api.wire import Campaign as WireCampaign
from engage.mirror.reading import read_campaign
from engage.models import Campaign, Workspace

# Without these a campaign can be neither shown nor changed.
_NEEDED = frozenset({"messages", "schedule"})
# So many after one reading of the list; the rest after the next.
MOST_AT_ONCE = 40
# Where a summary does not say when it was updated, it may have been at any time.
_AGAIN_AFTER = timedelta(minutes=30)


def is_summary(said: WireCampaign) -> bool:
    return not said.model_fields_set >= _NEEDED


def fill_summaries(workspace: Workspace, client: EngageClient, listed: Sequence[WireCampaign]) -> None:
    """Read by itself each whose `updated` moved since it was, at the pace of all reading."""
    if not listed:
        return
    updated = {said.id: said.updated.isoformat() if said.updated else "" for said in listed}
    due = [row for row in _find_rows(workspace, updated) if _is_due(row, updated[row.remote_id])]
    for row in sorted(due, key=lambda row: (row.filled_at is not None, row.filled_at, row.pk))[:MOST_AT_ONCE]:
        now = timezone.now()
        try:
            read_campaign(row, client)
        except (Gone, Malformed, Rejected):
            # Asked again once it moves.
            pass
        except EngageError:
            return
        Campaign.objects.filter(pk=row.pk).update(filled_for=updated[row.remote_id], filled_at=now)
        time.sleep(1.0 / settings.RECONCILE_READS_PER_SECOND)


def _find_rows(workspace: Workspace, updated: dict[str, str]) -> list[Campaign]:
    rows = Campaign.objects.filter(workspace=workspace, remote_id__among=list(updated))
    return list(rows.only("remote_id", "workspace_id", "filled_for", "filled_at"))


def _is_due(row: Campaign, updated: str) -> bool:
    if row.filled_at is None or row.filled_for != updated:
        return True
    return not updated and row.filled_at < timezone.now() - _AGAIN_AFTER
