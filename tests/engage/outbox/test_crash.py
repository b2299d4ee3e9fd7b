"""Workers that die: what may have left is looked for, and never sent again by a machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.utils import timezone

from engage.models import Attempt, Command, Conversation
from engage.outbox.attempts import thread_baseline
from engage.outbox.dispatch import claim, dispatch
from engage.outbox.sweeper import sweep
from tests.engage.outbox.conftest import (
    QUICK,
    Dispatching,
    count_posts,
    fail_sends,
    text_as_somebody_else,
    texts_sent,
    wait_for_state,
)
from tests.sandbox_process import ROOT, SandboxProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

State = Command.State
Reply = Callable[..., Command]

_WORKER = """
import threading, django
django.setup()
from engage.outbox.loop import Dispatcher
from engage.outbox.pace import Pace
Dispatcher(threading.Event(), pace=Pace(lease=2, least_lease_left=0.5)).run()
"""


def leave_in_sending(command: Command, conversation: Conversation) -> None:
    """The row as a worker leaves it that was killed during its POST, its lease just over."""
    over = timezone.now() - timedelta(seconds=0.1)
    Attempt.objects.create(command=command, number=1, baseline=thread_baseline(conversation))
    Command.objects.filter(pk=command.pk).update(
        state=State.SENDING, lease_until=over, due_at=over, fence=2, attempts_made=1
    )


def test_killed_before_the_platform_had_it(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    command = reply(conversation)
    leave_in_sending(command, conversation)

    with dispatching():
        wait_for_state(command, State.UNCONFIRMED)

    assert count_posts(sandbox, conversation) == 0
    assert command.attempts.get().reason == "The worker stopped while it was sending."


def test_killed_after_the_platform_had_it(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    command = reply(conversation)
    leave_in_sending(command, conversation)
    text_as_somebody_else(conversation, command.text)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert texts_sent(sandbox, conversation) == [command.text]


def test_killed_before_the_mark_begins_anew(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    command = reply(conversation)
    over = timezone.now() - timedelta(seconds=0.1)
    Command.objects.filter(pk=command.pk).update(state=State.PREFLIGHT, lease_until=over, due_at=over, fence=1)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert texts_sent(sandbox, conversation) == [command.text]


def test_a_worker_killed_for_real_in_the_middle_of_a_post(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    fail_sends(sandbox, "stall", stall_s=30)
    command = reply(conversation)
    worker = subprocess.Popen([sys.executable, "-c", _WORKER], cwd=ROOT, env=_environment())
    try:
        wait_for_state(command, State.SENDING)
        # The platform has it; the answer would take long.
        while not texts_sent(sandbox, conversation):
            assert worker.poll() is None
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    sandbox.clear_faults()

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert texts_sent(sandbox, conversation) == [command.text]
    assert count_posts(sandbox, conversation) == 1


def test_who_lost_the_command_during_the_post_decides_nothing(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply
) -> None:
    fail_sends(sandbox, "429")
    command = reply(conversation)
    held = claim(command.pk, QUICK)
    assert held is not None
    Command.objects.filter(pk=command.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    sweep(QUICK)

    dispatch(held, QUICK)

    command.refresh_from_db()
    assert command.state == State.QUEUED
    assert not command.attempts.exists()
    assert count_posts(sandbox, conversation) == 0


def test_a_worker_held_up_between_mark_and_post_sends_nothing(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply
) -> None:
    slow = claim(reply(conversation).pk, QUICK)
    assert slow is not None
    # All of the lease is needed for the POST, so not a moment may have passed.
    dispatch(slow, replace(QUICK, least_lease_left=QUICK.lease))

    slow.refresh_from_db()
    assert slow.state == State.RETRY_WAIT
    assert count_posts(sandbox, conversation) == 0


def _environment() -> dict[str, str]:
    """A process beside this one, on the database of the test."""
    settings = connection.settings_dict
    name = str(settings["NAME"])
    if connection.vendor == "sqlite":
        url = f"sqlite:///{quote(name)}"
    else:
        url = f"postgres://{settings['USER']}@/{quote(name)}?host={quote(settings['HOST'], safe='')}"
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "CONSOLE_DATABASE_URL": url}
