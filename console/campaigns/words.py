"""What the platform's words mean to people. Every set of them is open: what we do not know is shown as it came."""

from __future__ import annotations

from typing import Final

from engage.models import Campaign, LeadList
from engage.models.status_words import Meaning, folded, meaning_of

_TONE: Final = {Meaning.SENDING: "ok", Meaning.PENDING: "warn"}
# Their letters run together where the platform runs them together.
_SPACED: Final = {"inprogress": "In progress", "onhold": "On hold", "pendingapproval": "Pending approval"}
_SENDING: Final = {"SENDING": "Sending", "IDLE": "Idle"}
_SENDER: Final = {
    "SHORT_CODE": "Short code",
    "LONG_CODE": "Long code",
    "TOLL_FREE": "Toll-free number",
    "CORE_CAMPAIGN": "Core campaign",
}
# Why a campaign in this state cannot be activated: said before the click.
NOT_YET: Final = {
    Meaning.DRAFT: "It is a draft. Engage activates only approved campaigns: propose its messages, so that Engage"
    " approves it.",
    Meaning.PENDING: "Engage has not approved its messages yet. It can be activated as soon as they are.",
}


def status_words(campaign: Campaign) -> str:
    if campaign.is_unlisted:
        return "Not listed"
    if campaign.is_paused and campaign.meaning is Meaning.READY:
        return "Paused (ready)"
    if campaign.meaning is Meaning.UNTOLD:
        return "Not told" if campaign.confirmed_at else "Not read yet"
    return _as_words(campaign.status)


def status_tone(campaign: Campaign) -> str:
    return "warn" if campaign.is_unlisted else _TONE.get(campaign.meaning, "")


def list_status_words(lead_list: LeadList) -> str:
    """A list that is READY is not being sent to; whether it ever was, nobody says."""
    return _as_words(lead_list.status) or "Not known yet"


def _as_words(status: str) -> str:
    if meaning_of(status) is Meaning.UNKNOWN:
        return status
    return _SPACED.get(folded(status)) or status.strip().replace("_", " ").capitalize()


def sending_words(campaign: Campaign) -> str:
    return _SENDING.get(campaign.sending_status, campaign.sending_status)


def sender_words(source_type: str) -> str:
    return _SENDER.get(source_type, source_type)
