"""Single leads: `lead/load`, answered with what became of them."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.engage.sandbox.calling import call
from tests.sandbox_process import SandboxProcess

ANN = {"Phone": "(716) 555-0142", "FirstName": "Ann", "Zip": "14202"}


def load(sandbox: SandboxProcess, data: dict[str, str] | None = None, **change: Any) -> requests.Response:
    types = {"Phone": "Phone", "Zip": "Zip"}
    fields = [
        {"name": name, "value": value, **({"type": types[name]} if name in types else {})}
        for name, value in (ANN if data is None else data).items()
    ]
    body = {
        "campaignId": sandbox.campaign("Spring webinar")["id"],
        "listName": "Walk-ins",
        "deDupe": True,
        "fields": fields,
    }
    return call(sandbox, "POST", "/lead/load", headers={"X-API-KEY": sandbox.api_key}, json=body | change)


def test_lead_is_accepted_into_a_new_list(sandbox: SandboxProcess) -> None:
    answer = load(sandbox)

    assert (answer.status_code, answer.json()["status"]) == (200, "Accepted")
    [lead] = sandbox.leads()
    assert (lead["id"], lead["phone"], lead["status"]) == (answer.json()["leadId"], "+17165550142", "NEW")
    walk_ins = next(row for row in sandbox.lists() if row["name"] == "Walk-ins")
    assert (walk_ins["status"], walk_ins["totalLeads"]) == ("READY", 1)
    assert [(entry["call"], entry["text"]) for entry in sandbox.ledger()] == [("lead_load", "Walk-ins")]


def test_lead_is_appended_to_a_list_that_exists(sandbox: SandboxProcess) -> None:
    load(sandbox, listName="March sign-ups")

    [row] = [row for row in sandbox.lists() if row["name"] == "March sign-ups"]
    assert (row["status"], row["totalLeads"]) == ("ACTIVE", 1)
    assert sandbox.leads()[0]["status"] == "QUEUED"


def test_duplicate_is_rejected_only_when_asked_for(sandbox: SandboxProcess) -> None:
    load(sandbox)

    rejected = load(sandbox, ANN | {"Phone": "+1 716 555 0142"}, listName="Another list")
    accepted = load(sandbox, deDupe=False)

    assert (rejected.status_code, rejected.json()["status"]) == (200, "Rejected")
    assert (rejected.json()["reason"], bool(rejected.json()["message"])) == ("DuplicatePhone", True)
    assert accepted.json()["status"] == "Accepted"
    assert len(sandbox.leads()) == 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"FirstName": "Ann"}, "MissingPhone"),
        ({"Phone": "555-0142"}, "InvalidPhone"),
        ({"Phone": "7165550142", "Shoe size": "9"}, "UnknownField"),
    ],
)
def test_what_is_wrong_with_a_lead_is_said(sandbox: SandboxProcess, data: dict[str, str], reason: str) -> None:
    answer = load(sandbox, data)

    assert (answer.json()["status"], answer.json()["reason"]) == ("Rejected", reason)
    assert sandbox.leads() == []
    assert sandbox.ledger() == []


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"campaignId": "nobody"}, 404),
        ({"campaignId": None}, 400),
        ({"listName": ""}, 400),
        ({"deDupe": 1}, 400),
        ({"fields": []}, 400),
        ({"fields": [{"name": "Phone"}]}, 400),
        ({"fields": [{"name": "Phone", "value": "7165550142", "type": 5}]}, 400),
    ],
)
def test_what_cannot_be_understood_is_refused(sandbox: SandboxProcess, change: dict[str, Any], status: int) -> None:
    answer = load(sandbox, **change)

    assert answer.status_code == status
    assert sandbox.leads() == []


def test_lead_load_needs_the_key_and_json(sandbox: SandboxProcess) -> None:
    without_key = call(sandbox, "POST", "/lead/load", json={})
    as_form = call(sandbox, "POST", "/lead/load", headers={"X-API-KEY": sandbox.api_key}, data={"campaignId": "x"})

    assert (without_key.status_code, as_form.status_code) == (401, 415)
