from __future__ import annotations

import json
import time
from pathlib import Path

import requests

from tests.engage.sandbox.calling import call, choose, send, shape, texts
from tests.engage.sandbox.receiver import Receiver
from tests.sandbox_process import SandboxProcess

SAMPLE = json.loads((Path(__file__).parents[2] / "payloads" / "conversation_started.json").read_text())


def test_first_answer_starts_a_conversation_with_all_messages(sandbox: SandboxProcess, receiver: Receiver) -> None:
    lead = sandbox.start_conversation("Yes please")

    [event] = receiver.wait_for(1)

    assert event.kind == event.body["eventType"] == "ConversationStarted"
    assert event.headers["content-type"] == "application/json"
    assert event.headers["x-event-origin"] == "purecallerid.app"
    assert shape(event.body) == shape(SAMPLE)
    assert event.body["data"]["lead"]["id"] == lead["id"]
    assert len(event.texts) == 2
    assert event.texts[1] == "Yes please"


def test_later_text_carries_only_itself(sandbox: SandboxProcess, receiver: Receiver) -> None:
    lead = sandbox.start_conversation()
    message_id = sandbox.say(lead["id"], "And one more thing")

    _, event = receiver.wait_for(2)

    assert event.kind == "NewMessage"
    assert event.texts == ["And one more thing"]
    assert event.body["data"]["messages"][0]["id"] == message_id


def test_agents_own_message_fires_nothing(sandbox: SandboxProcess, receiver: Receiver) -> None:
    lead = sandbox.start_conversation()
    receiver.wait_for(1)

    send(sandbox, lead["key"], "How can I help?")

    assert len(receiver.wait_and_see()) == 1


def test_disposition_is_announced(sandbox: SandboxProcess, receiver: Receiver) -> None:
    lead = sandbox.start_conversation()
    choose(sandbox, lead["key"], "CALL BACK")

    _, event = receiver.wait_for(2)

    assert event.kind == "Disposition"
    assert event.body["data"]["lead"]["disposition"] == "CALL BACK"


def test_stop_opts_out_and_fires_only_that(sandbox: SandboxProcess, receiver: Receiver) -> None:
    lead = sandbox.start_conversation()
    sandbox.say(lead["id"], " stop ")

    events = receiver.wait_for(2)

    assert [event.kind for event in receiver.wait_and_see()] == ["ConversationStarted", "OptOut"]
    assert events[1].texts[-1].startswith("No problem, you have been opted out")
    assert sandbox.lead(lead["id"])["opted_out"] is True


def test_start_opts_in_again(sandbox: SandboxProcess, receiver: Receiver) -> None:
    lead = sandbox.start_conversation()
    sandbox.say(lead["id"], "STOP")
    sandbox.say(lead["id"], "Start")

    receiver.wait_for(3)

    assert [event.kind for event in receiver.wait_and_see()] == ["ConversationStarted", "OptOut", "OptIn"]
    assert texts(sandbox, lead["key"])[-1] == "Awesome. Welcome back!"
    assert send(sandbox, lead["key"], "good to see you").status_code == 200


def test_other_words_while_opted_out_are_new_messages(sandbox: SandboxProcess, receiver: Receiver) -> None:
    lead = sandbox.start_conversation()
    sandbox.say(lead["id"], "STOP")
    sandbox.say(lead["id"], "stop it already")

    events = receiver.wait_for(3)

    assert events[2].kind == "NewMessage"
    assert sandbox.lead(lead["id"])["opted_out"] is True


def test_help_is_answered_automatically(sandbox: SandboxProcess, receiver: Receiver) -> None:
    lead = sandbox.start_conversation()
    sandbox.say(lead["id"], "help")

    events = receiver.wait_for(2)

    assert events[1].kind == "NewMessage"
    assert texts(sandbox, lead["key"])[-1].startswith("Northfield Learning: reply to this text")


def test_response_message_follows_the_first_answer(sandbox: SandboxProcess, receiver: Receiver) -> None:
    [lead] = sandbox.create_leads(campaign_id=sandbox.campaign("Solar quotes NY")["id"])
    sandbox.say(lead["id"], "yes")
    sandbox.say(lead["id"], "are you there?")

    receiver.wait_for(2)

    assert texts(sandbox, lead["key"])[1:] == [
        "yes",
        "Thanks for your answer! A Brightroof advisor will text you in a few minutes.",
        "are you there?",
    ]


def test_campaign_status_is_announced_as_the_bare_campaign(sandbox: SandboxProcess, receiver: Receiver) -> None:
    campaign = sandbox.campaign("Renewals May")
    answer = call(sandbox, "POST", f"/campaigns/{campaign['id']}/activate")

    [event] = receiver.wait_for(1)

    assert event.kind == "MessagingCampaignStatus"
    assert event.body == answer.json()


def test_list_status_is_announced_once_as_the_bare_list(sandbox: SandboxProcess, receiver: Receiver) -> None:
    campaign = sandbox.campaign("Spring webinar")
    for _ in range(2):
        answer = call(
            sandbox, "POST", f"/campaigns/{campaign['id']}/lists/pause", params={"listName": "March sign-ups"}
        )

    receiver.wait_for(1)

    [event] = receiver.wait_and_see()
    assert event.kind == "MessagingListStatus"
    assert event.body == answer.json()


def test_approval_is_announced(sandbox: SandboxProcess, receiver: Receiver) -> None:
    campaign = sandbox.campaign("Autumn clearance")
    sandbox.approve(campaign["id"])

    [event] = receiver.wait_for(1)

    assert (event.kind, event.body["campaignStatus"]) == ("MessagingCampaignStatus", "READY")


def test_receiver_that_fails_gets_the_event_again(sandbox: SandboxProcess, receiver: Receiver) -> None:
    receiver.refusals.extend([503, 500])

    sandbox.start_conversation("patience")

    [event] = receiver.wait_for(1)
    assert event.texts[-1] == "patience"


def test_receiver_that_refuses_is_not_asked_again(sandbox: SandboxProcess, receiver: Receiver) -> None:
    receiver.refusals.append(404)

    sandbox.start_conversation()

    assert receiver.wait_and_see(1.2) == []
    assert "given up: 404" in requests.get(f"{sandbox.url}/sandbox/", timeout=10).text


def test_event_waits_for_a_receiver_and_survives_a_restart(receiver: Receiver) -> None:
    with SandboxProcess(webhook_url=receiver.url) as sandbox:
        receiver.refusals.extend([503] * 3)
        sandbox.start_conversation("before the end")
        deadline = time.monotonic() + 5
        while receiver.refusals and time.monotonic() < deadline:
            time.sleep(0.05)
        sandbox.kill()
        sandbox.start()

        [event] = receiver.wait_for(1)

    assert event.texts[-1] == "before the end"
