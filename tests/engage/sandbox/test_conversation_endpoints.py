from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.engage.sandbox.calling import call, choose, send, shape, texts
from tests.sandbox_process import SandboxProcess

SAMPLE = json.loads((Path(__file__).parents[2] / "payloads" / "conversation_started.json").read_text())


def test_conversation_has_every_field_of_the_guide_in_its_order(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()

    payload = sandbox.conversation(lead["key"])

    assert shape(payload) == shape(SAMPLE)
    assert list(payload["data"]["lead"]) == list(SAMPLE["data"]["lead"])


def test_conversation_holds_all_messages_in_order(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation("first", FirstName="Ann", LastName="Lee")
    send(sandbox, lead["key"], "second")
    sandbox.say(lead["id"], "third")

    messages = sandbox.conversation(lead["key"])["data"]["messages"]

    assert [message["direction"] for message in messages] == ["OUTBOUND", "INBOUND", "OUTBOUND", "INBOUND"]
    assert messages[0]["message"].startswith("Hi Ann, ")
    assert [message["message"] for message in messages[1:]] == ["first", "second", "third"]
    assert sorted(messages, key=lambda message: message["timestamp"]) == messages
    assert sorted(messages, key=lambda message: message["id"]) == messages


def test_ids_times_and_senders_are_written_as_in_the_sample(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()

    data = sandbox.conversation(lead["key"])["data"]

    broadcast, answer = data["messages"]
    assert re.fullmatch(r"[0-9a-f]{24}", answer["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer["timestamp"])
    assert (broadcast["sender"], answer["sender"]) == (data["lead"]["fromNumber"], data["lead"]["phone"])


def test_endpoints_lead_back_to_this_conversation(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()

    endpoints = sandbox.conversation(lead["key"])["endpoints"]

    base = f"{sandbox.url}/api/public/engage/conversation"
    assert endpoints == {
        "embeddableWidget": f"{sandbox.url}/engage?key={lead['key']}",
        "conversationEndpoint": f"{base}?key={lead['key']}",
        "sendMessageEndpoint": f"{base}/send?key={lead['key']}",
        "dispositionEndpoint": f"{base}/disposition?key={lead['key']}",
    }


def test_sent_message_appears_once_and_in_the_ledger(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()

    answer = send(sandbox, lead["key"], "50% off + more & ünïcode 🎉\nsecond line")

    assert (answer.status_code, answer.json()) == (200, {"status": "OK"})
    assert texts(sandbox, lead["key"]).count("50% off + more & ünïcode 🎉\nsecond line") == 1
    [entry] = sandbox.ledger()
    assert (entry["call"], entry["lead_id"], entry["accepted"]) == ("send", lead["id"], True)
    assert entry["text"] == "50% off + more & ünïcode 🎉\nsecond line"


def test_key_in_the_url_is_all_that_is_asked_for(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()

    send(sandbox, lead["key"], "hello")

    assert sandbox.received()[-1]["has_api_key"] is False


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/send"), ("POST", "/disposition")])
@pytest.mark.parametrize("key", ["wrong", None])
def test_unknown_key_is_404(sandbox: SandboxProcess, method: str, path: str, key: str | None) -> None:
    form = {"message": "x"} if path == "/send" else {"disposition": "SALE"}

    answer = call(sandbox, method, f"/conversation{path}", key=key, data=form if method == "POST" else None)

    assert answer.status_code == 404
    assert answer.json()["message"]


@pytest.mark.parametrize("body", [{}, {"message": ""}, {"message": "  \n"}, {"message": ["one", "two"]}])
def test_send_expects_a_single_message(sandbox: SandboxProcess, body: dict[str, object]) -> None:
    lead = sandbox.start_conversation()
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = call(sandbox, "POST", "/conversation/send", key=lead["key"], data=body, headers=form)

    assert answer.status_code == 400
    assert sandbox.ledger() == []


def test_other_content_types_are_415(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()

    as_json = call(sandbox, "POST", "/conversation/send", key=lead["key"], json={"message": "x"})
    as_multipart = call(sandbox, "POST", "/conversation/send", key=lead["key"], files={"message": (None, "x")})

    assert (as_json.status_code, as_multipart.status_code) == (415, 415)
    assert sandbox.ledger() == []


def test_wrong_method_is_405(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()

    answers = [
        call(sandbox, "GET", "/conversation/send", key=lead["key"]),
        call(sandbox, "GET", "/conversation/disposition", key=lead["key"]),
        call(sandbox, "POST", "/conversation", key=lead["key"], data={}),
    ]

    assert [answer.status_code for answer in answers] == [405, 405, 405]


def test_nothing_is_sent_to_who_has_opted_out(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()
    sandbox.say(lead["id"], "STOP")

    answer = send(sandbox, lead["key"], "one more thing")

    assert (answer.status_code, answer.json()["status"]) == (422, 422)
    assert "one more thing" not in texts(sandbox, lead["key"])
    assert sandbox.ledger() == []


def test_disposition_is_stored_with_its_time(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()
    name = sandbox.conversation(lead["key"])["data"]["dispositions"][0]["disposition"]

    answer = choose(sandbox, lead["key"], name)

    assert answer.status_code == 200
    stored = sandbox.conversation(lead["key"])["data"]["lead"]
    assert stored["disposition"] == name
    assert stored["dispositionTimestamp"].endswith("Z")
    assert [(entry["call"], entry["text"]) for entry in sandbox.ledger()] == [("disposition", name)]


@pytest.mark.parametrize("name", ["sale", "SALE ", "No such"])
def test_disposition_must_match_to_the_letter(sandbox: SandboxProcess, name: str) -> None:
    lead = sandbox.start_conversation()

    answer = choose(sandbox, lead["key"], name)

    assert answer.status_code == 422
    assert sandbox.conversation(lead["key"])["data"]["lead"]["disposition"] is None


def test_do_not_contact_disposition_does_not_opt_out_here(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()

    choose(sandbox, lead["key"], "OPT OUT")

    assert send(sandbox, lead["key"], "still possible").status_code == 200
    assert sandbox.lead(lead["id"])["opted_out"] is False
