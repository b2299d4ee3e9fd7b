"""What may be done to campaigns and lists, and the events it fires when a status changes."""

from __future__ import annotations

from collections.abc import Mapping

from engage.sandbox import stamps, webhooks
from engage.sandbox.models import Campaign, CampaignStatus, LeadList
from engage.sandbox.payloads import campaign_object, list_object

MESSAGE_NAMES = ("outgoingMessage", "responseMessage", "helpMessage", "stopMessage", "startMessage")


class WrongStatus(Exception):
    """The campaign's status does not allow this; the text says why."""


def update_messages(*, campaign: Campaign, texts: Mapping[str, str | None]) -> None:
    """Blank or null leaves a text as it is; the campaign then awaits approval. Call inside `writing()`."""
    campaign.messages = campaign.messages | {name: text for name, text in texts.items() if text and text.strip()}
    _move(campaign, CampaignStatus.PENDING_APPROVAL, "Messages updated, approval requested")


def activate(*, campaign: Campaign) -> None:
    """READY becomes ACTIVE; an active one stays. Call inside `writing()`. Raises WrongStatus."""
    _require_approval(campaign, "activated")
    _move(campaign, CampaignStatus.ACTIVE, "Activated")


def pause(*, campaign: Campaign) -> None:
    """ACTIVE becomes READY; a ready one stays. Call inside `writing()`. Raises WrongStatus."""
    _require_approval(campaign, "paused")
    _move(campaign, CampaignStatus.READY, "Paused")


def approve(*, campaign: Campaign) -> None:
    """PENDING_APPROVAL becomes READY, by the platform's staff. Call inside `writing()`. Raises WrongStatus."""
    _require_pending(campaign)
    _move(campaign, CampaignStatus.READY, "Approved")


def reject(*, campaign: Campaign) -> None:
    """PENDING_APPROVAL becomes DRAFT, by the platform's staff. Call inside `writing()`. Raises WrongStatus."""
    _require_pending(campaign)
    _move(campaign, CampaignStatus.DRAFT, "Rejected")


def switch_list(*, lead_list: LeadList, status: str) -> None:
    """READY or ACTIVE. Call inside `writing()`."""
    if lead_list.status != status:
        lead_list.status, lead_list.updated_at = status, stamps.now()
        lead_list.save()
        webhooks.enqueue("MessagingListStatus", lead_list.name, lead_list.campaign_id, list_object(lead_list))


def _require_approval(campaign: Campaign, deed: str) -> None:
    if not campaign.is_approved:
        raise WrongStatus(f"Campaign is {campaign.status} and cannot be {deed}")


def _require_pending(campaign: Campaign) -> None:
    if campaign.status != CampaignStatus.PENDING_APPROVAL:
        raise WrongStatus(f"Campaign is {campaign.status}, not PENDING_APPROVAL")


def _move(campaign: Campaign, status: CampaignStatus, what: str) -> None:
    has_moved = campaign.status != status
    at = stamps.now()
    if has_moved or status == CampaignStatus.PENDING_APPROVAL:
        campaign.events = [*campaign.events, {"timestamp": stamps.iso(at), "type": "INFO", "message": what}]
        campaign.status, campaign.updated_at = status, at
        campaign.save()
    if has_moved:
        webhooks.enqueue("MessagingCampaignStatus", campaign.name, campaign.id, campaign_object(campaign))
