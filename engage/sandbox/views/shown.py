"""Rows in words for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engage.sandbox import faults
from engage.sandbox.models import CampaignStatus, Lead, LeadStatus, Message, Webhook
from engage.sms.phones import display

STATUS_WORDS = {
    CampaignStatus.DRAFT: "Draft",
    CampaignStatus.PENDING_APPROVAL: "Waiting for approval",
    CampaignStatus.READY: "Ready",
    CampaignStatus.ACTIVE: "Active",
}
MODE_WORDS = {
    "refuse": "connection reset",
    "cut_before": "closed before it is read",
    "429": "429, too many requests",
    "500": "500",
    "503": "503",
    "html": "a web page instead of JSON",
    "redirect": "redirect to itself",
    "drop": "answers OK and forgets it",
    "stall": "answers late",
    "cut": "closes without an answer",
    "half_headers": "half an answer",
    "drip": "answers byte by byte",
    "accept_then_500": "answers 500 all the same",
    "accept_then_429": "answers 429 all the same",
}
PATH_WORDS = {
    "send": "replies",
    "conversation": "reading a conversation",
    "disposition": "dispositions",
    "campaign": "campaigns",
}


@dataclass(frozen=True)
class LeadRow:
    id: str
    key: str
    name: str
    initials: str
    hue_step: int
    phone: str
    place: str
    campaign: str
    state: str
    state_word: str
    last_text: str
    ago: str
    time_there: str


@dataclass(frozen=True)
class Bubble:
    text: str
    is_from_lead: bool
    note: str
    time: str


@dataclass(frozen=True)
class Day:
    name: str
    bubbles: list[Bubble]


@dataclass(frozen=True)
class WebhookRow:
    event: str
    subject: str
    state: str
    note: str
    ago: str


def lead_row(lead: Lead, now: int) -> LeadRow:
    state, word = _state(lead)
    there = zone_of(lead)
    return LeadRow(
        id=lead.id,
        key=lead.key,
        name=lead.name,
        initials="".join(part[0] for part in lead.name.split()[:2] if part[0].isalpha()).upper() or "?",
        hue_step=sum(map(ord, lead.id)) % 8,
        phone=display(lead.phone),
        place=f"{lead.data.get('City', '')}, {lead.state}".strip(", "),
        campaign=lead.campaign.name,
        state=state,
        state_word=word,
        last_text=lead.last_text,
        ago=ago(lead.last_message_at, now) if lead.last_message_at else "",
        time_there=f"{clock(now, there)} there" if there else "time there unknown",
    )


def thread(lead: Lead) -> list[Day]:
    """The messages by day, in the lead's own time."""
    zone = zone_of(lead) or UTC
    messages = lead.messages.order_by("at", "id")
    return [
        Day(name=day, bubbles=list(_bubbles(group, zone)))
        for day, group in groupby(
            messages, key=lambda message: f"{_moment(message.at, zone):%A, %B} {_moment(message.at, zone).day}"
        )
    ]


def webhook_row(webhook: Webhook, now: int) -> WebhookRow:
    tries = f", {webhook.attempts} tries" if webhook.attempts > 1 else ""
    note = f"{webhook.state}{tries}"
    if webhook.state in (Webhook.State.WAITING, Webhook.State.GIVEN_UP) and webhook.answer:
        note = f"{note}: {webhook.answer}"
    return WebhookRow(webhook.event, webhook.subject, webhook.state, note, ago(webhook.created_at, now))


def fault_form(current: faults.Faults) -> dict[str, Any]:
    """The present setting as its form shows it."""
    chosen = current.calls.rate > 0
    return {
        "is_calm": current == faults.Faults(seed=current.seed),
        "rate": f"{current.calls.rate * 100:g}",
        "stall_s": f"{current.calls.stall_s:g}",
        "without_effect": _choices(faults.MODES_WITHOUT_EFFECT, MODE_WORDS, current.calls.modes if chosen else ()),
        "with_effect": _choices(faults.MODES_WITH_EFFECT, MODE_WORDS, current.calls.modes if chosen else ()),
        "paths": _choices(faults.PATHS, PATH_WORDS, current.calls.paths if chosen else faults.PATHS),
        "shares": [
            (name, word, f"{getattr(current.webhooks, name) * 100:g}")
            for name, word in (("drop", "Lost"), ("repeat", "Repeated"), ("reorder", "Out of order"))
        ],
        "delay_s": f"{current.webhooks.delay_s[1]:g}",
    }


def zone_of(lead: Lead) -> tzinfo | None:
    try:
        return ZoneInfo(lead.time_zone) if lead.time_zone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def clock(at: int, zone: tzinfo) -> str:
    moment = _moment(at, zone)
    return f"{moment.hour % 12 or 12}:{moment:%M %p}"


def ago(at: int, now: int) -> str:
    seconds = max(now - at, 0) // 1000
    for size, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {word}"
    return "now" if seconds < 5 else f"{seconds} s"


def _state(lead: Lead) -> tuple[str, str]:
    if lead.is_opted_out:
        return "opted-out", "Opted out"
    if not lead.is_reached:
        return ("failed", "Not delivered") if lead.status == LeadStatus.FAILED else ("unsent", "Not sent yet")
    if lead.disposition is not None:
        return "finished", lead.disposition
    if lead.is_waiting:
        return "waiting", "Waits for an answer"
    return ("answered", "Answered") if lead.has_started else ("silent", "No answer yet")


def _bubbles(messages: Any, zone: tzinfo) -> Iterator[Bubble]:
    notes = {Message.Origin.BROADCAST: "Broadcast", Message.Origin.AUTOMATIC: "Automatic"}
    for message in messages:
        yield Bubble(message.text, message.is_from_lead, notes.get(message.origin, ""), clock(message.at, zone))


def _choices(names: tuple[str, ...], words: dict[str, str], chosen: tuple[str, ...]) -> list[tuple[str, str, bool]]:
    return [(name, words[name], name in chosen) for name in names]


def _moment(at: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(at / 1000, zone)
