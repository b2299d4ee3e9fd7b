from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engage.sandbox.calling import call
from tests.sandbox_process import SandboxProcess

PAYLOADS = Path(__file__).parents[2] / "payloads"
SAMPLE = json.loads((PAYLOADS / "campaign.json").read_text())
UPDATE = json.loads((PAYLOADS / "update_messages_request.json").read_text())


def at(campaign: dict[str, Any], path: str = "") -> str:
    return f"/campaigns/{campaign['id']}{path}"


def test_list_answers_an_array_of_every_campaign(sandbox: SandboxProcess) -> None:
    answer = call(sandbox, "GET", "/campaigns")

    assert answer.status_code == 200
    statuses = {campaign["name"]: campaign["campaignStatus"] for campaign in answer.json()}
    assert statuses == {
        "Spring webinar": "ACTIVE",
        "Solar quotes NY": "ACTIVE",
        "Renewals May": "READY",
        "Autumn clearance": "PENDING_APPROVAL",
    }


def test_campaign_has_every_field_of_the_guide_in_its_order(sandbox: SandboxProcess) -> None:
    campaign = call(sandbox, "GET", at(sandbox.campaign("Spring webinar"))).json()

    assert list(campaign) == list(SAMPLE)
    for part in ("schedule", "messages", "webhooks", "notifications"):
        assert list(campaign[part]) == list(SAMPLE[part])
    assert list(campaign["dispositions"][0]) == list(SAMPLE["dispositions"][0])
    assert campaign["allCampaignFields"] == SAMPLE["allCampaignFields"]


@pytest.mark.parametrize("headers", [{}, {"X-API-KEY": ""}, {"X-API-KEY": "wrong"}])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/{id}"),
        ("POST", "/{id}/messages"),
        ("POST", "/{id}/activate"),
        ("POST", "/{id}/pause"),
        ("POST", "/{id}/lists/activate"),
        ("POST", "/{id}/lists/pause"),
    ],
)
def test_every_campaign_call_needs_the_api_key(
    sandbox: SandboxProcess, method: str, path: str, headers: dict[str, str]
) -> None:
    campaign = sandbox.campaign("Spring webinar")

    answer = call(sandbox, method, f"/campaigns{path.format(id=campaign['id'])}", headers=headers)

    assert answer.status_code == 401
    assert answer.json()["message"]
    assert sandbox.campaign("Spring webinar") == campaign


def test_unknown_campaign_is_404(sandbox: SandboxProcess) -> None:
    assert call(sandbox, "GET", "/campaigns/nobody").status_code == 404
    assert call(sandbox, "POST", "/campaigns/nobody/activate").status_code == 404


def test_updated_messages_await_approval_and_blanks_stay(sandbox: SandboxProcess) -> None:
    before = sandbox.campaign("Spring webinar")

    answer = call(sandbox, "POST", at(before, "/messages"), json=UPDATE | {"helpMessage": None})

    after = answer.json()
    assert after["messages"] == before["messages"] | {"outgoingMessage": UPDATE["outgoingMessage"]}
    assert (before["campaignStatus"], after["campaignStatus"]) == ("ACTIVE", "PENDING_APPROVAL")
    assert sandbox.campaign("Spring webinar") == after
    assert [entry["call"] for entry in sandbox.ledger()] == ["messages"]


@pytest.mark.parametrize(
    ("request_parts", "status"),
    [
        ({"data": {"outgoingMessage": "x"}}, 415),
        ({"data": "{", "headers": {"Content-Type": "application/json"}}, 400),
        ({"json": ["x"]}, 400),
        ({"json": {"outgoingMessage": 5}}, 400),
    ],
)
def test_messages_must_be_a_json_object_of_texts(
    sandbox: SandboxProcess, request_parts: dict[str, Any], status: int
) -> None:
    before = sandbox.campaign("Spring webinar")
    headers = {"X-API-KEY": sandbox.api_key, **request_parts.pop("headers", {})}

    answer = call(sandbox, "POST", at(before, "/messages"), headers=headers, **request_parts)

    assert answer.status_code == status
    assert sandbox.campaign("Spring webinar") == before


def test_activate_and_pause_move_between_ready_and_active(sandbox: SandboxProcess) -> None:
    campaign = sandbox.campaign("Renewals May")

    activated = call(sandbox, "POST", at(campaign, "/activate"))
    again = call(sandbox, "POST", at(campaign, "/activate"))
    paused = call(sandbox, "POST", at(campaign, "/pause"))

    assert (activated.status_code, activated.json()["campaignStatus"]) == (200, "ACTIVE")
    assert (again.status_code, again.json()["campaignStatus"]) == (200, "ACTIVE")
    assert (paused.status_code, paused.json()["campaignStatus"]) == (200, "READY")
    assert [entry["call"] for entry in sandbox.ledger()] == ["activate", "activate", "pause"]


def test_what_is_not_approved_cannot_be_activated(sandbox: SandboxProcess) -> None:
    pending = sandbox.campaign("Autumn clearance")
    while_pending = call(sandbox, "POST", at(pending, "/activate"))
    sandbox.reject(pending["id"])
    while_draft = call(sandbox, "POST", at(pending, "/activate"))

    assert (while_pending.status_code, while_draft.status_code) == (409, 409)
    assert "PENDING_APPROVAL" in while_pending.json()["message"]
    assert sandbox.campaign("Autumn clearance")["campaignStatus"] == "DRAFT"
    assert sandbox.ledger() == []


def test_approved_campaign_is_ready(sandbox: SandboxProcess) -> None:
    campaign = sandbox.campaign("Autumn clearance")

    sandbox.approve(campaign["id"])

    assert sandbox.campaign("Autumn clearance")["campaignStatus"] == "READY"
    assert call(sandbox, "POST", at(campaign, "/activate")).status_code == 200


@pytest.mark.parametrize("name", ["Partners & friends", "Conference 2025 badge scans"])
def test_list_is_paused_and_activated_by_its_verbatim_name(sandbox: SandboxProcess, name: str) -> None:
    campaign = sandbox.campaign("Spring webinar")

    paused = call(sandbox, "POST", at(campaign, "/lists/pause"), params={"listName": name})
    activated = call(sandbox, "POST", at(campaign, "/lists/activate"), params={"listName": name})

    assert (paused.json()["name"], paused.json()["status"]) == (name, "READY")
    assert paused.json()["messagingCampaignId"] == campaign["id"]
    assert activated.json()["id"] == campaign["id"]
    assert [(entry["call"], entry["text"]) for entry in sandbox.ledger()] == [
        ("list_pause", name),
        ("list_activate", name),
    ]


@pytest.mark.parametrize(
    "request_parts",
    [
        {"params": {"listName": "partners & friends"}},
        {"params": {"listName": "Homeowners upstate"}},
        {},
        {"data": {"listName": "Partners & friends"}},
    ],
)
def test_list_name_counts_only_in_the_query_and_only_if_known(
    sandbox: SandboxProcess, request_parts: dict[str, Any]
) -> None:
    campaign = sandbox.campaign("Spring webinar")

    answer = call(sandbox, "POST", at(campaign, "/lists/pause"), **request_parts)

    assert answer.status_code == 404
    assert sandbox.ledger() == []
