"""Whatever happens to the POST, a machine makes it once, and every reply ends where its evidence says."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from engage.mirror.consent import lock_reason
from engage.models import Command, Conversation, Message
from engage.outbox.enqueue import enqueue_reply
from tests.engage.outbox.conftest import (
    QUICK,
    Dispatching,
    count_posts,
    fail_reads,
    fail_sends,
    spoil_key,
    texts_sent,
    wait_for_state,
    wait_until,
)
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State = Command.State
Reply = Callable[..., Command]
# Where a look that fails on a busy machine must not be taken for the last one.
PATIENT = replace(QUICK, gives_up_after=60)


@pytest.mark.parametrize("mode", ["cut", "half_headers", "accept_then_500", "drip", "stall"])
def test_a_reply_that_arrived_without_an_answer_is_found(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching, mode: str
) -> None:
    fail_sends(sandbox, mode, stall_s=0.5)
    command = reply(conversation)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert texts_sent(sandbox, conversation) == [command.text]
    assert command.attempts.count() == 1


@pytest.mark.parametrize("mode", ["refuse", "cut_before", "500", "503", "redirect"])
def test_a_reply_that_never_arrived_is_not_sent_again_by_a_machine(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching, mode: str
) -> None:
    fail_sends(sandbox, mode)
    command = reply(conversation)

    with dispatching(pace=PATIENT):
        wait_for_state(command, State.UNCONFIRMED)

    conversation.refresh_from_db()
    assert texts_sent(sandbox, conversation) == []
    assert count_posts(sandbox, conversation) == 1
    assert command.attempts.get().outcome == "unknown"
    assert command.reason.startswith("Not visible at Engage after ")
    # The lead still waits for an answer, and the desk sees it.
    assert conversation.waiting_since is not None


@pytest.mark.parametrize("mode", ["html", "drop"])
def test_accepted_and_never_seen_ends_with_a_person(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching, mode: str
) -> None:
    fail_sends(sandbox, mode)
    command = reply(conversation)

    with dispatching():
        wait_for_state(command, State.ACCEPTED)
        wait_until(
            lambda: Command.objects.get(pk=command.pk).reason == "Accepted by Engage, but not visible there yet."
        )
        wait_for_state(command, State.UNCONFIRMED)

    assert command.reason == "Accepted by Engage, but never seen there."
    assert command.attempts.get().outcome == "sent"


def test_too_many_requests_waits_as_long_as_the_platform_asks(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    fail_sends(sandbox, "429")
    command = reply(conversation)

    with dispatching():
        wait_for_state(command, State.RETRY_WAIT)
        refused_at = command.state_since
        sandbox.clear_faults()
        wait_for_state(command, State.CONFIRMED)

    first, second = command.attempts.order_by("number")
    assert (first.outcome, first.http_status, second.outcome) == ("not_sent", 429, "sent")
    assert second.marked_at - refused_at >= timedelta(seconds=0.9)
    assert texts_sent(sandbox, conversation) == [command.text]


def test_a_platform_that_is_away_gets_the_reply_when_it_is_back(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    fail_reads(sandbox)
    command = reply(conversation)

    with dispatching():
        wait_for_state(command, State.RETRY_WAIT)
        wait_until(lambda: Command.objects.get(pk=command.pk).attempts_made >= 3)
        assert not command.attempts.exists()
        sandbox.clear_faults()
        wait_for_state(command, State.CONFIRMED)

    assert texts_sent(sandbox, conversation) == [command.text]


def test_nobody_at_the_address_is_a_wait_that_ends(
    conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    # Port 9 is nobody's here: the connection is refused before a byte leaves.
    conversation.workspace.conversation_origin = "http://127.0.0.1:9"
    conversation.workspace.save()
    command = reply(conversation)

    with dispatching():
        wait_for_state(command, State.RETRY_WAIT)
        assert (command.reason, command.attempts.count()) == ("", 0)
        Command.objects.filter(pk=command.pk).update(expires_at=timezone.now() + timedelta(seconds=0.3))
        wait_for_state(command, State.EXPIRED)

    conversation.refresh_from_db()
    assert conversation.waiting_since is not None
    assert not command.attempts.exists()


def test_a_reply_that_waited_too_long_is_not_sent(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    command = reply(conversation)
    Command.objects.filter(pk=command.pk).update(expires_at=timezone.now())

    with dispatching():
        wait_for_state(command, State.EXPIRED)

    assert texts_sent(sandbox, conversation) == []


def test_an_opt_out_between_click_and_dispatch_stops_the_reply(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    command = reply(conversation)
    sandbox.say(conversation.lead.remote_id, "STOP")

    with dispatching():
        wait_for_state(command, State.CANCELLED)

    conversation.refresh_from_db()
    assert command.reason == lock_reason(conversation) != ""
    assert texts_sent(sandbox, conversation) == []


def test_a_text_that_came_in_after_the_click_does_not_stop_the_reply(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    command = reply(conversation)
    sandbox.say(conversation.lead.remote_id, "And what does it cost?")

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    newer = Message.objects.get(conversation=conversation, text="And what does it cost?")
    assert texts_sent(sandbox, conversation) == [command.text]
    assert command.seen_through is not None
    assert command.seen_through < newer.pk


def test_what_the_platform_refuses_is_told_with_its_reason(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    command = reply(conversation)
    Command.objects.filter(pk=command.pk).update(text="\u2003")

    with dispatching():
        wait_for_state(command, State.REJECTED)

    assert command.reason.startswith("Engage refused it: ")
    assert "One message is required" in command.reason


def test_a_key_that_ended_is_told_as_such(conversation: Conversation, reply: Reply, dispatching: Dispatching) -> None:
    command = reply(conversation)
    spoil_key(conversation)

    with dispatching():
        wait_for_state(command, State.RETRY_WAIT)
        said_meanwhile = command.reason
        Command.objects.filter(pk=command.pk).update(expires_at=timezone.now() + timedelta(seconds=0.3))
        wait_for_state(command, State.EXPIRED)

    conversation.refresh_from_db()
    assert said_meanwhile == "Engage refuses the link to this conversation; still trying."
    assert command.reason == "Engage refuses the link to this conversation."
    assert conversation.waiting_since is not None


def test_replies_of_a_conversation_leave_in_their_order(
    sandbox: SandboxProcess, conversation: Conversation, ada: User, dispatching: Dispatching
) -> None:
    texts = [f"Part {number} of what I have to say" for number in range(6)]
    commands = [
        enqueue_reply(conversation=conversation, text=text, by=ada, key=uuid.uuid4(), seen_through=None)
        for text in texts
    ]

    with dispatching(workers=2):
        for command in commands:
            wait_for_state(command, State.CONFIRMED)

    assert texts_sent(sandbox, conversation) == texts


def test_replies_wait_behind_one_that_is_looked_for(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    fail_sends(sandbox, "cut_before")
    first, second = reply(conversation, "The first thing I wanted to say"), reply(conversation, "The second one")

    with dispatching():
        wait_for_state(first, State.CHECKING)
        sandbox.clear_faults()
        second.refresh_from_db()
        assert second.state == State.QUEUED
        wait_for_state(first, State.UNCONFIRMED)
        wait_for_state(second, State.CONFIRMED)

    assert texts_sent(sandbox, conversation) == ["The second one"]
