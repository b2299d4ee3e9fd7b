from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.engage.sandbox.calling import choose, send, texts
from tests.engage.sandbox.receiver import Receiver
from tests.sandbox_process import SandboxProcess

STATUSES = {"429": 429, "500": 500, "503": 503, "html": 200, "redirect": 307}


def set_mode(sandbox: SandboxProcess, mode: str, stall_s: float = 0.3) -> None:
    sandbox.set_faults(calls={"rate": 1, "modes": [mode], "stall_s": stall_s, "paths": ["send"]})


def accepted(sandbox: SandboxProcess) -> list[str]:
    return [entry["text"] for entry in sandbox.ledger() if entry["accepted"]]


@pytest.mark.parametrize(("mode", "status"), STATUSES.items())
def test_refusing_answers_leave_no_trace(sandbox: SandboxProcess, mode: str, status: int) -> None:
    lead = sandbox.start_conversation()
    set_mode(sandbox, mode)

    answer = send(sandbox, lead["key"], "hello")

    assert answer.status_code == status
    assert "hello" not in texts(sandbox, lead["key"])
    assert sandbox.ledger() == []


@pytest.mark.parametrize("mode", ["refuse", "cut_before"])
def test_connection_closed_before_the_call_is_read_leaves_no_trace(sandbox: SandboxProcess, mode: str) -> None:
    lead = sandbox.start_conversation()
    set_mode(sandbox, mode)

    with pytest.raises(requests.ConnectionError):
        send(sandbox, lead["key"], "hello")

    assert "hello" not in texts(sandbox, lead["key"])
    assert sandbox.ledger() == []


def test_cut_call_has_taken_effect(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()
    set_mode(sandbox, "cut")

    with pytest.raises(requests.ConnectionError):
        send(sandbox, lead["key"], "hello")

    assert texts(sandbox, lead["key"]).count("hello") == 1
    assert accepted(sandbox) == ["hello"]


def test_half_an_answer_hides_an_accepted_call(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()
    set_mode(sandbox, "half_headers")

    answer = send(sandbox, lead["key"], "hello")

    # What `requests` makes of a status line and half a header.
    assert (answer.status_code, answer.text) == (200, "")
    assert accepted(sandbox) == ["hello"]


@pytest.mark.parametrize("mode", ["stall", "drip"])
def test_late_answer_belongs_to_an_accepted_call(sandbox: SandboxProcess, mode: str) -> None:
    lead = sandbox.start_conversation()
    set_mode(sandbox, mode, stall_s=0.6)
    began = time.monotonic()

    answer = send(sandbox, lead["key"], "hello")

    assert time.monotonic() - began >= 0.5
    assert answer.status_code == 200
    assert accepted(sandbox) == ["hello"]


def test_stalled_call_has_taken_effect_before_its_answer(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()
    set_mode(sandbox, "stall", stall_s=30)

    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{sandbox.url}/api/public/engage/conversation/send?key={lead['key']}",
            data={"message": "hello"},
            timeout=0.5,
        )

    assert accepted(sandbox) == ["hello"]


def test_error_may_follow_an_accepted_call(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()
    set_mode(sandbox, "accept_then_500")

    answer = send(sandbox, lead["key"], "hello")

    assert answer.status_code == 500
    assert accepted(sandbox) == ["hello"]


def test_dropped_call_is_answered_and_forgotten(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()
    set_mode(sandbox, "drop")

    answer = send(sandbox, lead["key"], "hello")

    assert answer.status_code == 200
    assert "hello" not in texts(sandbox, lead["key"])
    [entry] = sandbox.ledger()
    assert (entry["text"], entry["accepted"], entry["dropped"]) == ("hello", False, True)


def test_faults_touch_only_the_chosen_calls(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()
    set_mode(sandbox, "500")

    answer = choose(sandbox, lead["key"], "CALL BACK")

    assert answer.status_code == 200
    assert sandbox.campaigns()


def test_empty_setting_clears_all_faults(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()
    set_mode(sandbox, "500")

    sandbox.clear_faults()

    assert send(sandbox, lead["key"], "hello").status_code == 200


@pytest.mark.parametrize(
    "setting",
    [
        [],
        {"colour": 1},
        {"calls": {"rate": 2}},
        {"calls": {"modes": ["explode"]}},
        {"calls": {"paths": []}},
        {"webhooks": {"delay_s": [3, 1]}},
        {"seed": "x"},
    ],
)
def test_nonsense_is_refused_and_changes_nothing(sandbox: SandboxProcess, setting: object) -> None:
    answer = requests.post(f"{sandbox.url}/sandbox/faults", json=setting, timeout=10)

    assert answer.status_code == 400
    assert requests.get(f"{sandbox.url}/sandbox/faults", timeout=10).json()["calls"]["rate"] == 0


def test_ledger_is_the_truth_under_every_fault_at_once(sandbox: SandboxProcess) -> None:
    leads = [sandbox.start_conversation() for _ in range(8)]
    sandbox.set_faults(calls={"rate": 0.7, "stall_s": 0.05, "paths": ["send"]}, seed=7)

    def talk(lead: dict[str, str]) -> None:
        for number in range(20):
            try:
                send(sandbox, lead["key"], f"{lead['id']}-{number}")
            except requests.RequestException:
                continue

    with ThreadPoolExecutor(8) as agents:
        list(agents.map(talk, leads))
    sandbox.clear_faults()

    seen = [text for lead in leads for text in texts(sandbox, lead["key"]) if text.startswith(lead["id"])]
    assert sorted(seen) == sorted(accepted(sandbox))
    assert 48 < len(seen) < 160


def test_received_calls_name_their_fault(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()
    set_mode(sandbox, "503")

    send(sandbox, lead["key"], "hello")

    call = sandbox.received()[-1]
    assert (call["call"], call["fault"], call["status"]) == ("send", "503", 503)


def test_webhooks_can_be_lost(sandbox: SandboxProcess, receiver: Receiver) -> None:
    sandbox.set_faults(webhooks={"drop": 1})

    sandbox.start_conversation()

    assert receiver.wait_and_see() == []


def test_webhooks_can_be_repeated(sandbox: SandboxProcess, receiver: Receiver) -> None:
    sandbox.set_faults(webhooks={"repeat": 1}, seed=1)

    sandbox.start_conversation()

    first, second = receiver.wait_for(2)
    assert first.body == second.body


def test_webhooks_can_be_late(sandbox: SandboxProcess, receiver: Receiver) -> None:
    sandbox.set_faults(webhooks={"delay_s": [0.6, 0.7]})

    sandbox.start_conversation()

    assert receiver.wait_and_see(0.3) == []
    receiver.wait_for(1)


def test_webhooks_can_overtake_each_other(sandbox: SandboxProcess, receiver: Receiver) -> None:
    lead = sandbox.start_conversation()
    receiver.wait_for(1)
    sandbox.set_faults(webhooks={"reorder": 0.5}, seed=3)

    for number in range(12):
        sandbox.say(lead["id"], str(number))

    arrived = [event.texts[0] for event in receiver.wait_for(13)[1:]]
    assert sorted(arrived, key=int) == [str(number) for number in range(12)]
    assert arrived != sorted(arrived, key=int)
