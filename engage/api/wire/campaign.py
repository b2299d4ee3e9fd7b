"""Campaign, its parts, and the lead list (guide "Campaign and List Management")."""

from __future__ import annotations

import json
from typing import Annotated, Any, Self

from pydantic import AliasChoices, BeforeValidator, Field, model_validator

from engage.api.wire.base import (
    Flag,
    Many,
    Moment,
    NoneIsBlank,
    OptionalId,
    OrNone,
    RemoteId,
    Statement,
    Text,
    Whole,
    WireModel,
)

MINUTES_OF_A_DAY = 24 * 60
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Disposition(WireModel):
    """A final word an agent may choose; the platform knows it by its name, `disposition` (reading 11)."""

    id: OptionalId = None
    disposition: Annotated[str, NoneIsBlank, Field(validation_alias=AliasChoices("disposition", "name", "label"))] = ""
    success: Flag = None
    do_not_contact: Flag = None

    @classmethod
    def of_word(cls, word: str) -> dict[str, str] | None:
        """Some list the names alone."""
        return {"disposition": word} if word.strip() else None


class CampaignLogEntry(WireModel):
    """One entry of the campaign's `events`."""

    timestamp: Moment = None
    type: Text = None
    message: Text = None


class SendingWindow(WireModel):
    """Minutes past midnight in the lead's own time zone."""

    start: Annotated[int, Field(ge=0, le=MINUTES_OF_A_DAY)]
    end: Annotated[int, Field(ge=0, le=MINUTES_OF_A_DAY)]


def _windows_alone(value: object) -> object:
    """Without what is no window; a day that held nothing else is not understood."""
    items = value if isinstance(value, list) else [value] if isinstance(value, dict) and value else value
    if not isinstance(items, list):
        return [] if value == {} else value
    windows = [item for item in items if isinstance(item, dict)]
    return windows if windows or not items else None


Windows = Annotated[list[SendingWindow] | None, BeforeValidator(_windows_alone), OrNone()]


class Schedule(WireModel):
    """A day that is absent or not understood is None (no claim); an empty day is closed. `exceptions` stay raw."""

    monday: Windows = None
    tuesday: Windows = None
    wednesday: Windows = None
    thursday: Windows = None
    friday: Windows = None
    saturday: Windows = None
    sunday: Windows = None
    exceptions: Many[Any] = Field(default_factory=list)


class CampaignMessages(WireModel):
    """The five templates; in an update, None or "" leaves one as it is (reading 6)."""

    outgoing_message: Text = None
    response_message: Text = None
    help_message: Text = None
    stop_message: Text = None
    start_message: Text = None


class CampaignWebhooks(WireModel):
    """Addresses the platform calls; ours hold the token of our receiver."""

    delivery_result: Text = None
    conversation_started: Text = None
    incoming_message: Text = None
    disposition: Text = None
    opt_out: Text = None
    opt_in: Text = None


class ConversationEmail(WireModel):
    to: Many[Any] = Field(default_factory=list)
    cc: Many[Any] = Field(default_factory=list)
    bcc: Many[Any] = Field(default_factory=list)
    from_: Annotated[Text, Field(alias="from")] = None
    reply_to: Text = None
    subject: Text = None
    html_body: Text = None
    text_body: Text = None


class CampaignNotifications(WireModel):
    send_conversation_email: Flag = None
    conversation_email: ConversationEmail | None = None


class Campaign(Statement):
    """The Campaign object, every documented field."""

    id: RemoteId
    org_id: Whole = None
    workspace_id: Whole = None
    name: Annotated[str, NoneIsBlank] = ""
    sharding_hash_code: Whole = None
    created: Moment = None
    updated: Moment = None
    campaign_status: Text = None
    sending_status: Text = None
    sending_status_description: Text = None
    next_run_time: Moment = None
    sender_source_type: Text = None
    sender_source_id: Text = None
    aegis_workflow_id: Text = None
    zendesk_approval_ticket_id: Text = None
    carrier_daily_limits: Many[Any] = Field(default_factory=list)
    custom_fields: Many[Any] = Field(default_factory=list)
    events: Many[CampaignLogEntry] = Field(default_factory=list)
    schedule: Schedule | None = None
    # Hours that are not understood, in JSON as they came; empty where they are understood, None where none were told.
    schedule_as_told: Text = None
    messages: CampaignMessages | None = None
    webhooks: CampaignWebhooks | None = None
    notifications: CampaignNotifications | None = None
    dispositions: Many[Disposition] = Field(default_factory=list)
    all_campaign_fields: Many[str] = Field(default_factory=list)

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        # Of hours that are not understood the model keeps nothing, but people are shown what was said.
        if isinstance(obj, dict) and "schedule" in obj and "scheduleAsTold" not in obj:
            told = obj["schedule"]
            obj = obj | {"scheduleAsTold": "" if _is_understood(told) else json.dumps(told, ensure_ascii=False)}
        return super().model_validate(obj, **options)


def _is_understood(told: Any) -> bool:
    if not isinstance(told, dict):
        return False
    read = Schedule.model_validate(told)
    return all(getattr(read, day) is not None for day in WEEKDAYS if told.get(day) is not None)


class CampaignList(Statement):
    """A lead list; its object is not documented, so several spellings are read and the rest is kept (reading 2)."""

    id: OptionalId = None
    name: Annotated[Text, Field(validation_alias=AliasChoices("name", "listName"))] = None
    campaign_id: Annotated[OptionalId, Field(validation_alias=AliasChoices("campaignId", "messagingCampaignId"))] = None
    status: Annotated[Text, Field(validation_alias=AliasChoices("status", "listStatus"))] = None

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, fields: Any) -> Any:
        # A null under one spelling must not hide the value under the other.
        return (
            {name: value for name, value in fields.items() if value is not None} if isinstance(fields, dict) else fields
        )

    @model_validator(mode="after")
    def _require_identity(self) -> CampaignList:
        if self.id is None and not self.name:
            raise ValueError("a list needs an id or a name")
        return self

    @property
    def counts(self) -> dict[str, int]:
        """Whatever whole numbers the platform adds, by its own names, but for the numbers of things."""
        return {
            name: value
            for name, value in (self.model_extra or {}).items()
            if type(value) is int and not name.endswith("Id")
        }
