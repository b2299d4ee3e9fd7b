"""What the platform's words mean to people. Every set of them is open: what we do not know is shown as it came."""

from __future__ import annotations

from typing import Final

from engage.models import Campaign, LeadList

ACTIVE: Final = "ACTIVE"
READY: Final = "READY"
DRAFT: Final = "DRAFT"
PENDING_APPROVAL: Final = "PENDING_APPROVAL"

_STATUS: Final = {
    ACTIVE: "Active",
    READY: "Ready",
    DRAFT: "Draft",
    PENDING_APPROVAL: "Pending approval",
}
_TONE: Final = {ACTIVE: "ok", PENDING_APPROVAL: "warn"}
_SENDING: Final = {"SENDING": "Sending", "IDLE": "Idle"}
_SENDER: Final = {
    "SHORT_CODE": "Short code",
    "LONG_CODE": "Long code",
    "TOLL_FREE": "Toll-free number",
    "CORE_CAMPAIGN": "Core campaign",
}
# Why a campaign in this state cannot be activated: said before the click.
NOT_YET: Final = {
    DRAFT: "It is a draft. Engage activates only approved campaigns: propose its messages, so that Engage approves it.",
    PENDING_APPROVAL: "Engage has not approved its messages yet. It can be activated as soon as they are.",
}


def status_words(campaign: Campaign) -> str:
    if campaign.is_unlisted:
        return "Not listed"
    if campaign.is_paused:
        return "Paused (ready)"
    return _STATUS.get(campaign.status, campaign.status) or "Not read yet"


def status_tone(campaign: Campaign) -> str:
    return "warn" if campaign.is_unlisted else _TONE.get(campaign.status, "")


def list_status_words(lead_list: LeadList) -> str:
    """A list that is READY is not being sent to; whether it ever was, nobody says."""
    return _STATUS.get(lead_list.status, lead_list.status) or "Not known yet"


def sending_words(campaign: Campaign) -> str:
    return _SENDING.get(campaign.sending_status, campaign.sending_status)


def sender_words(source_type: str) -> str:
    return _SENDER.get(source_type, source_type)
