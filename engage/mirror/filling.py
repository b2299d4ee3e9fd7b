"""A list of campaigns may leave things out: what it lacks is read one by one, as often as it moves."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from engage.api.client import EngageClient
from engage.api.errors import EngageError, Gone, Malformed, Rejected
from engage.mirror.observations import CAMPAIGN_OBJECTS, CampaignObservation
from engage.mirror.parts import flatten
from engage.mirror.reading import read_campaign
from engage.models import Campaign, Workspace

# Without these a campaign can be neither shown nor changed.
_NEEDED = frozenset({"messages", "schedule"})
# So many after one reading of the list; the rest after the next.
MOST_AT_ONCE = 40
# Where a summary does not say when it was updated, it may have been at any time.
_AGAIN_AFTER = timedelta(minutes=30)


@dataclass(frozen=True)
class Listed:
    """What the list said of a campaign, as far as it matters for reading it by itself."""

    updated: str
    parts: frozenset[str]
    is_summary: bool

    @classmethod
    def of(cls, observation: CampaignObservation) -> Listed:
        said = observation.campaign
        updated = said.updated.isoformat() if said.updated else ""
        return cls(updated, frozenset(observation.parts), is_summary=not said.model_fields_set >= _NEEDED)

    def state(self, row: Campaign) -> str:
        """For which a campaign is read by itself: once it moved, and once the list leaves out what it named before."""
        lacking = flatten(row.document, CAMPAIGN_OBJECTS).keys() - self.parts
        return f"{self.updated} {hashlib.sha256(repr(sorted(lacking)).encode()).hexdigest()[:16]}"


def fill_summaries(workspace: Workspace, client: EngageClient, listed: Mapping[str, Listed]) -> None:
    """Read by itself each that the list leaves something out of, as often as it moves, at the pace of all reading."""
    due = [row for row in _find_rows(workspace, listed) if _is_due(row, listed[row.remote_id])]
    for row in sorted(due, key=lambda row: (row.filled_at is not None, row.filled_at, row.pk))[:MOST_AT_ONCE]:
        now = timezone.now()
        try:
            read_campaign(row, client)
        except (Gone, Malformed, Rejected):
            # Asked again once it moves.
            pass
        except EngageError:
            return
        filled_for = listed[row.remote_id].state(row)
        Campaign.objects.filter(pk=row.pk).update(filled_for=filled_for, filled_at=now)
        time.sleep(1.0 / settings.RECONCILE_READS_PER_SECOND)


def _find_rows(workspace: Workspace, listed: Mapping[str, Listed]) -> list[Campaign]:
    """Those of which the list did not name all that is held, or not all that is needed."""
    summaries = [remote_id for remote_id, said in listed.items() if said.is_summary]
    rows = Campaign.objects.filter(workspace=workspace)
    lacking = rows.filter(remote_id__among=list(listed)).exclude(named_versions={})
    found = rows.filter(remote_id__among=summaries) | lacking
    return list(found.only("remote_id", "workspace_id", "filled_for", "filled_at", "document"))


def _is_due(row: Campaign, said: Listed) -> bool:
    if row.filled_at is None or row.filled_for != said.state(row):
        return True
    return not said.updated and row.filled_at < timezone.now() - _AGAIN_AFTER
