"""A refusal is a moment's word: what was taken all the same is found, what was not is tried again, within its time."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from engage.mirror.platform import client_for
from engage.models import Command, Conversation, Workspace
from engage.outbox.enqueue import enqueue_disposition
from tests.engage.outbox.conftest import Dispatching, count_posts, fail_sends, texts_sent, wait_for_state, wait_until
from tests.engage.outbox.gateway import Gateway
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State = Command.State
Reply = Callable[..., Command]
MOMENTARY = ["401", "403", "404", "410"]


@pytest.fixture
def gateway(sandbox: SandboxProcess, workspace: Workspace) -> Iterator[Gateway]:
    with Gateway(sandbox.url) as gateway:
        workspace.core_origin = workspace.conversation_origin = gateway.url
        workspace.save()
        yield gateway


@pytest.fixture
def conversation(gateway: Gateway, start_conversation: Callable[..., Conversation]) -> Conversation:
    return start_conversation()


def test_a_text_that_was_taken_and_answered_with_too_many_is_sent_once(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    fail_sends(sandbox, "accept_then_429")
    command = reply(conversation)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert texts_sent(sandbox, conversation) == [command.text]
    assert count_posts(sandbox, conversation) == 1


@pytest.mark.parametrize("answer", [*MOMENTARY, "422", "429"])
def test_a_text_that_was_taken_whatever_the_refusal_is_sent_once_and_said_to_be_sent(
    sandbox: SandboxProcess,
    gateway: Gateway,
    conversation: Conversation,
    reply: Reply,
    dispatching: Dispatching,
    answer: str,
) -> None:
    gateway.acts_first, gateway.methods = True, ("POST",)
    gateway.spoilt[conversation.key.reveal()] = answer
    command = reply(conversation)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert texts_sent(sandbox, conversation) == [command.text]


def test_a_text_much_like_one_that_was_refused_is_shown_to_a_person_before_it_is_sent_again(
    sandbox: SandboxProcess, gateway: Gateway, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    gateway.methods = ("POST",)
    gateway.spoilt[conversation.key.reveal()] = "429"
    command = reply(conversation, "Of course, I can help you with that today")

    with dispatching():
        wait_until(lambda: command.attempts.filter(http_status=429).exists())
        behind_the_gateway = Workspace.objects.get(pk=conversation.workspace_id)
        behind_the_gateway.conversation_origin = sandbox.url
        client_for(behind_the_gateway).send_message(conversation.key, "Of course, I can help you with that today!")
        gateway.spoilt.clear()
        wait_for_state(command, State.PROBABLE, State.CONFIRMED)

    assert command.text not in texts_sent(sandbox, conversation)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("answer", MOMENTARY)
def test_a_reply_outlasts_a_momentary_refusal(
    sandbox: SandboxProcess,
    gateway: Gateway,
    conversation: Conversation,
    reply: Reply,
    dispatching: Dispatching,
    answer: str,
    method: str,
) -> None:
    gateway.methods = (method,)
    gateway.spoilt[conversation.key.reveal()] = answer
    command = reply(conversation)

    with dispatching():
        wait_until(lambda: Command.objects.get(pk=command.pk).attempts_made >= 7)
        said_meanwhile = wait_for_state(command, State.RETRY_WAIT).reason
        gateway.spoilt.clear()
        wait_for_state(command, State.CONFIRMED)

    assert said_meanwhile.endswith("; still trying.")
    assert texts_sent(sandbox, conversation) == [command.text]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("answer", [*MOMENTARY, "500"])
def test_a_disposition_outlasts_a_momentary_refusal(
    gateway: Gateway, conversation: Conversation, ada: User, dispatching: Dispatching, answer: str, method: str
) -> None:
    name = conversation.dispositions[0]["disposition"]
    gateway.methods = (method,)
    gateway.spoilt[conversation.key.reveal()] = answer
    command = enqueue_disposition(conversation=conversation, name=name, by=ada, key=uuid.uuid4())

    with dispatching():
        wait_until(lambda: Command.objects.get(pk=command.pk).attempts_made >= 1)
        time.sleep(0.3)
        gateway.spoilt.clear()
        wait_for_state(command, State.CONFIRMED)


def test_too_many_for_a_long_time_ends_with_its_time_and_says_why(
    gateway: Gateway, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    gateway.spoilt[conversation.key.reveal()] = "429"
    command = reply(conversation)

    with dispatching():
        wait_until(lambda: Command.objects.get(pk=command.pk).attempts_made >= 3)
        Command.objects.filter(pk=command.pk).update(expires_at=timezone.now() + timedelta(seconds=0.5))
        wait_for_state(command, State.EXPIRED)

    assert command.reason == "Engage asks us to wait."
