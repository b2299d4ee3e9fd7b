"""From draft to sending: statuses, the log, approval by a person or after a while."""

from __future__ import annotations

import time
from datetime import datetime

import requests

from tests.engage.sandbox.calling import call
from tests.engage.sandbox.receiver import Receiver
from tests.engage.sandbox.waiting import wait_until
from tests.sandbox_process import SandboxProcess


def update_messages(sandbox: SandboxProcess, campaign_id: str, text: str) -> requests.Response:
    return call(sandbox, "POST", f"/campaigns/{campaign_id}/messages", json={"outgoingMessage": text})


def status_of(sandbox: SandboxProcess, name: str) -> str:
    return str(sandbox.campaign(name)["campaignStatus"])


def test_whole_life_is_in_the_log_and_announced(sandbox: SandboxProcess, receiver: Receiver) -> None:
    campaign = sandbox.campaign("Autumn clearance")
    before = len(campaign["events"])
    sandbox.reject(campaign["id"], "Name the brand")
    update_messages(sandbox, campaign["id"], "Greenleaf: hello")
    sandbox.approve(campaign["id"])
    call(sandbox, "POST", f"/campaigns/{campaign['id']}/activate")
    call(sandbox, "POST", f"/campaigns/{campaign['id']}/pause")

    announced = receiver.wait_for(5)

    log = sandbox.campaign("Autumn clearance")["events"][before:]
    assert [(entry["type"], entry["message"]) for entry in log] == [
        ("WARNING", "Approval refused: Name the brand"),
        ("INFO", "Messages updated, approval requested"),
        ("INFO", "Approved"),
        ("INFO", "Activated"),
        ("INFO", "Paused"),
    ]
    assert [event.body["campaignStatus"] for event in announced] == [
        "DRAFT",
        "PENDING_APPROVAL",
        "READY",
        "ACTIVE",
        "READY",
    ]
    assert {event.kind for event in announced} == {"MessagingCampaignStatus"}


def test_updated_rises_with_every_change(sandbox: SandboxProcess) -> None:
    campaign = sandbox.campaign("Renewals May")
    seen = [campaign["updated"]]
    for _ in range(5):
        for deed in ("activate", "pause"):
            seen.append(call(sandbox, "POST", f"/campaigns/{campaign['id']}/{deed}").json()["updated"])

    assert sorted(set(seen)) == seen


def test_refused_approval_without_a_reason_is_logged_too(sandbox: SandboxProcess) -> None:
    campaign = sandbox.campaign("Autumn clearance")

    sandbox.reject(campaign["id"])

    assert sandbox.campaign("Autumn clearance")["events"][-1]["message"] == "Approval refused"


def test_approval_is_asked_for_under_a_ticket(sandbox: SandboxProcess) -> None:
    campaign = sandbox.campaign("Spring webinar")

    updated = update_messages(sandbox, campaign["id"], "New words").json()

    assert campaign["zendeskApprovalTicketId"] is None
    assert updated["zendeskApprovalTicketId"].isdecimal()


def test_nobody_but_a_person_approves_without_a_delay(sandbox: SandboxProcess) -> None:
    sandbox.set_clock(now="2031-01-01T00:00:00Z")

    time.sleep(0.6)

    assert status_of(sandbox, "Autumn clearance") == "PENDING_APPROVAL"


def test_approval_comes_by_itself_after_the_delay(sandbox: SandboxProcess, receiver: Receiver) -> None:
    sandbox.set_approval_delay(0.4)
    asked = update_messages(sandbox, sandbox.campaign("Spring webinar")["id"], "New words").json()

    wait_until(lambda: status_of(sandbox, "Spring webinar") == "READY")

    approved = sandbox.campaign("Spring webinar")
    took = datetime.fromisoformat(approved["updated"]) - datetime.fromisoformat(asked["updated"])
    assert asked["campaignStatus"] == "PENDING_APPROVAL"
    assert 0.4 <= took.total_seconds() < 5
    assert approved["events"][-1]["message"] == "Approved"


def test_new_words_while_pending_ask_anew(sandbox: SandboxProcess) -> None:
    campaign = sandbox.campaign("Autumn clearance")

    updated = update_messages(sandbox, campaign["id"], "Second thoughts").json()

    assert updated["campaignStatus"] == "PENDING_APPROVAL"
    assert len(updated["events"]) == len(campaign["events"]) + 1


def test_settings_of_the_platforms_own_pages_are_logged_and_checked(sandbox: SandboxProcess) -> None:
    campaign = sandbox.campaign("Spring webinar")
    limits = [{"carrier": "T-Mobile", "limit": 5}]

    changed = sandbox.change_settings(
        campaign["id"], carrierDailyLimits=limits, schedule={"monday": [{"start": 540, "end": 600}]}
    )

    assert changed["carrierDailyLimits"] == limits
    assert changed["schedule"]["monday"] == [{"start": 540, "end": 600}]
    assert changed["schedule"]["friday"] == changed["schedule"]["exceptions"] == []
    assert changed["events"][-1]["message"] == "Settings changed"
    for nonsense in (
        {"carrierDailyLimits": [{"carrier": "T-Mobile"}]},
        {"carrierDailyLimits": [{"carrier": "T-Mobile", "limit": -1}]},
        {"schedule": {"monday": "all day"}},
        {"webhooks": {"optOut": "ftp://x"}},
        {"webhooks": {"opt_out": None}},
        {"notifications": {"sendConversationEmail": True}},
        {"notifications": {"conversationEmail": {"to": ["a@b.example\nBcc: c@d.example"]}}},
        {"campaignStatus": "ACTIVE"},
    ):
        answer = requests.post(f"{sandbox.url}/sandbox/campaigns/{campaign['id']}/settings", json=nonsense, timeout=10)
        assert answer.status_code == 400, nonsense
    assert sandbox.campaign("Spring webinar") == changed
