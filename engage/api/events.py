"""Webhook bodies to events: `parse_event` is the only door."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from engage.api.compressed import unpack
from engage.api.errors import MalformedEvent
from engage.api.strict_json import BadJson, clean_text, read_json
from engage.api.wire import Campaign, CampaignList, ConversationPayload
from engage.api.wire.shapes import first_problem, is_campaign, is_list

CAMPAIGN_STATUS = "MessagingCampaignStatus"
LIST_STATUS = "MessagingListStatus"


class ConversationKind(StrEnum):
    CONVERSATION_STARTED = "ConversationStarted"
    NEW_MESSAGE = "NewMessage"
    DISPOSITION = "Disposition"
    OPT_OUT = "OptOut"
    OPT_IN = "OptIn"


@dataclass(frozen=True)
class ConversationEvent:
    kind: ConversationKind
    payload: ConversationPayload


@dataclass(frozen=True)
class CampaignEvent:
    campaign: Campaign


@dataclass(frozen=True)
class ListEvent:
    lead_list: CampaignList


@dataclass(frozen=True)
class UnknownEvent:
    """Something the guides do not name: stored, counted and shown, never refused (reading 1)."""

    event_type: str


Event = ConversationEvent | CampaignEvent | ListEvent | UnknownEvent

_CONVERSATION_KINDS = {str(kind): kind for kind in ConversationKind}


def parse_event(body: bytes, event_type: str = "") -> Event:
    """Read one webhook; `event_type` is the x-event-type header. Raises MalformedEvent, nothing else.

    The body's own `eventType` is the documented one and goes before the header.
    """
    try:
        fields = read_json(unpack(body))
        if not isinstance(fields, dict):
            raise MalformedEvent("the top level is not an object")
        return _event_of(fields, header=event_type)
    except BadJson as error:
        raise MalformedEvent(error.reason) from None
    except ValidationError as error:
        raise MalformedEvent(first_problem(error)) from None


def _event_of(fields: dict[str, Any], *, header: str) -> Event:
    named = fields.get("eventType")
    event_type = (named if isinstance(named, str) else "").strip() or header.strip()
    if kind := _CONVERSATION_KINDS.get(event_type):
        return ConversationEvent(kind=kind, payload=ConversationPayload.model_validate(fields))
    if event_type == CAMPAIGN_STATUS or (not event_type and is_campaign(fields)):
        if not is_campaign(fields):
            # Without this check a lead list under the wrong header would become a campaign with the list's id.
            raise MalformedEvent("campaignStatus: Field required")
        return CampaignEvent(campaign=Campaign.model_validate(fields))
    if event_type == LIST_STATUS or (not event_type and is_list(fields)):
        if is_campaign(fields):
            raise MalformedEvent("a campaign under the event type of a lead list")
        return ListEvent(lead_list=CampaignList.model_validate(fields))
    return UnknownEvent(event_type=clean_text(event_type)[:200])
