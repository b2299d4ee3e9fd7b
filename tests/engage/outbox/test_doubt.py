"""Words that may be an opt-out hold what is on its way, unless somebody has answered for those very words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engage.mirror.judging import find_doubts, take_for_no_opt_out
from engage.mirror.platform import client_for
from engage.mirror.reading import read_conversation
from engage.models import Command, Conversation
from engage.outbox.refusals import InDoubt
from tests.engage.outbox.conftest import Dispatching, texts_sent, wait_for_state
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

State = Command.State
Reply = Callable[..., Command]


def hear(sandbox: SandboxProcess, conversation: Conversation, text: str) -> None:
    sandbox.say(conversation.lead.remote_id, text)
    read_conversation(conversation, client_for(conversation.workspace))


def test_words_that_come_after_the_click_stop_it_before_the_first_byte(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    command = reply(conversation)
    sandbox.say(conversation.lead.remote_id, "take me off your list")

    with dispatching():
        wait_for_state(command, State.CANCELLED)

    assert "take me off your list" in command.reason
    assert texts_sent(sandbox, conversation) == []


def test_words_that_were_answered_for_stop_nothing(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    hear(sandbox, conversation, "take me off your list")
    with pytest.raises(InDoubt):
        reply(conversation)
    take_for_no_opt_out(conversation, mark=find_doubts(conversation).mark)

    command = reply(conversation)
    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert texts_sent(sandbox, conversation) == [command.text]


def test_answer_for_other_words_does_not_let_it_go(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    hear(sandbox, conversation, "take me off your list")
    take_for_no_opt_out(conversation, mark=find_doubts(conversation).mark)
    command = reply(conversation)
    sandbox.say(conversation.lead.remote_id, "leave me alone")

    with dispatching():
        wait_for_state(command, State.CANCELLED)

    assert texts_sent(sandbox, conversation) == []
