"""Campaigns and lead lists: the statement with the greatest version is what the row says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engage.api.wire import CampaignReference
from engage.mirror.observations import CampaignObservation, LeadListObservation, clip
from engage.models import Campaign, Change, LeadList


def ensure_campaigns(workspace_id: int, references: Iterable[CampaignReference]) -> dict[str, Campaign]:
    """Rows for campaigns that conversations name, by remote id. Until the Campaign object comes a name is all."""
    named = {reference.id: reference for reference in sorted(references, key=lambda reference: reference.name)}
    thin = Campaign.objects.filter(workspace_id=workspace_id).defer("document")
    known = {row.remote_id: row for row in thin.filter(remote_id__in=named)}
    missing = [
        Campaign(
            workspace_id=workspace_id,
            remote_id=remote_id,
            name=clip(reference.name, 500),
            sender_source_type=clip(reference.sender_source_type, 100),
        )
        for remote_id, reference in sorted(named.items())
        if remote_id not in known
    ]
    for row in Campaign.objects.bulk_create(missing):
        known[row.remote_id] = row
        Change.record_campaigns([row.id])
    for row in known.values():
        name = clip(named[row.remote_id].name, 500)
        # Two webhooks may name it differently; without a time of theirs the greater name wins, in any order.
        if not row.version and name > row.name:
            row.name = name
            row.save(update_fields=["name"])
            Change.record_campaigns([row.id])
    return known


def merge_campaigns(workspace_id: int, observations: Iterable[CampaignObservation]) -> None:
    """Apply Campaign objects inside the caller's transaction; announces those that changed."""
    for observation in sorted(observations, key=lambda observation: observation.version):
        row, _ = Campaign.objects.get_or_create(workspace_id=workspace_id, remote_id=observation.campaign.id)
        if _apply_campaign(row, observation):
            Change.record_campaigns([row.id])


def _apply_campaign(row: Campaign, observation: CampaignObservation) -> bool:
    campaign = observation.campaign
    was_active = row.was_active or campaign.campaign_status == "ACTIVE"
    is_newer = observation.version > row.version
    is_confirming = observation.is_read and (row.confirmed_at is None or observation.seen_at > row.confirmed_at)
    if not (is_newer or is_confirming or was_active != row.was_active):
        return False
    if is_newer:
        row.version = observation.version
        row.name = clip(campaign.name, 500)
        row.status = clip(campaign.campaign_status, 100)
        row.sending_status = clip(campaign.sending_status, 100)
        row.sender_source_type = clip(campaign.sender_source_type, 100)
        row.document = observation.document
    is_shown = is_newer or was_active != row.was_active or row.confirmed_at is None
    row.was_active = was_active
    if is_confirming:
        row.confirmed_at = observation.seen_at
    row.save()
    return is_shown


def merge_lead_lists(workspace_id: int, observations: Iterable[LeadListObservation]) -> None:
    """Apply list objects inside the caller's transaction. A list whose campaign nobody names cannot be placed."""
    for observation in sorted(observations, key=lambda observation: observation.version):
        campaign_remote_id = observation.lead_list.campaign_id or observation.campaign_remote_id
        if not campaign_remote_id:
            continue
        campaign, _ = Campaign.objects.get_or_create(workspace_id=workspace_id, remote_id=campaign_remote_id)
        row = _find_lead_list(campaign, observation)
        if observation.version > row.version:
            row.version = observation.version
            row.name = observation.lead_list.name or row.name
            row.status = clip(observation.lead_list.status, 100)
            row.document = observation.document
            row.save()
            Change.record_campaigns([campaign.id])


def _find_lead_list(campaign: Campaign, observation: LeadListObservation) -> LeadList:
    """By id; a list stated by name alone is the one of that name, for names are unique within a campaign."""
    lead_list = observation.lead_list
    if lead_list.id is None:
        named = LeadList.objects.filter(campaign=campaign, name=lead_list.name).first()
        return named or LeadList(campaign=campaign, remote_id=f"name:{lead_list.name}"[:200], name=lead_list.name or "")
    row = LeadList.objects.filter(campaign=campaign, remote_id=lead_list.id).first()
    return row or LeadList(campaign=campaign, remote_id=lead_list.id)


def last_confirmed(workspace_id: int) -> datetime | None:
    """When the workspace's campaigns were last listed with our own key."""
    return (
        Campaign.objects.filter(workspace_id=workspace_id, confirmed_at__isnull=False)
        .order_by("-confirmed_at")
        .values_list("confirmed_at", flat=True)
        .first()
    )
