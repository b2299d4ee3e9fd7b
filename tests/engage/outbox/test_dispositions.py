"""Dispositions are values: seen there they are done, and setting one twice does no harm."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from engage.mirror.platform import client_for
from engage.models import Attempt, Command, Conversation
from engage.outbox.decisions import send_again
from engage.outbox.enqueue import enqueue_disposition
from engage.outbox.transitions import move
from tests.engage.outbox.conftest import Dispatching, fail_reads, wait_for_state, wait_until
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

State = Command.State
Choose = Callable[..., Command]


@pytest.fixture
def choose(conversation: Conversation, ada: User) -> Choose:
    def enqueue(number: int = 0) -> Command:
        name = conversation.dispositions[number]["disposition"]
        return enqueue_disposition(conversation=conversation, name=name, by=ada, key=uuid.uuid4())

    return enqueue


def fail_dispositions(sandbox: SandboxProcess, mode: str) -> None:
    sandbox.set_faults(calls={"rate": 1, "modes": [mode], "paths": ["disposition"]})


def chosen(sandbox: SandboxProcess, conversation: Conversation) -> list[str]:
    lead_id = conversation.lead.remote_id
    return [
        entry["text"] for entry in sandbox.ledger() if entry["call"] == "disposition" and entry["lead_id"] == lead_id
    ]


def test_a_disposition_is_set_and_seen(
    sandbox: SandboxProcess, conversation: Conversation, choose: Choose, dispatching: Dispatching
) -> None:
    command = choose()

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    conversation.refresh_from_db()
    assert chosen(sandbox, conversation) == [command.text]
    assert (conversation.disposition, conversation.status) == (command.text, "closed")


def test_a_cut_answer_is_looked_up(
    sandbox: SandboxProcess, conversation: Conversation, choose: Choose, dispatching: Dispatching
) -> None:
    fail_dispositions(sandbox, "cut")
    command = choose()

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert chosen(sandbox, conversation) == [command.text]
    assert command.attempts.get().outcome == "unknown"


def test_what_did_not_arrive_is_set_again_by_a_machine(
    sandbox: SandboxProcess, conversation: Conversation, choose: Choose, dispatching: Dispatching
) -> None:
    fail_dispositions(sandbox, "cut_before")
    command = choose()

    with dispatching():
        wait_until(lambda: command.attempts.filter(outcome="unknown").exists())
        sandbox.clear_faults()
        wait_for_state(command, State.CONFIRMED)

    assert chosen(sandbox, conversation) == [command.text]
    assert command.attempts.count() >= 2


def test_a_machine_sets_it_three_times_at_most_then_a_person_decides(
    sandbox: SandboxProcess, choose: Choose, ada: User, dispatching: Dispatching
) -> None:
    fail_dispositions(sandbox, "500")
    command = choose()

    with dispatching():
        wait_for_state(command, State.UNCONFIRMED)
        assert command.attempts.count() == 3
        sandbox.clear_faults()
        send_again(command=command, by=ada)
        wait_for_state(command, State.CONFIRMED)


def test_the_newest_of_several_wins_also_while_the_platform_is_away(
    sandbox: SandboxProcess, conversation: Conversation, choose: Choose, dispatching: Dispatching
) -> None:
    fail_reads(sandbox)
    first = choose(0)

    with dispatching():
        wait_for_state(first, State.RETRY_WAIT, State.PREFLIGHT)
        second = choose(1)
        sandbox.clear_faults()
        wait_for_state(second, State.CONFIRMED)

    first.refresh_from_db()
    assert (first.state, first.reason) == (State.CANCELLED, f"Replaced by “{second.text}”.")
    assert chosen(sandbox, conversation) == [second.text]


def test_one_that_may_have_arrived_is_not_called_unsent_when_it_is_replaced(choose: Choose) -> None:
    first = choose(0)
    Attempt.objects.create(command=first, number=1, outcome="unknown", ended_at=timezone.now())
    move(first, State.CHECKING, due_at=timezone.now())

    second = choose(1)

    first.refresh_from_db()
    assert (first.state, first.reason) == (State.DISCARDED, f"Replaced by “{second.text}”.")


def test_a_value_somebody_else_set_is_told(
    sandbox: SandboxProcess, conversation: Conversation, choose: Choose, dispatching: Dispatching
) -> None:
    command = choose(0)
    before = {"disposition": conversation.disposition, "chosen_at": ""}
    Attempt.objects.create(command=command, number=1, baseline=before, outcome="unknown", ended_at=timezone.now())
    move(command, State.CHECKING, due_at=timezone.now())
    somebody_elses = conversation.dispositions[1]["disposition"]
    client_for(conversation.workspace).choose_disposition(conversation.key, somebody_elses)

    with dispatching():
        wait_for_state(command, State.UNCONFIRMED)

    assert command.reason == f"Engage shows “{somebody_elses}”. Somebody else may have chosen it."
    assert chosen(sandbox, conversation) == [somebody_elses]


def test_the_same_one_again_is_set_again(
    sandbox: SandboxProcess, conversation: Conversation, choose: Choose, dispatching: Dispatching
) -> None:
    with dispatching():
        wait_for_state(choose(), State.CONFIRMED)
        wait_for_state(choose(), State.CONFIRMED)

    assert len(chosen(sandbox, conversation)) == 2


def test_one_that_is_no_longer_offered_is_not_sent(
    sandbox: SandboxProcess, conversation: Conversation, choose: Choose, dispatching: Dispatching
) -> None:
    command = choose()
    Command.objects.filter(pk=command.pk).update(text="Gone by now")

    with dispatching():
        wait_for_state(command, State.CANCELLED)

    assert "Gone by now" in command.reason
    assert chosen(sandbox, conversation) == []
