"""A reply from the click to the platform and back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engage.models import Change, Command, Conversation
from tests.engage.outbox.conftest import Dispatching, texts_sent, wait_for_state
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

State = Command.State


def test_reply_is_sent_once_and_confirmed_with_its_message(
    sandbox: SandboxProcess, conversation: Conversation, reply: Callable[..., Command], dispatching: Dispatching
) -> None:
    command = reply(conversation, "Yes & no + 100 % 👍\nsecond line")

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert texts_sent(sandbox, conversation) == ["Yes & no + 100 % 👍\nsecond line"]
    assert command.message is not None
    assert command.message.text == "Yes & no + 100 % 👍\nsecond line"
    assert command.due_at is None
    attempt = command.attempts.get()
    assert (attempt.outcome, attempt.http_status) == ("sent", 200)
    assert Change.objects.filter(conversation_id=conversation.pk).exists()
