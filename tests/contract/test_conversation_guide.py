"""Guide "Messaging Integration": the payload and the conversation's endpoints. Each test names its sentence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.checks import (
    Check,
    anything,
    is_address,
    is_flag,
    is_identifier,
    is_moment,
    is_number,
    is_object,
    is_text,
    is_whole,
    nullable,
    one_of,
)
from tests.contract.platform import Platform, endpoint_of, key_in

LEAD: list[tuple[str, Check, str]] = [
    ("id", is_identifier, "(String) Unique lead identifier across conversation events."),
    ("orgId", is_whole, "(Integer) Organization identifier associated with the lead."),
    ("workspaceId", is_whole, "(Integer) Workspace or team identifier."),
    ("messagingCampaignId", is_identifier, "(String) Messaging campaign ID linked to this lead."),
    ("messagingListId", is_identifier, "(String) Identifier for the specific messaging list."),
    ("status", is_text, "(String) Current delivery status (e.g., “DELIVERED”)."),
    ("statusMessage", nullable(is_text), "(Nullable String) Additional status details, if any."),
    ("carrier", is_text, "(String) Original carrier name provided by the sender."),
    ("normalizedCarrier", is_text, "(String) Cleaned-up version of the carrier name."),
    ("phone", is_text, "(String) Lead’s phone number (with international dialing code)."),
    ("fromNumber", is_text, "(String) Sender’s number used for the broadcast."),
    ("timeZone", nullable(is_text), "(String) Lead’s time zone for localization."),
    ("zip", is_text, "(String) Postal code associated with the lead’s address."),
    ("state", is_text, "(String) Lead’s state or region."),
    ("lat", nullable(is_number), "(Number) Latitude coordinate of the lead’s location."),
    ("lon", nullable(is_number), "(Number) Longitude coordinate of the lead’s location."),
    ("leadData", is_object, "(Object) Additional lead details."),
    ("created", nullable(is_moment), "(Nullable String) Timestamp when the lead was created."),
    ("sent", is_moment, "(String) ISO 8601 timestamp when the broadcast message was sent."),
    ("result", is_moment, "(String) ISO 8601 timestamp when the delivery result was recorded."),
    ("retryAfter", anything, "(Nullable Value) Indicates if/when a message retry should occur."),
    ("conversationStarted", is_flag, "(Boolean) Flag indicating if the conversation was initiated."),
    ("disposition", nullable(is_text), "(Nullable String) Final disposition from the agent (null until set)."),
    ("dispositionTimestamp", nullable(is_moment), "(Nullable String) Timestamp for when it was recorded."),
]
ENDPOINTS = [
    ("embeddableWidget", "(URL) Iframe URL for embedding the conversation widget into your agent’s workflow."),
    ("conversationEndpoint", "(URL) GET endpoint to retrieve the complete conversation payload."),
    ("sendMessageEndpoint", "(URL) POST endpoint (form-url-encoded) used to send messages to the lead."),
    ("dispositionEndpoint", "(URL) POST endpoint (form-url-encoded) for submitting a final chat disposition."),
]


# Webhook Payload Structure


def test_payload_has_its_sections(payload: dict[str, Any]) -> None:
    """data: Contains the conversation data, including campaign information, lead details, messages, dispositions."""
    assert {"data", "endpoints"} <= set(payload)
    assert {"campaign", "lead", "messages", "dispositions"} <= set(payload["data"])


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("id", "(String) Unique campaign identifier."),
        ("name", "(String) Campaign name for display and internal identification."),
        ("senderSourceType", "(String) Indicates the campaign source (e.g., “CORE_CAMPAIGN”)."),
    ],
)
def test_campaign_of_the_payload_has_the_field(payload: dict[str, Any], name: str, sentence: str) -> None:
    assert is_identifier(payload["data"]["campaign"][name]), sentence


@pytest.mark.parametrize(("name", "check", "sentence"), LEAD, ids=[name for name, _, _ in LEAD])
def test_lead_has_the_field(payload: dict[str, Any], name: str, check: Check, sentence: str) -> None:
    lead = payload["data"]["lead"]

    assert name in lead, sentence
    assert check(lead[name]), sentence


def test_phone_has_its_international_dialing_code(payload: dict[str, Any]) -> None:
    """Lead's phone number (with international dialing code)."""
    assert payload["data"]["lead"]["phone"].startswith("+")


def test_lead_data_holds_what_was_loaded(payload: dict[str, Any]) -> None:
    """LeadData: This will contain all of your Lead Data that was loaded."""
    assert all(is_text(name) for name in payload["data"]["lead"]["leadData"])
    assert "Phone" in payload["data"]["lead"]["leadData"]


