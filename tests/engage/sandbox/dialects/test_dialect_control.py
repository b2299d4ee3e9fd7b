"""Choosing how the sandbox speaks: at its start, while it runs, and on its page."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest
import requests

from tests.engage.sandbox.calling import call, send
from tests.engage.sandbox.receiver import Receiver
from tests.sandbox_process import ROOT, SandboxProcess

REFUSING = ("refuses-first-401", "refuses-first-403", "refuses-first-404", "refuses-first-503", "refuses-first-page")


def control(sandbox: SandboxProcess, method: str = "GET", **request: Any) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, f"{sandbox.url}/sandbox/dialect", timeout=20, **request)


def test_every_dialect_is_listed_with_a_line(sandbox: SandboxProcess) -> None:
    listed = control(sandbox).json()

    assert listed["names"] == []
    assert {"mixed", "keywords-hidden", "answers-bare", "pages-next"} <= {entry["name"] for entry in listed["dialects"]}
    assert all(entry["line"] and "\n" not in entry["line"] for entry in listed["dialects"])


def test_every_open_reading_that_a_server_can_speak_has_a_dialect(sandbox: SandboxProcess) -> None:
    rows = {entry["row"] for entry in sandbox.dialects()}

    # A7 (broadcasts go on whatever the lead says but STOP) and D4 (names to the letter) are the plain dialect's own.
    last = {"A": 8, "B": 6, "C": 10, "D": 4, "E": 5}
    expected = {f"{area}{number + 1}" for area in last for number in range(last[area])}
    assert rows - {""} == expected - {"A7", "D4"}


@pytest.mark.parametrize(
    "names", [["klingon"], ["answers-bare", "answers-data-only"], ["says-paused", "says-stopped", "mixed"], [7], "x"]
)
def test_what_cannot_be_spoken_is_refused_and_changes_nothing(sandbox: SandboxProcess, names: object) -> None:
    sandbox.set_dialect("answers-bare")

    answer = control(sandbox, "POST", json={"names": names})

    assert answer.status_code == 400
    assert control(sandbox).json()["names"] == ["answers-bare"]


def test_every_dialect_stands_in_the_docs_with_its_line(sandbox: SandboxProcess) -> None:
    page = (ROOT / "docs/sandbox.md").read_text()

    rows = [f"| `{entry['name']}` | {entry['line']} |" for entry in sandbox.dialects()]
    assert [row for row in rows if row not in page] == []


def test_several_dialects_are_spoken_at_once(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation("Hi")
    sandbox.set_dialect("answers-bare", "answers-in-array", "numeric-ids")

    [said] = call(sandbox, "GET", "/conversation", key=lead["key"]).json()

    assert isinstance(said["lead"]["id"], int)


def test_form_of_the_page_chooses_and_goes_back_to_the_page(sandbox: SandboxProcess) -> None:
    answer = control(
        sandbox,
        "POST",
        data={"names": ["", "answers-bare", ""]},
        headers={"Accept": "text/html"},
        allow_redirects=False,
    )

    page = requests.get(f"{sandbox.url}/sandbox/", timeout=20).text
    assert answer.status_code == 303
    assert 'value="answers-bare" title="GET conversation answers' in page
    assert '<span class="chip" data-state="harm">In dialect</span> answers-bare' in page


def test_plain_answers_are_the_same_bytes_as_before(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation("Hi")
    before = call(sandbox, "GET", "/conversation", key=lead["key"])
    sandbox.set_dialect("mixed")
    sandbox.set_dialect()

    after = call(sandbox, "GET", "/conversation", key=lead["key"])

    assert after.content == before.content
    assert {name: after.headers[name] for name in after.headers if name != "Date"} == {
        name: before.headers[name] for name in before.headers if name != "Date"
    }


def test_dialect_of_the_environment_is_spoken_from_the_start(receiver: Receiver) -> None:
    with SandboxProcess(webhook_url=receiver.url, dialect="events-in-capitals, answers-bare") as sandbox:
        sandbox.start_conversation("Hi")

        [event] = receiver.wait_for(1)

    assert event.body["eventType"] == "CONVERSATION_STARTED"


def test_unknown_dialect_in_the_environment_stops_the_start() -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "engage.sandbox.server"],
        cwd=ROOT,
        env={"SANDBOX_DIALECT": "klingon", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert outcome.returncode == 1
    assert outcome.stderr.strip() == "SANDBOX_DIALECT: no dialect is called 'klingon'"


@pytest.mark.parametrize("name", REFUSING)
def test_whoever_refuses_at_first_answers_after_a_while(sandbox: SandboxProcess, name: str) -> None:
    lead = sandbox.start_conversation("Hi")
    sandbox.set_dialect(name, refuse_for_s=1)
    refused = [call(sandbox, "GET", "/conversation", key=lead["key"]), call(sandbox, "GET", "/campaigns")]
    refused.append(send(sandbox, lead["key"], "Too early"))
    time.sleep(1.1)

    answer = call(sandbox, "GET", "/conversation", key=lead["key"])

    assert {refusal.status_code for refusal in refused} <= {401, 403, 404, 503}
    assert answer.status_code == 200
    assert sandbox.ledger() == []


def test_faults_strike_what_is_said_in_dialect(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation("Hi")
    sandbox.set_dialect("replies-answer-204")
    sandbox.set_faults(calls={"rate": 1, "modes": ["accept_then_500"], "paths": ["send"]})

    answer = send(sandbox, lead["key"], "Hello")

    assert answer.status_code == 500
    assert [entry["text"] for entry in sandbox.ledger()] == ["Hello"]


def test_key_of_another_endpoint_opens_nothing(sandbox: SandboxProcess, receiver: Receiver) -> None:
    sandbox.set_dialect("key-per-endpoint")
    sandbox.start_conversation("Hi")
    [event] = receiver.wait_for(1)
    reading = event.body["endpoints"]["conversationEndpoint"].partition("key=")[2]

    assert call(sandbox, "GET", "/conversation", key=reading).status_code == 200
    assert send(sandbox, reading, "Hello").status_code == 404


@pytest.mark.parametrize("name", ["pages-content", "pages-next", "pages-link"])
def test_pages_together_hold_every_campaign_once(sandbox: SandboxProcess, name: str) -> None:
    sandbox.set_dialect(name)

    pages = [call(sandbox, "GET", "/campaigns", params={"page": number}).json() for number in (0, 1, 2)]

    listed = [page if isinstance(page, list) else page.get("content", page.get("campaigns")) for page in pages]
    assert [campaign["id"] for page in listed for campaign in page] == [found["id"] for found in sandbox.campaigns()]


def test_campaign_is_called_by_the_number_it_is_listed_under(sandbox: SandboxProcess) -> None:
    sandbox.set_dialect("numeric-ids")
    number = call(sandbox, "GET", "/campaigns").json()[0]["id"]

    answer = call(sandbox, "POST", f"/campaigns/{number}/pause")

    assert answer.json()["id"] == number
    assert sandbox.campaign(answer.json()["name"])["campaignStatus"] == "READY"


def test_every_listed_campaign_of_many_is_found_singly(sandbox: SandboxProcess) -> None:
    sandbox.set_dialect("many-campaigns", "summaries")
    listed = [campaign for campaign in call(sandbox, "GET", "/campaigns").json() if campaign["id"]]

    found = [call(sandbox, "GET", f"/campaigns/{listed[place]['id']}").json() for place in (0, 450, -1)]

    assert [campaign["name"] for campaign in found] == [listed[place]["name"] for place in (0, 450, -1)]
    assert all("messages" in campaign for campaign in found)


def test_approved_texts_show_again_as_new_ones(sandbox: SandboxProcess) -> None:
    sandbox.set_dialect("texts-after-approval")
    path = f"/campaigns/{sandbox.campaign('Spring webinar')['id']}"
    call(sandbox, "POST", f"{path}/messages", json={"helpMessage": "New words"})
    before = call(sandbox, "GET", path).json()["messages"]["helpMessage"]

    sandbox.approve(sandbox.campaign("Spring webinar")["id"])

    assert before != "New words"
    assert call(sandbox, "GET", path).json()["messages"]["helpMessage"] == "New words"
