"""Files of leads: `list/load`, answered at once and worked off afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engage.sandbox.calling import call
from tests.engage.sandbox.loading import as_csv, list_called, load, result_of
from tests.engage.sandbox.receiver import Event, Receiver
from tests.engage.sandbox.waiting import wait_until
from tests.sandbox_process import SandboxProcess


def test_file_becomes_a_list_that_is_ready(sandbox: SandboxProcess, receiver: Receiver) -> None:
    content = as_csv([("(716) 555-0142", "Ann", "Lee", "Albany, NY"), ("+1 212 555 0143", "Zoë", "", "New\nYork")])

    answer = load(sandbox, content, webhookUrl=receiver.url)

    result = result_of(receiver)
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["listName"], answer.json()["total"]) == ("Accepted", "May leads", 2)
    assert result["listId"] == answer.json()["id"]
    assert {name: result[name] for name in ("status", "listName", "total", "accepted", "rejected", "errors")} == {
        "status": "Completed",
        "listName": "May leads",
        "total": 2,
        "accepted": 2,
        "rejected": 0,
        "errors": [],
    }
    assert (list_called(sandbox, "May leads")["status"], list_called(sandbox, "May leads")["totalLeads"]) == (
        "READY",
        2,
    )
    ann = sandbox.conversation(sandbox.leads()[0]["key"])["data"]["lead"]
    assert (ann["phone"], ann["timeZone"], ann["state"], ann["status"]) == (
        "+17165550142",
        "America/New_York",
        "NY",
        "NEW",
    )
    assert ann["leadData"] == {"Phone": "(716) 555-0142", "FirstName": "Ann", "LastName": "Lee", "City": "Albany, NY"}
    assert [(entry["call"], entry["text"]) for entry in sandbox.ledger()] == [("list_load", "May leads")]


def test_new_list_is_announced_before_anything_else_of_it(sandbox: SandboxProcess, receiver: Receiver) -> None:
    load(sandbox, as_csv([("7165550142", "Ann", "", "")]), webhookUrl=receiver.url)

    announced, result = receiver.wait_for(2)

    assert (announced.kind, announced.body["name"], announced.body["status"]) == (
        "MessagingListStatus",
        "May leads",
        "READY",
    )
    assert result.kind == "ListLoad"


def test_headers_and_blank_rows_are_not_leads(sandbox: SandboxProcess, receiver: Receiver) -> None:
    content = as_csv([("Phone", "First", "Last", "City"), ("", "", "", ""), ("7165550142", "Ann", "", "")])

    answer = load(sandbox, content, firstRowHeaders=True, webhookUrl=receiver.url)

    assert answer.json()["total"] == 1
    assert result_of(receiver)["accepted"] == 1


def test_bad_phones_and_duplicates_are_rejected_with_row_and_reason(
    sandbox: SandboxProcess, receiver: Receiver
) -> None:
    sandbox.create_leads(1, sandbox.campaign("Spring webinar")["id"], {"Phone": "7165550199"})
    rows = [
        ("7165550142", "Ann"),
        ("12", "Bea"),
        ("", "Cid"),
        ("716-555-0142", "Dup in the file"),
        ("+17165550199", "Dup in the campaign"),
        ("+44 20 7946 0958", "London"),
        ("1165550142", "No such area"),
        ("7165550143",),
    ]

    load(sandbox, as_csv(rows), webhookUrl=receiver.url)

    result = result_of(receiver)
    assert (result["accepted"], result["rejected"]) == (2, 6)
    assert [(error["row"], error["reason"]) for error in result["errors"]] == [
        (2, "InvalidPhone"),
        (3, "MissingPhone"),
        (6, "InvalidPhone"),
        (7, "InvalidPhone"),
        (4, "DuplicatePhone"),
        (5, "DuplicatePhone"),
    ]
    assert all(error["message"] for error in result["errors"])


def test_duplicates_are_welcome_when_nobody_minds(sandbox: SandboxProcess, receiver: Receiver) -> None:
    load(sandbox, as_csv([("7165550142", "Ann"), ("7165550142", "Ann")]), deDupe=False, webhookUrl=receiver.url)

    assert result_of(receiver)["accepted"] == 2


def test_second_file_is_appended_to_the_list(sandbox: SandboxProcess, receiver: Receiver) -> None:
    load(sandbox, as_csv([("7165550142", "Ann")]))
    load(sandbox, as_csv([("7165550143", "Bea")]), webhookUrl=receiver.url)

    result_of(receiver)

    assert list_called(sandbox, "May leads")["totalLeads"] == 2
    assert receiver.kinds().count("MessagingListStatus") == 1


@pytest.mark.parametrize(
    ("file_name", "form", "name"),
    [
        ("Partners & friends 100% + más.CSV", {}, "Partners & friends 100% + más"),
        ("leads.v2.csv", {}, "leads.v2"),
        ("Moms 👩‍👧 &amp; &copy dads\u00a0.csv.csv", {}, "Moms 👩‍👧 &amp; &copy dads\u00a0.csv"),
        ("numbers", {}, "numbers"),
        ("x.csv", {"listName": 'Q4 / "north" <script> 🌻'}, 'Q4 / "north" <script> 🌻'),
    ],
)
def test_list_is_named_verbatim(sandbox: SandboxProcess, file_name: str, form: dict[str, str], name: str) -> None:
    answer = load(sandbox, as_csv([("7165550142", "Ann")]), file_name=file_name, form=form)

    assert answer.json()["listName"] == name
    campaign_id = sandbox.campaign("Spring webinar")["id"]
    activated = call(sandbox, "POST", f"/campaigns/{campaign_id}/lists/activate", params={"listName": name})
    assert activated.status_code == 200
    assert list_called(sandbox, name)["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("content", "first_name"),
    [("7165550142,Zoë", "Zoë"), ("\ufeff7165550142,Zoë", "Zoë"), ("7165550142,Zoë".encode("cp1252"), "Zoë")],
)
def test_encodings_of_spreadsheets_are_read(
    sandbox: SandboxProcess, receiver: Receiver, content: str | bytes, first_name: str
) -> None:
    load(sandbox, content.encode() if isinstance(content, str) else content, webhookUrl=receiver.url)

    result_of(receiver)

    assert sandbox.leads()[0]["name"] == first_name


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"campaign_id": "nobody"}, 404),
        ({"content": b""}, 400),
        ({"mappedCols": []}, 400),
        ({"mappedCols": [{"columnIndex": 0, "columnId": "FirstName"}]}, 400),
        ({"mappedCols": [{"columnIndex": 0, "columnId": "Phone"}, {"columnIndex": 1, "columnId": "Shoe size"}]}, 400),
        ({"mappedCols": [{"columnIndex": 0, "columnId": "Phone"}, {"columnIndex": 1, "columnId": "Phone"}]}, 400),
        ({"mappedCols": [{"columnIndex": -1, "columnId": "Phone"}]}, 400),
        ({"deDupe": "yes"}, 400),
        ({"webhookUrl": "ftp://x"}, 400),
        ({"colour": "red"}, 400),
        ({"form": {"processRequest": "{"}}, 400),
        ({"form": {"listName": " "}}, 400),
        ({"form": {"listName": "x" * 201}}, 400),
        ({"content": b'7165550142,"' + b"x" * 200_000}, 400),
    ],
)
def test_what_cannot_be_understood_is_refused_at_once(
    sandbox: SandboxProcess, change: dict[str, Any], status: int
) -> None:
    answer = load(sandbox, **{"content": as_csv([("7165550142", "Ann")])} | change)

    assert answer.status_code == status, answer.text
    assert answer.json()["message"]
    assert sandbox.ledger() == []
    assert "May leads" not in [row["name"] for row in sandbox.lists()]


def test_load_needs_the_key_and_multipart(sandbox: SandboxProcess) -> None:
    without_key = call(sandbox, "POST", "/list/load", files={"file": ("x.csv", b"x")})
    as_json = call(sandbox, "POST", "/list/load", headers={"X-API-KEY": sandbox.api_key}, json={})

    assert (without_key.status_code, as_json.status_code) == (401, 415)


def test_dropped_load_is_accepted_and_forgotten(sandbox: SandboxProcess) -> None:
    campaign_id = sandbox.campaign("Spring webinar")["id"]
    sandbox.set_faults(calls={"rate": 1, "modes": ["drop"], "paths": ["campaign"]})

    answer = load(sandbox, as_csv([("7165550142", "Ann")]), campaign_id=campaign_id)

    assert answer.json()["status"] == "Accepted"
    sandbox.clear_faults()
    assert sandbox.leads() == []
    assert sandbox.ledger()[-1]["accepted"] is False


def test_loaded_list_is_sent_once_it_is_active(march: SandboxProcess, receiver: Receiver) -> None:
    load(march, as_csv([(f"716555014{number}", f"Ann {number}") for number in range(4)]), webhookUrl=receiver.url)
    result_of(receiver)
    march.set_broadcast(60)
    march.set_clock(now="2026-03-06T15:00:00Z", speed=60)
    campaign_id = march.campaign("Spring webinar")["id"]

    call(march, "POST", f"/campaigns/{campaign_id}/lists/activate", params={"listName": "May leads"})

    wait_until(lambda: list_called(march, "May leads")["deliveredLeads"] == 4)


def test_result_is_posted_to_its_own_address_only(sandbox: SandboxProcess, receiver: Receiver) -> None:
    load(sandbox, as_csv([("7165550142", "Ann")]))
    wait_until(lambda: sandbox.leads())

    events: list[Event] = receiver.wait_and_see()

    assert [event.kind for event in events] == ["MessagingListStatus"]
