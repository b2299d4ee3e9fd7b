"""Campaigns as the platform describes them: the guide's own sample, with what a test wants different."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from engage.models import Campaign, LeadList
from tests.factories import make_campaign

SAMPLE = json.loads((Path(__file__).parent.parent.parent / "payloads" / "campaign.json").read_text())
ALWAYS = {
    day: [{"start": 0, "end": 1440}]
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
} | {"exceptions": []}
NEVER = {day: [] for day in ALWAYS}


def make_described(
    *, name: str = "Spring webinar", status: str = "ACTIVE", was_active: bool = True, **document: Any
) -> Campaign:
    """Open at any hour unless `schedule` says otherwise, so that no test depends on when it runs."""
    campaign = make_campaign(name=name, status=status)
    campaign.document = copy.deepcopy(SAMPLE) | {"name": name, "campaignStatus": status, "schedule": ALWAYS} | document
    campaign.was_active = was_active
    campaign.sending_status = campaign.document["sendingStatus"]
    campaign.sender_source_type = campaign.document["senderSourceType"]
    campaign.save()
    return campaign


def make_list(campaign: Campaign, name: str, status: str = "ACTIVE") -> LeadList:
    return LeadList.objects.create(campaign=campaign, remote_id=f"list-{name}"[:200], name=name, status=status)
