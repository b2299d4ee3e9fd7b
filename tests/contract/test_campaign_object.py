"""Guide "Campaign and List Management", the Campaign Object: one sentence per field."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.checks import (
    Check,
    anything,
    is_address,
    is_flag,
    is_identifier,
    is_list,
    is_moment,
    is_number,
    is_text,
    is_whole,
    list_of,
    nullable,
    object_of,
    one_of,
)
from tests.contract.platform import Platform

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
a_window = object_of(start=is_whole, end=is_whole)
an_email = object_of(
    to=is_list,
    cc=is_list,
    bcc=is_list,
    **{name: nullable(is_text) for name in ("from", "replyTo", "subject", "htmlBody", "textBody")},
)
MESSAGES = ("outgoingMessage", "responseMessage", "helpMessage", "stopMessage", "startMessage")
WEBHOOKS = ("deliveryResult", "conversationStarted", "incomingMessage", "disposition", "optOut", "optIn")

FIELDS: list[tuple[str, Check, str]] = [
    (
        "events",
        list_of(object_of(timestamp=is_moment, type=is_text, message=is_text)),
        "Array of event objects; each with timestamp (ISO 8601 datetime), type (string), and message (string).",
    ),
    ("id", is_identifier, "String; unique identifier for the campaign."),
    ("orgId", is_number, "Number; organization identifier."),
    ("workspaceId", is_number, "Number; workspace identifier for managing the campaign."),
    ("name", is_text, "String; name of the campaign."),
    ("shardingHashCode", is_number, "Number; numeric code for sharding distribution."),
    ("created", is_moment, "String (ISO 8601 datetime); campaign creation timestamp."),
    ("updated", is_moment, "String (ISO 8601 datetime); last update timestamp."),
    (
        "campaignStatus",
        one_of("DRAFT", "PENDING_APPROVAL", "READY", "ACTIVE"),
        "Enum (DRAFT, PENDING_APPROVAL, READY, ACTIVE); current campaign lifecycle stage.",
    ),
    ("sendingStatus", one_of("IDLE", "SENDING"), "Enum (IDLE, SENDING); current state of message dispatch."),
    (
        "sendingStatusDescription",
        nullable(is_text),
        "String (nullable); additional details regarding sending status.",
    ),
    ("nextRunTime", nullable(is_moment), "String (ISO 8601 datetime, nullable); scheduled timestamp for the next run."),
    (
        "senderSourceType",
        one_of("SHORT_CODE", "LONG_CODE", "TOLL_FREE"),
        "Enum (SHORT_CODE, LONG_CODE, TOLL_FREE); type of sender source.",
    ),
    ("senderSourceId", is_text, "String; identifier for the chosen sender source."),
    ("aegisWorkflowId", nullable(is_text), "String (nullable); identifier for any associated Aegis workflow."),
    ("carrierDailyLimits", is_list, "Array; list of daily sending limits per carrier."),
    (
        "schedule",
        object_of(**dict.fromkeys(DAYS, list_of(a_window)), exceptions=anything),
        "Object; defines permitted messaging times (in minutes past midnight in the lead's local timezone) for each "
        "day and exceptions.",
    ),
    (
        "messages",
        object_of(**dict.fromkeys(MESSAGES, nullable(is_text))),
        "Object; contains outgoingMessage, responseMessage, helpMessage, stopMessage, and startMessage templates.",
    ),
    (
        "webhooks",
        object_of(**dict.fromkeys(WEBHOOKS, nullable(is_address))),
        "Object; URLs or callbacks for events like delivery, conversation start, incoming messages, disposition "
        "changes, opt-out, and opt-in.",
    ),
    (
        "notifications",
        object_of(sendConversationEmail=is_flag, conversationEmail=an_email),
        "Object; configuration for sending conversation emails including recipient details and email parameters.",
    ),
    ("customFields", is_list, "Array; list of custom fields defined for the campaign."),
    (
        "dispositions",
        list_of(object_of(id=is_identifier, disposition=is_text, success=is_flag, doNotContact=is_flag)),
        "Array of objects; each includes id, disposition label, a success flag, and a doNotContact flag.",
    ),
    (
        "zendeskApprovalTicketId",
        nullable(is_text),
        "String (nullable); Zendesk ticket identifier for campaign approval.",
    ),
    (
        "allCampaignFields",
        list_of(is_text),
        "Array of strings; lists all campaign data fields (e.g., Phone, Zip, FirstName, etc.).",
    ),
]


@pytest.mark.parametrize(("name", "check", "sentence"), FIELDS, ids=[name for name, _, _ in FIELDS])
def test_every_campaign_has_the_field(platform: Platform, name: str, check: Check, sentence: str) -> None:
    for campaign in platform.campaigns():
        assert name in campaign, sentence
        assert check(campaign[name]), f"{sentence} It is {campaign[name]!r}."


def test_nothing_is_documented_that_the_sample_lacks(campaign: dict[str, Any]) -> None:
    assert {name for name, _, _ in FIELDS} <= set(campaign)


def test_minutes_are_within_a_day(platform: Platform) -> None:
    """Minutes past midnight in the lead's local timezone."""
    windows = [window for campaign in platform.campaigns() for day in DAYS for window in campaign["schedule"][day]]

    assert all(0 <= window[edge] <= 24 * 60 for window in windows for edge in ("start", "end"))
