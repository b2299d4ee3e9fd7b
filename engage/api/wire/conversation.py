"""Conversation payload: what a webhook brings and the conversation endpoint answers (guide "Messaging Integration")."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field, PlainValidator, PrivateAttr, model_validator

from engage.api import access
from engage.api.access import Place
from engage.api.origins import origin_of
from engage.api.wire.base import (
    Flag,
    Many,
    Moment,
    NoneIsBlank,
    NoneIsNoneOfThem,
    OptionalId,
    OrNone,
    RemoteId,
    Statement,
    Text,
    Whole,
    WireModel,
)
from engage.api.wire.campaign import Disposition
from engage.vault import Secret

# What stands for an id begins so.
UNNAMED = "unnamed-"
NO_CAMPAIGN = f"{UNNAMED}campaign"
"""Of a lead that nothing says the campaign of. One that is known has its own; the GET of another tells it."""


class CampaignReference(WireModel):
    """The campaign as a conversation names it: not the whole Campaign object."""

    id: RemoteId
    name: Annotated[str, NoneIsBlank] = ""
    sender_source_type: Text = None


def _name_in_object(value: object) -> object:
    """Of a disposition that is said as the whole object of one."""
    if not isinstance(value, dict):
        return value
    return next((value[name] for name in ("disposition", "name", "id") if value.get(name)), None)


DispositionSaid = Annotated[Text, BeforeValidator(_name_in_object)]


class Lead(WireModel):
    """The guide's "Lead Object Properties"; `lead_data` holds whatever was loaded, by the names it was loaded under."""

    id: RemoteId
    org_id: Whole = None
    workspace_id: Whole = None
    messaging_campaign_id: OptionalId = None
    messaging_list_id: OptionalId = None
    status: Text = None
    status_message: Text = None
    carrier: Text = None
    normalized_carrier: Text = None
    phone: Text = None
    from_number: Text = None
    time_zone: Text = None
    zip: Text = None
    state: Text = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lead_data: Annotated[dict[str, Any], NoneIsNoneOfThem] = Field(default_factory=dict)
    created: Moment = None
    sent: Moment = None
    result: Moment = None
    retry_after: Any = None
    conversation_started: Flag = None
    disposition: DispositionSaid = None
    disposition_timestamp: Moment = None


def _text_in_object(value: object) -> object:
    """Some say a text as an object that holds it; None is none."""
    if isinstance(value, dict):
        value = next((value[name] for name in _TEXT_NAMES if isinstance(value.get(name), str)), value)
    return "" if value is None else value


# As the guide calls it, and as others do: the word that stops all texts must not be missed for its place.
_TEXT_NAMES = ("message", "text", "body", "content")


class Message(WireModel):
    """One text; `direction` is INBOUND from the lead, OUTBOUND to the lead, or a word yet unknown."""

    id: RemoteId
    sender: Text = None
    direction: Text = None
    timestamp: Moment = None
    message: Annotated[str, BeforeValidator(_text_in_object), Field(validation_alias=AliasChoices(*_TEXT_NAMES))] = ""

    @classmethod
    def name_by_content(cls, fields: dict[str, Any]) -> str | None:
        """What stands for the id of a text that has none: it may be a STOP. None where nothing tells it apart."""
        text = next((_text_in_object(fields[name]) for name in _TEXT_NAMES if fields.get(name) is not None), None)
        # A picture may come with no text at all.
        more = {name: fields[name] for name in sorted(fields) if name not in ("id", "sender", "direction", "timestamp")}
        told = [text] if isinstance(text, str) and text.strip() else [repr(more)] if any(more.values()) else []
        if not told:
            return None
        content = "\n".join([*(str(fields.get(name)) for name in ("direction", "timestamp")), *told])
        return f"{UNNAMED}{hashlib.sha256(content.encode('utf-8', 'replace')).hexdigest()[:24]}"

    @property
    def is_unnamed(self) -> bool:
        return self.id.startswith(UNNAMED)


class ConversationData(WireModel):
    campaign: CampaignReference
    lead: Lead
    messages: Many[Message] = Field(default_factory=list)
    dispositions: Many[Disposition] = Field(default_factory=list)
    # Undocumented: where an event names the choice beside the lead.
    disposition: DispositionSaid = None
    disposition_timestamp: Moment = None

    @model_validator(mode="before")
    @classmethod
    def _campaign_from_lead(cls, fields: Any) -> Any:
        # An opt-out must not be lost over a missing part that the lead names as well.
        lead = fields.get("lead") if isinstance(fields, dict) else None
        if isinstance(lead, dict | Lead) and fields.get("campaign") is None:
            # A lead that had to be mended is one already.
            named = lead.messaging_campaign_id if isinstance(lead, Lead) else lead.get("messagingCampaignId")
            is_id = isinstance(named, str | int) and not isinstance(named, bool) and str(named).strip()
            return {**fields, "campaign": {"id": str(named) if is_id else NO_CAMPAIGN}}
        return fields


@dataclass(frozen=True)
class Endpoint:
    """What we take from an endpoint's URL: its query, and for information the origin it names. It is never called."""

    key: Secret
    origin: str
    query: str = field(default="", repr=False, compare=False)


def _read_endpoint(url: object) -> Endpoint | None:
    if not isinstance(url, str):
        return url if isinstance(url, Endpoint) else None
    query = access.query_in(url)
    return Endpoint(key=Secret(access.key_in(query)), origin=origin_of(url)[:200], query=query)


EndpointUrl = Annotated[Endpoint | None, PlainValidator(_read_endpoint), Field(exclude=True)]


class Endpoints(WireModel):
    """The guide's "Endpoints Properties". Unknown ones are dropped, not kept: their URLs hold keys in the clear."""

    model_config = ConfigDict(extra="ignore")

    embeddable_widget: EndpointUrl = None
    conversation_endpoint: EndpointUrl = None
    send_message_endpoint: EndpointUrl = None
    disposition_endpoint: EndpointUrl = None

    @cached_property
    def key(self) -> Secret:
        """What this conversation is asked with, as `engage.api.access` has it; empty when no URL names a key."""
        named: dict[Place, Endpoint | None] = {place: getattr(self, place.value) for place in Place}
        return access.written({place: endpoint.query for place, endpoint in named.items() if endpoint is not None})


class ConversationPayload(Statement):
    """`event_type` is absent in the answer of the conversation endpoint; `key` is empty when no URL names one."""

    event_type: Text = None
    data: ConversationData
    endpoints: Annotated[Endpoints | None, OrNone()] = None
    # By the platform's clock when it answered our GET. No field of the body: nobody can state it there.
    _answered_at: datetime | None = PrivateAttr(default=None)

    @property
    def answered_at(self) -> datetime | None:
        return self._answered_at

    def answered(self, at: datetime | None) -> ConversationPayload:
        """Itself, as what was answered at that time."""
        self._answered_at = at
        return self

    @property
    def key(self) -> Secret:
        return self.endpoints.key if self.endpoints else Secret("")
