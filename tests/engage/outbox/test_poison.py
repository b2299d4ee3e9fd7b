"""One row that cannot be handled is set aside by itself; its neighbours are served, and no loop of the worker ends."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from engage.models import Attempt, Command, Conversation, Workspace
from engage.outbox import restored
from engage.outbox.evidence import Sightings
from engage.outbox.sweeper import sweep
from tests.engage.outbox.conftest import QUICK, Dispatching, texts_sent, wait_for_state, wait_until
from tests.factories import make_conversation, make_message, make_reply
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State = Command.State
Reply = Callable[..., Command]
Start = Callable[..., Conversation]

ODD_BASELINES = [[], "words", {"remote_ids": 7}, {"newest_at": "yesterday"}, {"remote_ids": [["nested"]]}, 3]


def seal_badly(conversation: Conversation) -> None:
    """As after a key of the ring was taken away too early."""
    Conversation.objects.filter(pk=conversation.pk).update(sealed_key=b"no key opens this")


def test_a_key_that_cannot_be_opened_keeps_its_own_reply_back_and_says_so(
    sandbox: SandboxProcess, start_conversation: Start, reply: Reply, dispatching: Dispatching
) -> None:
    damaged, *healthy = [start_conversation() for _ in range(4)]
    seal_badly(damaged)
    stuck = reply(damaged)
    commands = [reply(conversation) for conversation in healthy]

    with dispatching():
        for command in commands:
            wait_for_state(command, State.CONFIRMED)
        wait_for_state(stuck, State.RETRY_WAIT)
        said_meanwhile = Command.objects.get(pk=stuck.pk).reason
        Command.objects.filter(pk=stuck.pk).update(expires_at=timezone.now() + timedelta(seconds=0.3))
        wait_for_state(stuck, State.EXPIRED)

    assert "key cannot be opened" in said_meanwhile
    assert "key cannot be opened" in stuck.reason


def test_what_was_posted_with_a_key_that_cannot_be_opened_any_more_is_put_to_a_person(
    start_conversation: Start, ada: User, dispatching: Dispatching
) -> None:
    damaged = start_conversation()
    seal_badly(damaged)
    command = make_posted(damaged, ada, State.CHECKING, {})

    with dispatching():
        wait_for_state(command, State.UNCONFIRMED)


def test_an_api_key_that_cannot_be_opened_stops_no_other_workspace(
    sandbox: SandboxProcess, workspace: Workspace, start_conversation: Start, reply: Reply, dispatching: Dispatching
) -> None:
    healthy = start_conversation()
    elsewhere = make_conversation()
    Workspace.objects.filter(pk=elsewhere.workspace_id).update(sealed_api_key=b"no key opens this")
    lost, command = reply(elsewhere), reply(healthy)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)
        wait_for_state(lost, State.RETRY_WAIT)
        wait_until(lambda: bool(Command.objects.get(pk=lost.pk).reason))


@pytest.mark.parametrize("baseline", ODD_BASELINES)
def test_a_baseline_that_nobody_can_read_is_put_to_a_person_and_the_others_are_matched(
    ada: User, baseline: Any
) -> None:
    poisoned = [make_posted(make_conversation(), ada, State.CHECKING, baseline) for _ in range(2)]
    healthy = make_posted(make_conversation(), ada, State.CHECKING, {})
    for command in (*poisoned, healthy):
        assert command.conversation is not None
        make_message(conversation=command.conversation, is_inbound=False, text=command.text)

    Sightings(seconds=10).match_changed(QUICK)

    states = [Command.objects.get(pk=command.pk).state for command in (*poisoned, healthy)]
    assert states[-1] == State.CONFIRMED
    assert set(states[:-1]) <= {State.UNCONFIRMED, State.CONFIRMED}


def test_a_row_that_cannot_be_swept_leaves_the_others_swept(ada: User) -> None:
    now = timezone.now()
    rows = [make_reply(conversation=make_conversation(), by=ada) for _ in range(3)]
    ids = [row.pk for row in rows]
    Command.objects.filter(id__in=ids).update(expires_at=now - timedelta(minutes=1), due_at=now)

    with refusing_updates(of=rows[0].pk):
        sweep(QUICK)

    states = [Command.objects.get(pk=pk).state for pk in ids]
    assert states == [State.QUEUED, State.EXPIRED, State.EXPIRED]


def test_a_row_that_cannot_be_claimed_leaves_the_others_sent(
    sandbox: SandboxProcess, start_conversation: Start, reply: Reply, dispatching: Dispatching
) -> None:
    stuck, *commands = [reply(start_conversation()) for _ in range(4)]

    with refusing_updates(of=stuck.pk, column="state"), dispatching():
        for command in commands:
            wait_for_state(command, State.CONFIRMED)

    stuck.refresh_from_db()
    assert stuck.state == State.QUEUED
    assert all(
        texts_sent(sandbox, command.conversation) == [command.text] for command in commands if command.conversation
    )


def test_what_is_held_and_cannot_be_looked_up_neither_ends_the_loop_nor_stops_the_others(
    start_conversation: Start, ada: User
) -> None:
    damaged, healthy = start_conversation(), start_conversation()
    seal_badly(damaged)
    commands = [make_posted(conversation, ada, State.HELD, {}) for conversation in (damaged, healthy)]
    stop = threading.Event()
    loop = threading.Thread(target=restored.run, args=(stop, QUICK))

    with refusing_updates(of=commands[0].pk, column="state"):
        loop.start()
        wait_until(lambda: "most likely not sent" in Command.objects.get(pk=commands[1].pk).reason)
        is_alive = loop.is_alive()
        stop.set()
        loop.join(20)

    assert is_alive


def make_posted(conversation: Conversation, by: User, state: Command.State, baseline: Any) -> Command:
    """A reply that may have arrived, with what was noted before it was posted."""
    moment = timezone.now()
    command = make_reply(
        conversation=conversation, by=by, state=state, text=f"Of course, I can help you. {uuid.uuid4()}", due_at=moment
    )
    Attempt.objects.create(
        command=command, number=1, outcome="unknown", baseline=baseline or {}, marked_at=moment, ended_at=moment
    )
    if baseline is not None:
        Attempt.objects.filter(command=command).update(baseline=baseline)
    return command


class refusing_updates:
    """The database refuses to change this one row, as it does when something about the row itself is wrong."""

    def __init__(self, *, of: int, column: str = "") -> None:
        self._of = of
        self._on = f"UPDATE OF {column}" if column else "UPDATE"

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TRIGGER poison BEFORE {self._on} ON engage_command WHEN old.id = {self._of} "
                # An integer that overflows: an OperationalError, as when the database is away, which it is not.
                "BEGIN SELECT abs(-9223372036854775807 - 1); END"
            )

    def __exit__(self, *exc_info: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER poison")
