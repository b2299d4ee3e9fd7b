"""What the platform says of a campaign, as the mirror hears it; and what became of what was sent to it."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from engage.api.wire import Campaign as CampaignObject
from engage.mirror.merge import merge
from engage.mirror.observations import CampaignObservation, Observations
from engage.models import Campaign, Command, Workspace
from tests.factories import make_workspace

DOCUMENTED = json.loads((Path(__file__).parents[2] / "payloads" / "campaign.json").read_text())
FIRST = "Hi {{FirstName}}, this is Northfield Learning. Join our webinar? Reply STOP to opt out."
TEXTS = {
    "outgoingMessage": FIRST,
    "responseMessage": "",
    "helpMessage": "Northfield Learning: reply and a person answers.",
    "stopMessage": "You have been opted out. Reply START to come back.",
    "startMessage": "Welcome back!",
}

_seconds = itertools.count(1)


def describe(
    campaign: Campaign | None = None, *, status: str = "READY", workspace: Workspace | None = None, **texts: str
) -> Campaign:
    """The platform describes a campaign, a new one or again, a second later than the last time."""
    known = campaign.messages if campaign else TEXTS
    document: dict[str, Any] = DOCUMENTED | {
        "id": campaign.remote_id if campaign else f"described-{next(_seconds)}",
        "name": "Spring webinar",
        "campaignStatus": status,
        "updated": (datetime(2026, 11, 21, 18, tzinfo=UTC) + timedelta(seconds=next(_seconds))).isoformat(),
        "messages": known | texts,
    }
    where = campaign.workspace if campaign else workspace or make_workspace()
    said = CampaignObservation(CampaignObject.model_validate(document), timezone.now(), is_read=True)
    with transaction.atomic():
        merge(where.pk, Observations(campaigns=[said]))
    return Campaign.objects.select_related("workspace").get(workspace=where, remote_id=document["id"])


def end_command(command: Command, state: Command.State, reason: str = "") -> None:
    """As the dispatcher would, had the platform answered so."""
    Command.objects.filter(pk=command.pk).update(state=state, reason=reason, due_at=None)
