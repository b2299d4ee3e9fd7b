"""Everything that can be mixed, mixed: another reading for each conversation, the same ones for one seed."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.engage.sandbox.calling import call, shape
from tests.engage.sandbox.receiver import Receiver
from tests.sandbox_process import SandboxProcess


def heard(sandbox: SandboxProcess, receiver: Receiver, *, seed: int, leads: int = 12) -> list[Any]:
    """The shapes of what is told of some new leads, by their phones."""
    sandbox.reset(seed=1)
    sandbox.set_dialect("mixed", seed=seed)
    before = len(receiver.events)
    for number in range(leads):
        sandbox.start_conversation("Hi", Phone=f"51855501{number:02d}")
    told = receiver.wait_for(before + leads)[before:]
    return sorted((str(shape(event.body)), event.kind) for event in told)


def test_conversations_are_told_of_in_different_dialects(sandbox: SandboxProcess, receiver: Receiver) -> None:
    assert len(set(heard(sandbox, receiver, seed=1))) > 3


def test_one_seed_mixes_the_same_again(sandbox: SandboxProcess, receiver: Receiver) -> None:
    first = heard(sandbox, receiver, seed=1)

    assert heard(sandbox, receiver, seed=1) == first


def test_another_seed_mixes_otherwise(sandbox: SandboxProcess, receiver: Receiver) -> None:
    assert heard(sandbox, receiver, seed=1) != heard(sandbox, receiver, seed=2)


def test_chosen_dialect_is_spoken_in_the_midst_of_the_mixture(sandbox: SandboxProcess, receiver: Receiver) -> None:
    sandbox.set_dialect("mixed", "replies-answer-204")
    for number in range(6):
        sandbox.start_conversation("Hi", Phone=f"51855501{number:02d}")
    endpoints = [event.body["endpoints"]["sendMessageEndpoint"] for event in receiver.wait_for(6)]

    answers = [
        call(
            sandbox, "POST", "/conversation/send", params=dict(parse_qsl(urlsplit(url).query)), data={"message": "Yes"}
        )
        for url in endpoints
    ]

    assert [answer.status_code for answer in answers] == [204] * 6
    assert len({len(urlsplit(url).query) for url in endpoints}) > 1


def test_no_lead_is_opted_out_unheard(sandbox: SandboxProcess, receiver: Receiver) -> None:
    """Whatever the mixture: a STOP is told by an event, or stands in the thread."""
    for seed in range(6):
        sandbox.set_dialect("mixed", seed=seed)
        before = len(receiver.events)
        for number in range(8):
            lead = sandbox.create_leads(fields={"Phone": f"51855501{number:02d}"})[0]
            sandbox.say(lead["id"], "STOP")
        for event in receiver.wait_for(before + 8)[before:]:
            named = f"{event.kind} {event.body.get('eventType', '')}".casefold().replace("_", "").replace("-", "")
            assert "optout" in named or "unsubscribed" in named or "STOP" in str(event.body)
