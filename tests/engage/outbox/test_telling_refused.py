"""Engage refuses to be told of an opt-out, or a person decides not to tell: nothing is posted again, the lock stays."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import requests
from django.contrib.auth.models import User
from django.utils import timezone

from console.inbox import untold
from engage.mirror.consent import lock_reason
from engage.mirror.stopping import stop_number
from engage.models import Command, Conversation, Telling, Workspace
from engage.outbox.telling import tell_due
from tests.engage.api.faulty_server import FaultyServer, status
from tests.engage.outbox.conftest import Dispatching, wait_until
from tests.engage.outbox.test_dispositions import chosen
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

State = Telling.State


@contextmanager
def refusing_dispositions(sandbox: SandboxProcess, code: int) -> Iterator[Callable[[], int]]:
    """The sandbox behind something that refuses every POST; tells how many came."""

    def answer(connection: socket.socket) -> None:
        asked = front.requests[-1]
        if asked.method == "POST":
            status(code, b"The disposition is not allowed here")(connection)
            return
        headers = {name: value for name, value in asked.headers.items() if name not in ("host", "connection")}
        found = requests.get(f"{sandbox.url}{asked.target}", headers=headers, timeout=20)
        status(found.status_code, found.content)(connection)

    with FaultyServer(answer) as front:
        Workspace.objects.update(conversation_origin=front.origin)
        yield lambda: sum(asked.method == "POST" for asked in front.requests)


def look_again() -> None:
    for _ in range(3):
        Telling.objects.update(looked_at=timezone.now() - timedelta(minutes=2))
        tell_due()


@pytest.mark.parametrize("code", [400, 422])
def test_refusal_is_for_a_person_with_the_reason_and_is_not_posted_again(
    sandbox: SandboxProcess, conversation: Conversation, ada: User, dispatching: Dispatching, code: int
) -> None:
    with refusing_dispositions(sandbox, code) as posts:
        stop_number(conversation, by=ada, reason="They rang")
        with dispatching():
            wait_until(lambda: Telling.objects.needing_decision().exists())
            look_again()

        assert posts() == 1

    telling = Telling.objects.get()
    assert telling.state == State.NEEDS_DECISION
    assert "not allowed here" in telling.reason
    assert Command.objects.get().state == Command.State.REJECTED
    assert chosen(sandbox, conversation) == []
    assert lock_reason(conversation)


@pytest.mark.parametrize("answer", list(Telling.Answer))
def test_what_a_person_decides_about_a_refusal_ends_it_and_nothing_is_posted(
    sandbox: SandboxProcess, conversation: Conversation, ada: User, dispatching: Dispatching, answer: Telling.Answer
) -> None:
    with refusing_dispositions(sandbox, 422) as posts:
        stop_number(conversation, by=ada, reason="They rang")
        with dispatching():
            wait_until(lambda: Telling.objects.needing_decision().exists())
            untold.answer(telling=Telling.objects.get(), answer=answer, by=ada)
            look_again()

        assert posts() == 1

    telling = Telling.objects.get()
    assert (telling.state, telling.answer, telling.by) == (State.ANSWERED, answer, ada)
    assert chosen(sandbox, conversation) == []
    assert lock_reason(conversation)


def test_who_decides_not_to_tell_at_all_posts_nothing(
    sandbox: SandboxProcess, conversation: Conversation, ada: User, dispatching: Dispatching
) -> None:
    Workspace.objects.update(tells_engage=False)
    with refusing_dispositions(sandbox, 422) as posts:
        stop_number(conversation, by=ada, reason="They rang")
        tell_due()
        untold.answer(telling=Telling.objects.get(), answer=Telling.Answer.LEFT, by=ada)
        Workspace.objects.update(tells_engage=True)
        with dispatching():
            look_again()

        assert posts() == 0

    assert Telling.objects.get().state == State.ANSWERED
    assert not Command.objects.exists()
    assert lock_reason(conversation)
