"""What of a campaign needs a person, in words: the board puts it first, the campaign's page says it at its top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console.campaigns import words
from console.campaigns.intents import Intent, Intents
from console.campaigns.rests import is_normal_rest
from console.campaigns.schedule import Schedule, opening_words, zones_now
from engage.models import Campaign
from engage.models.status_words import Meaning, is_sending

_FAILED, _STOPPED, _PENDING, _OUTSIDE, _UNDER_WAY = 5, 4, 3, 2, 1


@dataclass(frozen=True)
class Attention:
    """`urgency`: the greater, the further up on the board."""

    kind: str
    headline: str
    explanation: str
    tone: str
    urgency: int
    intent: Intent | None = None


def find_attention(campaign: Campaign, schedule: Schedule, intents: Intents, now: datetime) -> list[Attention]:
    """The most urgent first."""
    found = [of_intent(intent) for intent in intents.all]
    found += _of_state(campaign.meaning, campaign.sending_status, campaign.document, schedule, now)
    return sorted(found, key=lambda attention: -attention.urgency)


def find_urgency(
    meaning: Meaning, sending_status: str, document: Mapping[str, Any], schedule: Schedule, now: datetime
) -> int:
    """Of what a campaign says of itself, apart from what was asked of it; 0 when nothing needs a person."""
    found = _of_state(meaning, sending_status, document, schedule, now)
    return max((attention.urgency for attention in found), default=0)


def _of_state(
    meaning: Meaning, sending_status: str, document: Mapping[str, Any], schedule: Schedule, now: datetime
) -> list[Attention]:
    if meaning is not Meaning.SENDING:
        return _of_approval(meaning)
    return _of_sending(sending_status, document, schedule, now) or _of_hours(schedule, now)


def of_intent(intent: Intent) -> Attention:
    name = intent.command.list_name
    headline = f"List “{name}”: {intent.headline}" if name else intent.headline
    urgency = _FAILED if intent.is_failed or intent.is_pause else _UNDER_WAY
    return Attention("command", headline, intent.explanation, intent.tone, urgency, intent)


def _of_approval(meaning: Meaning) -> list[Attention]:
    if meaning is Meaning.PENDING:
        return [Attention("pending", "Waiting for Engage to approve", words.NOT_YET[meaning], "warn", _PENDING)]
    return []


def _of_sending(sending_status: str, document: Mapping[str, Any], schedule: Schedule, now: datetime) -> list[Attention]:
    """Active, not sending, and the platform gives a reason that is no normal rest."""
    reason = str(document.get("sendingStatusDescription") or "").strip()
    if not reason or is_sending(sending_status) or is_normal_rest(document, schedule, now):
        return []
    return [Attention("stopped", "Sending has stopped", reason, "bad", _STOPPED)]


def _of_hours(schedule: Schedule, now: datetime) -> list[Attention]:
    """Active, while its hours are over in every US time zone."""
    zones = zones_now(schedule, now)
    if not zones or any(zone.is_open for zone in zones):
        return []
    if not schedule.has_hours:
        return [
            Attention(
                "outside", "Active without sending hours", "Its schedule allows no texts at all.", "warn", _OUTSIDE
            )
        ]
    opens = opening_words(schedule, now)
    explanation = f"No texts go out until {opens}." if opens else "No texts go out now."
    return [Attention("outside", "Active, outside its hours now", explanation, "warn", _OUTSIDE)]
