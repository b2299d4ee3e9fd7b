"""Campaigns and lead lists: of each part the statement with the greatest version is what the row says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.dispatch import Signal
from django.utils import timezone

from engage.api.wire import CampaignList, CampaignReference
from engage.mirror.moments import SKEW, limit_of, standing
from engage.mirror.observations import (
    CAMPAIGN_OBJECTS,
    CampaignObservation,
    ConversationObservation,
    LeadListObservation,
    clip,
)
from engage.mirror.parts import Parts, flatten, nest
from engage.mirror.placing import campaign_inside, find_campaign
from engage.models import Campaign, Change, LeadList
from engage.models.status_words import is_sending

# Sent with `campaign` whenever the platform described one anew, inside the transaction that writes it down. Whoever
# listens must keep its own failures, and those of its statements, to itself.
campaign_described = Signal()

_BY_NAME = "name:"
# Of a campaign: the column, its name on the wire, its length.
_COLUMNS = (
    ("name", "name", 500),
    ("status", "campaignStatus", 100),
    ("sending_status", "sendingStatus", 100),
    ("sender_source_type", "senderSourceType", 100),
)


def ensure_campaigns(workspace_id: int, references: Iterable[CampaignReference]) -> dict[str, Campaign]:
    """Rows for campaigns that conversations name, by remote id. Until the Campaign object comes a name is all."""
    named = {reference.id: reference for reference in sorted(references, key=lambda reference: reference.name)}
    thin = Campaign.objects.filter(workspace_id=workspace_id).defer("document")
    known = {row.remote_id: row for row in thin.filter(remote_id__among=list(named))}
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
    # By id first: everybody takes the locks in this order.
    for observation in sorted(observations, key=lambda observation: (observation.campaign.id, observation.version)):
        row = _lock(workspace_id, observation.campaign.id)
        if _apply_campaign(row, observation):
            Change.record_campaigns([row.id])


def _lock(workspace_id: int, remote_id: str) -> Campaign:
    """The row, made when there is none, held until the end of the transaction: what is compared is what is replaced."""
    rows = Campaign.objects.select_for_update(of=("self",), no_key=True)
    row, _ = rows.get_or_create(workspace_id=workspace_id, remote_id=remote_id)
    return row


def _apply_campaign(row: Campaign, observation: CampaignObservation) -> bool:
    campaign = observation.campaign
    # Nothing takes it back, so a webhook's word is not enough for it.
    was_active = row.was_active or (observation.is_read and is_sending(campaign.campaign_status or ""))
    now = timezone.now()
    parts = parts_of(row, limit_of(now))
    parts.take(observation.version, observation.parts, is_whole=observation.is_whole)
    confirmed_at = row.confirmed_at if row.confirmed_at and row.confirmed_at <= now + SKEW else None
    is_confirming = observation.is_read and (confirmed_at is None or observation.seen_at > confirmed_at)
    if not (parts.has_moved or is_confirming or was_active != row.was_active):
        return False
    if parts.has_moved:
        _write_parts(row, parts)
    is_shown = parts.has_news or was_active != row.was_active or row.confirmed_at is None
    row.was_active = was_active
    if is_confirming:
        row.confirmed_at = observation.seen_at
    row.save()
    # Every look makes a new version, and few look different.
    if parts.has_news:
        campaign_described.send_robust(Campaign, campaign=row)
    return is_shown


def parts_of(row: Campaign, limit: str) -> Parts:
    """What is held of it; no version beyond `limit` stands."""
    said = flatten(row.document, CAMPAIGN_OBJECTS)
    return Parts.read(said, row.named_versions, row.version, limit, CAMPAIGN_OBJECTS)


def _write_parts(row: Campaign, parts: Parts) -> None:
    row.document, row.named_versions, row.version = nest(parts.said, CAMPAIGN_OBJECTS), parts.named, parts.newest
    for column, name, length in _COLUMNS:
        # Until it is described, a campaign has the name that conversations give it.
        if name in parts.said or name in parts.gone:
            setattr(row, column, clip(parts.said.get(name), length))


def merge_lead_lists(
    workspace_id: int,
    observations: Iterable[LeadListObservation],
    leads: Sequence[ConversationObservation] = (),
) -> None:
    """Apply list objects inside the caller's transaction. One that nothing leads to the campaign of is noted."""
    limit = limit_of(timezone.now())
    placed = [
        (
            said.placed_in or campaign_inside(said) or find_campaign(workspace_id, said, leads),
            said.version,
            said,
        )
        for said in observations
    ]
    for campaign_remote_id, version, observation in sorted(placed, key=lambda item: item[:2]):
        if not campaign_remote_id:
            continue
        campaign = _lock(workspace_id, campaign_remote_id)
        row, is_changed = _find_lead_list(campaign, observation.lead_list)
        name = observation.lead_list.name
        if version > standing(row.version, limit):
            row.version = version
            row.status = clip(observation.lead_list.status, 100)
            row.document = observation.document
            row.name = name or row.name
            is_changed = True
        elif name and not row.name:
            row.name = name
            is_changed = True
        if is_changed:
            row.save()
            Change.record_campaigns([campaign.id])


def _find_lead_list(campaign: Campaign, said: CampaignList) -> tuple[LeadList, bool]:
    """The one row of this list, and whether two became one.

    The object is not documented, so a list may be spoken of by id, by name or by both. Names are unique within a
    campaign; a statement with both joins what was said under each.
    """
    rows = LeadList.objects.filter(campaign=campaign)
    by_id = rows.filter(remote_id=said.id).first() if said.id else None
    named = list(rows.filter(name=said.name).order_by("remote_id")) if said.name else []
    if said.id is None:
        found = sorted(named, key=_is_known_by_name)
        return (found[0] if found else LeadList(campaign=campaign, remote_id=_by_name(said.name or ""))), False
    known_by_name = next((row for row in named if _is_known_by_name(row)), None)
    if known_by_name is None:
        return by_id or LeadList(campaign=campaign, remote_id=said.id), False
    if by_id is None:
        known_by_name.remote_id = said.id
        return known_by_name, True
    if known_by_name.version > by_id.version:
        for column in ("version", "status", "document"):
            setattr(by_id, column, getattr(known_by_name, column))
    known_by_name.delete()
    return by_id, True


def _by_name(name: str) -> str:
    """What stands for the id of a list known by its name alone; a name may be longer than an id."""
    return f"{_BY_NAME}{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def _is_known_by_name(row: LeadList) -> bool:
    return row.remote_id.startswith(_BY_NAME)


def last_confirmed(workspace_id: int) -> datetime | None:
    """When the workspace's campaigns were last listed with our own key."""
    return (
        Campaign.objects.filter(workspace_id=workspace_id, confirmed_at__isnull=False)
        .order_by("-confirmed_at")
        .values_list("confirmed_at", flat=True)
        .first()
    )
