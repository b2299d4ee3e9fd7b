"""What may be done to campaigns and lists, and the events it fires when a status changes.

DRAFT → PENDING_APPROVAL → READY ⇄ ACTIVE. Every move is an entry in the campaign's log. A refused approval leads back
to DRAFT, and new messages lead from anywhere to PENDING_APPROVAL.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from engage.sandbox import registrations, stamps
from engage.sandbox.database import writing
from engage.sandbox.models import Campaign, CampaignStatus, LeadList, SendingStatus
from engage.sandbox.options import options
from engage.sandbox.sending import broadcast

MESSAGE_NAMES = ("outgoingMessage", "responseMessage", "helpMessage", "stopMessage", "startMessage")
INFO, WARNING = "INFO", "WARNING"


class WrongStatus(Exception):
    """The campaign's status does not allow this; the text says why."""


class Approval:
    """How long the platform's staff takes; without a delay it is a person on the sandbox page. May be changed."""

    def __init__(self) -> None:
        self.delay_s = options().approval_delay_s


approval = Approval()


def update_messages(*, campaign: Campaign, texts: Mapping[str, str | None]) -> None:
    """Blank or null leaves a text as it is; the campaign then awaits approval. Call inside `writing()`."""
    if campaign.is_approved:
        campaign.approved_messages = campaign.messages
    campaign.messages = campaign.messages | {name: text for name, text in texts.items() if text and text.strip()}
    campaign.approval_asked_at = stamps.now()
    campaign.approval_ticket = ticket_of(campaign)
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
    campaign.approved_messages = None
    _move(campaign, CampaignStatus.READY, "Approved")


def reject(*, campaign: Campaign, reason: str = "") -> None:
    """PENDING_APPROVAL becomes DRAFT, by the platform's staff. Call inside `writing()`. Raises WrongStatus."""
    _require_pending(campaign)
    what = f"Approval refused: {reason.strip()}" if reason.strip() else "Approval refused"
    _move(campaign, CampaignStatus.DRAFT, what, WARNING)


def approve_those_due(now: int) -> None:
    """Where the staff is a delay, whoever has waited that long is approved."""
    if approval.delay_s is None:
        return
    asked_by = now - int(approval.delay_s * 1000)
    if Campaign.objects.asked_for_approval_before(asked_by).exists():
        with writing():
            for campaign in Campaign.objects.asked_for_approval_before(asked_by):
                approve(campaign=campaign)


def change_settings(*, campaign: Campaign, settings: Mapping[str, Any]) -> None:
    """What is set in the platform's own pages, by the names of model fields. Call inside `writing()`."""
    for name, value in settings.items():
        setattr(campaign, name, value)
    _log(campaign, "Settings changed", INFO)
    campaign.save_changed()
    broadcast.wake()


def switch_list(*, lead_list: LeadList, status: str) -> None:
    """READY or ACTIVE. Call inside `writing()`."""
    if lead_list.status != status:
        lead_list.status = status
        lead_list.save_changed()
        broadcast.wake()
        registrations.announce_list(lead_list)


def ticket_of(campaign: Campaign) -> str:
    """The number under which the staff looks at this campaign."""
    return str(40_000 + zlib.crc32(campaign.id.encode()) % 50_000)


def _require_approval(campaign: Campaign, deed: str) -> None:
    if not campaign.is_approved:
        raise WrongStatus(f"Campaign is {campaign.status} and cannot be {deed}")


def _require_pending(campaign: Campaign) -> None:
    if campaign.status != CampaignStatus.PENDING_APPROVAL:
        raise WrongStatus(f"Campaign is {campaign.status}, not PENDING_APPROVAL")


def _move(campaign: Campaign, status: CampaignStatus, what: str, kind: str = INFO) -> None:
    has_moved = campaign.status != status
    if has_moved or status == CampaignStatus.PENDING_APPROVAL:
        _log(campaign, what, kind)
        campaign.status = status
        # The broadcast takes it from here; until it looks, nothing is being sent.
        campaign.sending_status, campaign.sending_status_description = SendingStatus.IDLE, None
        campaign.next_run_at = None
        campaign.save_changed()
        broadcast.wake()
    if has_moved:
        registrations.announce_campaign(campaign)


def _log(campaign: Campaign, what: str, kind: str) -> None:
    campaign.events = [*campaign.events, {"timestamp": stamps.iso(stamps.now()), "type": kind, "message": what}]
