"""How the campaign rooms write what the platform says."""

from __future__ import annotations

from collections.abc import Sized
from datetime import datetime
from typing import TYPE_CHECKING

from django import template
from django.utils import timezone

from console.campaigns import words

if TYPE_CHECKING:
    from console.audit.models import AuditEntry
    from engage.models import Campaign, LeadList

register = template.Library()

_ACTIONS = {
    "activated campaign": "asked to activate the campaign",
    "paused campaign": "asked to pause the campaign",
    "requested approval": "asked Engage to approve the messages",
    "activated list": "asked to activate the list",
    "paused list": "asked to pause the list",
    "cancelled activation": "cancelled the activation",
    "left unconfirmed": "left what could not be confirmed as it is",
    "uploaded file": "uploaded the file",
    "discarded file": "discarded the file",
    "loaded list": "asked to load the list",
    "loaded lead": "asked to load one lead into the list",
    "loaded again": "asked to load again into the list",
    "cancelled load": "cancelled the load of the list",
    "marked as loaded": "marked as loaded the list",
    "discarded load": "discarded the load of the list",
}


@register.filter
def status_words(campaign: Campaign) -> str:
    return words.status_words(campaign)


@register.filter
def status_tone(campaign: Campaign) -> str:
    return words.status_tone(campaign)


@register.filter
def sending_words(campaign: Campaign) -> str:
    return words.sending_words(campaign)


@register.filter
def sender_words(campaign: Campaign) -> str:
    return words.sender_words(campaign.sender_source_type)


@register.filter
def list_status_words(lead_list: LeadList) -> str:
    return words.list_status_words(lead_list)


@register.filter
def list_tone(lead_list: LeadList) -> str:
    return "ok" if lead_list.is_sending else ""


@register.filter
def when(at: datetime) -> str:
    """As "today 4:30 PM", "tomorrow 8 AM", "24 Nov 8 AM", at the desk: for what is to come."""
    local, today = timezone.localtime(at), timezone.localdate()
    days = (local.date() - today).days
    day = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days) or local.strftime("%-d %b")
    year = "" if local.year == today.year else f" {local.year}"
    return f"{day}{year} {local.strftime('%-I:%M %p').replace(':00', '')}"


@register.filter
def deed(entry: AuditEntry) -> str:
    """What somebody did, as the rest of a sentence that begins with their name."""
    return _ACTIONS.get(entry.action, entry.action)


@register.filter
def rest(entries: Sized, shown: int) -> int:
    """How many stand behind the first ones; 0: none."""
    return max(0, len(entries) - shown)
