"""Both guides: what the platform tells by webhooks. A real account cannot reach this machine: sandbox only."""

from __future__ import annotations

from typing import Any

from tests.contract.platform import Platform, endpoint_of
from tests.engage.sandbox.receiver import Receiver
from tests.sandbox_process import SandboxProcess


def conversation_url(sandbox: SandboxProcess, lead: dict[str, Any]) -> str:
    return f"{sandbox.url}/api/public/engage/conversation?key={lead['key']}"


# Messaging guide


def test_first_reply_starts_the_conversation(sandbox: SandboxProcess, events: Receiver) -> None:
    """ConversationStarted: includes both the initial broadcast and the recipient's reply."""
    sandbox.start_conversation("Hi! I would love to chat")

    [event] = events.wait_for(1)

    assert event.body["eventType"] == "ConversationStarted"
    assert [message["direction"] for message in event.body["data"]["messages"]] == ["OUTBOUND", "INBOUND"]
    assert event.texts[-1] == "Hi! I would love to chat"
    assert event.body["data"]["dispositions"]


def test_payload_of_a_webhook_is_the_one_of_the_conversation_endpoint(
    platform: Platform, sandbox: SandboxProcess, events: Receiver
) -> None:
    """Each webhook payload consists of three main sections: eventType, data, endpoints."""
    # A campaign without an automatic answer, which would join the thread after the event.
    [lead] = sandbox.create_leads(1, sandbox.campaign("Spring webinar")["id"])
    sandbox.say(lead["id"], "Yes please")

    [event] = events.wait_for(1)

    read = platform.fetch("GET", conversation_url(sandbox, lead)).json()
    assert set(event.body) == {"eventType", "data", "endpoints"}
    assert event.body["endpoints"] == read["endpoints"]
    assert event.body["data"] == read["data"]


def test_every_further_message_is_told_alone(sandbox: SandboxProcess, events: Receiver) -> None:
    """NewMessage: the messages array here only contains the most recent message."""
    lead = sandbox.start_conversation()
    sandbox.say(lead["id"], "One more thing")

    _, event = events.wait_for(2)

    assert event.body["eventType"] == "NewMessage"
    assert event.texts == ["One more thing"]


def test_disposition_of_an_agent_is_told(platform: Platform, sandbox: SandboxProcess, events: Receiver) -> None:
    """Disposition: Capture the selected disposition from the payload."""
    lead = sandbox.start_conversation()
    name = events.wait_for(1)[0].body["data"]["dispositions"][0]["disposition"]
    platform.fetch("POST", endpoint_of(conversation_url(sandbox, lead), "disposition"), data={"disposition": name})

    _, event = events.wait_for(2)

    assert event.body["eventType"] == "Disposition"
    assert event.body["data"]["lead"]["disposition"] == name


def test_stop_is_told_as_an_opt_out(sandbox: SandboxProcess, events: Receiver) -> None:
    """OptOut: Triggered when the individual replies with “STOP.”"""
    lead = sandbox.start_conversation()
    sandbox.say(lead["id"], "STOP")

    assert events.wait_for(2)[1].body["eventType"] == "OptOut"


def test_start_is_told_as_an_opt_in(sandbox: SandboxProcess, events: Receiver) -> None:
    """OptIn: Triggered when the individual replies with “START.”"""
    lead = sandbox.start_conversation()
    sandbox.say(lead["id"], "STOP")
    sandbox.say(lead["id"], "START")

    assert events.wait_for(3)[2].body["eventType"] == "OptIn"


# Campaign and list guide


def test_every_change_of_a_campaigns_status_is_told(
    platform: Platform, sandbox: SandboxProcess, events: Receiver
) -> None:
    """MessagingCampaignStatus: Triggers every time the status of a campaign changes."""
    campaign = sandbox.campaign("Autumn clearance")
    sandbox.reject(campaign["id"])
    platform.call("POST", f"/campaigns/{campaign['id']}/messages", json={"outgoingMessage": "Other words"})
    sandbox.approve(campaign["id"])
    for deed in ("activate", "pause"):
        platform.call("POST", f"/campaigns/{campaign['id']}/{deed}")

    told = events.wait_for(5)

    assert [event.body["campaignStatus"] for event in told] == [
        "DRAFT",
        "PENDING_APPROVAL",
        "READY",
        "ACTIVE",
        "READY",
    ]


def test_campaigns_status_comes_with_the_entire_campaign(
    platform: Platform, sandbox: SandboxProcess, events: Receiver
) -> None:
    """The entire Campaign object will be provided as the body of the webhook event."""
    campaign = sandbox.campaign("Autumn clearance")
    sandbox.approve(campaign["id"])

    [event] = events.wait_for(1)

    assert event.body == platform.campaign(campaign["id"])


def test_every_change_of_a_lists_status_is_told_with_the_entire_list(
    platform: Platform, sandbox: SandboxProcess, events: Receiver
) -> None:
    """MessagingListStatus: transitions between ACTIVE and READY. The entire Campaign List object is the body."""
    path = f"/campaigns/{sandbox.campaign('Renewals May')['id']}/lists"
    paused = platform.call("POST", f"{path}/pause", params={"listName": "Expiring May"}).json()
    platform.call("POST", f"{path}/activate", params={"listName": "Expiring May"})

    told = events.wait_for(2)

    assert [event.body["status"] for event in told] == ["READY", "ACTIVE"]
    assert told[0].body == paused
