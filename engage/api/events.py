"""Webhook bodies to events: `parse_event` is the only door."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from engage.api.compressed import unpack
from engage.api.errors import MalformedEvent
from engage.api.strict_json import BadJson, read_noting
from engage.api.wire import Campaign, CampaignList, ConversationPayload
from engage.api.wire.shapes import find_object, first_problem, is_campaign, is_list, unwrap_conversation
from engage.sms.blanks import storable

CAMPAIGN_STATUS = "MessagingCampaignStatus"
LIST_STATUS = "MessagingListStatus"


class ConversationKind(StrEnum):
    CONVERSATION_STARTED = "ConversationStarted"
    NEW_MESSAGE = "NewMessage"
    DISPOSITION = "Disposition"
    OPT_OUT = "OptOut"
    OPT_IN = "OptIn"
    # Of a lead, under a name that no guide has: a hint to ask, and a statement of what it holds.
    OTHER = "Other"


@dataclass(frozen=True)
class ConversationEvent:
    kind: ConversationKind
    payload: ConversationPayload
    event_type: str = ""
    """The name it came under."""
    was_cleaned: bool = False
    """Its texts held what no database does."""


@dataclass(frozen=True)
class CampaignEvent:
    campaign: Campaign
    was_cleaned: bool = False


@dataclass(frozen=True)
class ListEvent:
    lead_list: CampaignList
    was_cleaned: bool = False


@dataclass(frozen=True)
class UnknownEvent:
    """Something the guides do not name: stored, counted and shown, never refused (reading 1)."""

    event_type: str


Event = ConversationEvent | CampaignEvent | ListEvent | UnknownEvent


def folded(word: str) -> str:
    """Letters alone, without case: OPT_OUT, optOut and opt-out are one word to whoever reads them."""
    return "".join(filter(str.isalpha, word)).casefold()


_CONVERSATION_KINDS = {folded(kind): kind for kind in ConversationKind if kind != ConversationKind.OTHER} | {
    # As the campaign object's `webhooks` call it.
    "incomingmessage": ConversationKind.NEW_MESSAGE
}
# In a name that no guide has, what a person would read out of it. A stop may stand anywhere in it; what lets somebody
# be texted again must be all that it says, beside who and what it is about.
_OUT = ("optout", "optedout", "unsubscri", "donotcontact", "donottext", "dnc", "revoke")
_IN = re.compile(
    r"(?:lead|contact|subscriber|user|sms|messaging|message|event)?+"
    r"(?:optin|optedin|resubscribed?|subscribed?|unstop|start)"
    r"(?:event|received|webhook)?+"
)
_STOP = "stop"
# Sending can be stopped too, and that says nothing of a lead.
_OF_SENDING = ("campaign", "broadcast", "sending", "list", "schedule")


def is_documented(event_type: str) -> bool:
    """Whether an event about a lead has a name of the guides, in whatever letters."""
    return folded(event_type) in _CONVERSATION_KINDS


def _kind_named(event_type: str) -> ConversationKind | None:
    """What a name says that no guide has; None where nothing can be read out of it."""
    name = folded(event_type)
    if any(word in name for word in _OUT):
        return ConversationKind.OPT_OUT
    if _IN.fullmatch(name):
        return ConversationKind.OPT_IN
    if _STOP in name and not any(word in name for word in _OF_SENDING):
        return ConversationKind.OPT_OUT
    return None


_CAMPAIGN_STATUS, _LIST_STATUS = folded(CAMPAIGN_STATUS), folded(LIST_STATUS)


def parse_event(body: bytes, event_type: str = "") -> Event:
    """Read one webhook; `event_type` is the x-event-type header. Raises MalformedEvent, nothing else.

    The body's own `eventType` is the documented one and goes before the header.
    """
    try:
        value, was_cleaned = read_noting(unpack(body))
        if not isinstance(value, dict | list):
            raise MalformedEvent("the top level is not an object")
        event = _event_of(value, header=event_type)
        return replace(event, was_cleaned=True) if was_cleaned and not isinstance(event, UnknownEvent) else event
    except BadJson as error:
        raise MalformedEvent(error.reason) from None
    except ValidationError as error:
        raise MalformedEvent(first_problem(error)) from None


def _event_of(value: dict[str, Any] | list[Any], *, header: str) -> Event:
    conversation = unwrap_conversation(value)
    fields = conversation or (value if isinstance(value, dict) else {})
    named = fields.get("eventType")
    said = named if isinstance(named, str) and named.strip() else header
    event_type = storable(said.strip() or _named_otherwise(value))[:200]
    name = folded(event_type)
    kind: ConversationKind | None = _CONVERSATION_KINDS.get(name)
    if conversation and kind is None:
        kind = _kind_named(event_type) or ConversationKind.OTHER
    if kind:
        return ConversationEvent(kind, ConversationPayload.model_validate(fields), event_type)
    found = fields if is_campaign(fields) else _unwrapped(value) or fields
    if name == _CAMPAIGN_STATUS or (not event_type and is_campaign(found)):
        if not is_campaign(found):
            # Without this check a lead list under the wrong header would become a campaign with the list's id.
            raise MalformedEvent("campaignStatus: Field required")
        return CampaignEvent(campaign=Campaign.model_validate(found))
    if name == _LIST_STATUS and not is_list(found):
        found = next(iter(find_object(value, _may_be_list)), found)
    if name == _LIST_STATUS or (not event_type and is_list(found)):
        if is_campaign(found):
            raise MalformedEvent("a campaign under the event type of a lead list")
        return ListEvent(lead_list=CampaignList.model_validate(found))
    if isinstance(value, list):
        raise MalformedEvent("the top level is not an object, nor holds one that is known")
    return UnknownEvent(event_type=event_type)


def _named_otherwise(value: object) -> str:
    """Where neither `eventType` nor the header names the event."""
    fields = value if isinstance(value, dict) else {}
    names = (fields.get(key) for key in ("event_type", "event", "eventName", "event_name", "type"))
    return next((name.strip() for name in names if isinstance(name, str)), "")


def _may_be_list(fields: dict[str, Any]) -> bool:
    """Under the name of a list's event: whatever has a name or an id, and a state beside it."""
    return bool(fields.keys() & {"id", "name", "listName"}) and bool(fields.keys() & {"status", "listStatus"})


def _unwrapped(value: object) -> dict[str, Any] | None:
    """The campaign or the list itself, however it is wrapped."""
    found = find_object(value, lambda fields: is_campaign(fields) or is_list(fields))
    return found[0] if found else None
