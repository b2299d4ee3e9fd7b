"""Campaigns in words for people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count

from engage.sandbox.models import Campaign, CampaignStatus, Lead, LeadStatus, SendingStatus
from engage.sandbox.options import milliseconds
from engage.sandbox.views.shown import STATUS_WORDS, ago, clock

HOME = ZoneInfo("America/New_York")
LOG_SHOWN = 8


@dataclass(frozen=True)
class ListRow:
    name: str
    is_active: bool
    progress: str
    """How many have been sent to, of how many."""


@dataclass(frozen=True)
class LogRow:
    message: str
    kind: str
    ago: str


@dataclass(frozen=True)
class Card:
    id: str
    name: str
    status: str
    status_word: str
    is_pending: bool
    ticket: str
    quote: str
    sending: str
    """What it is doing, or why not; blank while it is not active."""
    is_sending: bool
    lists: list[ListRow]
    log: list[LogRow]
    """Latest first."""


def campaign_cards(campaigns: Iterable[Campaign], now: int) -> list[Card]:
    counts = _lead_counts()
    return [_card(campaign, counts, now) for campaign in campaigns]


def moment(at: int) -> str:
    """By the platform's home: Mon, Nov 23, 8:00 AM in New York."""
    there = datetime.fromtimestamp(at / 1000, HOME)
    return f"{there:%a, %b} {there.day}, {clock(at, HOME)} in New York"


def _card(campaign: Campaign, counts: dict[tuple[str, str], int], now: int) -> Card:
    return Card(
        id=campaign.id,
        name=campaign.name,
        status=campaign.status,
        status_word=STATUS_WORDS[CampaignStatus(campaign.status)],
        is_pending=campaign.status == CampaignStatus.PENDING_APPROVAL,
        ticket=campaign.approval_ticket or "",
        quote=campaign.messages["outgoingMessage"],
        sending=_sending(campaign),
        is_sending=campaign.sending_status == SendingStatus.SENDING,
        lists=[
            ListRow(lead_list.name, lead_list.status == "ACTIVE", _progress(lead_list.id, counts))
            for lead_list in campaign.lists.all()
        ],
        log=[_log_row(entry, now) for entry in reversed(campaign.events[-LOG_SHOWN:])],
    )


def _sending(campaign: Campaign) -> str:
    if campaign.sending_status == SendingStatus.SENDING:
        return "Sending now"
    description = campaign.sending_status_description or ""
    if campaign.next_run_at is None:
        return description
    return f"{description}. Goes on {moment(campaign.next_run_at)}"


def _progress(list_id: str, counts: dict[tuple[str, str], int]) -> str:
    total = sum(count for (owner, _), count in counts.items() if owner == list_id)
    sent = total - counts.get((list_id, LeadStatus.NEW), 0)
    return f"{sent:,} of {total:,} sent" if total else "no leads"


def _lead_counts() -> dict[tuple[str, str], int]:
    counted = Lead.objects.values_list("lead_list_id", "status").annotate(Count("id"))
    return {(list_id, status): count for list_id, status, count in counted}


def _log_row(entry: dict[str, str], now: int) -> LogRow:
    return LogRow(entry["message"], entry["type"], ago(milliseconds(entry["timestamp"]), now))