def test_lead_belongs_to_the_campaign_of_the_payload(payload: dict[str, Any]) -> None:
    """Read the campaign details to understand which campaign the message belongs to."""
    assert payload["data"]["lead"]["messagingCampaignId"] == payload["data"]["campaign"]["id"]


def test_messages_are_written_as_in_the_sample(payload: dict[str, Any]) -> None:
    """messages: id, sender, direction, timestamp, message."""
    lead, messages = payload["data"]["lead"], payload["data"]["messages"]

    for message in messages:
        assert is_identifier(message["id"])
        assert is_moment(message["timestamp"])
        assert is_text(message["message"])
        assert one_of("INBOUND", "OUTBOUND")(message["direction"])
    inbound = {message["sender"] for message in messages if message["direction"] == "INBOUND"}
    outbound = {message["sender"] for message in messages if message["direction"] == "OUTBOUND"}
    assert inbound <= {lead["phone"]}
    assert outbound <= {lead["fromNumber"]}


def test_dispositions_are_written_as_in_the_sample(payload: dict[str, Any]) -> None:
    """dispositions: id, disposition, success, doNotContact."""
    for entry in payload["data"]["dispositions"]:
        assert is_identifier(entry["id"])
        assert is_text(entry["disposition"])
        assert is_flag(entry["success"])
        assert is_flag(entry["doNotContact"])


@pytest.mark.parametrize(("name", "sentence"), ENDPOINTS, ids=[name for name, _ in ENDPOINTS])
def test_endpoint_is_an_address_with_the_key(payload: dict[str, Any], name: str, sentence: str) -> None:
    url = payload["endpoints"][name]

    assert is_address(url), sentence
    assert key_in(url)


def test_all_endpoints_name_the_same_key(payload: dict[str, Any], conversation_url: str) -> None:
    """endpoints: Provides URLs for interacting with the conversation."""
    assert {key_in(url) for url in payload["endpoints"].values()} == {key_in(conversation_url)}


# Conversation Endpoint


def test_conversation_is_read_with_a_plain_get(platform: Platform, conversation_url: str) -> None:
    """Method: HTTP GET. This endpoint returns the entire conversation payload."""
    answer = platform.fetch("GET", conversation_url)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/json")


def test_conversation_has_all_messages_from_the_broadcast_on(payload: dict[str, Any]) -> None:
    """Including all messages and the current state of the lead."""
    messages = payload["data"]["messages"]

    assert messages[0]["direction"] == "OUTBOUND"
    assert any(message["direction"] == "INBOUND" for message in messages)
    assert payload["data"]["lead"]["conversationStarted"] is True


def test_wrong_key_opens_nothing(platform: Platform, conversation_url: str) -> None:
    """Each endpoint belongs to the conversation of its key."""
    answer = platform.fetch("GET", f"{conversation_url.partition('?')[0]}?key=0000000000000000")

    assert 400 <= answer.status_code < 500


# Embeddable Widget


def test_widget_is_a_page_that_can_be_embedded(platform: Platform, payload: dict[str, Any]) -> None:
    """Embed this iframe-able HTML page into your agent's workflow."""
    if platform.account:
        pytest.skip("the widget of a real account lives at an origin of its own")

    answer = platform.fetch("GET", payload["endpoints"]["embeddableWidget"])

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers.get("X-Frame-Options", "").upper() not in ("DENY", "SAMEORIGIN")


# Send Message Endpoint


def test_message_is_sent_by_a_single_form_input(platform: Platform, own_conversation_url: str) -> None:
    """Send a message to the lead by including a single form input called message."""
    text = "Contract test: 100% & more + ünïcode"

    answer = platform.fetch("POST", endpoint_of(own_conversation_url, "send"), data={"message": text})

    assert answer.ok
    messages = platform.fetch("GET", own_conversation_url).json()["data"]["messages"]
    assert [message["direction"] for message in messages if message["message"] == text][-1:] == ["OUTBOUND"]


# Disposition Endpoint


def test_disposition_is_one_of_the_names_of_the_payload(
    platform: Platform, own_conversation_url: str, payload: dict[str, Any]
) -> None:
    """A field called disposition that matches one of the disposition names provided in the webhook payload."""
    name = payload["data"]["dispositions"][-1]["disposition"]

    answer = platform.fetch("POST", endpoint_of(own_conversation_url, "disposition"), data={"disposition": name})

    assert answer.ok
    lead = platform.fetch("GET", own_conversation_url).json()["data"]["lead"]
    assert lead["disposition"] == name
    assert is_moment(lead["dispositionTimestamp"])


def test_another_disposition_is_not_taken(platform: Platform, own_conversation_url: str) -> None:
    """Expects a single “disposition” input matching one of the provided disposition values."""
    url = endpoint_of(own_conversation_url, "disposition")

    answer = platform.fetch("POST", url, data={"disposition": "No such disposition"})

    assert 400 <= answer.status_code < 500
