"""G1: a platform that takes calls and answers none holds up nobody who works with another one, and no pause at all."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from engage.models import Attempt, Campaign, Command, Conversation, Delivery, Workspace
from tests.browser.ring import ROOT
from tests.console.live.web import _database_url
from tests.engage.deliveries import SAMPLE_BYTES
from tests.engage.outbox.campaigns.conftest import Asking, status_of
from tests.engage.outbox.conftest import Dispatching, fail_sends, wait_for_state, wait_until
from tests.factories import make_campaign, make_conversation, make_reply, make_workspace
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State = Command.State
# Above what is done in a moment, below what a second turn behind calls without an answer would take.
SOON = 25.0


class Stalled:
    """Takes every connection, reads what comes, and says nothing until it is closed."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._held: list[socket.socket] = []
        self.heard: list[str] = []
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Callers that have not given up yet."""
        return sum(not select.select([line], [], [], 0)[0] for line in self._held[:])

    def close(self) -> None:
        if self._thread.is_alive():
            self._door.shutdown(socket.SHUT_RDWR)
            self._thread.join()
        self._door.close()
        for line in self._held:
            line.close()

    def _listen(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            self._held.append(line)
            line.settimeout(5)
            self.heard.append(line.recv(65536).decode(errors="replace").partition("\r\n")[0])


@pytest.fixture
def stalled() -> Iterator[Stalled]:
    stalled = Stalled()
    yield stalled
    stalled.close()


@pytest.fixture
def theirs(stalled: Stalled, db: None) -> Workspace:
    """A workspace at the platform that stalls."""
    return make_workspace(name="Stalled", origin=stalled.url)


def leave_unknown(workspace: Workspace, by: User) -> Command:
    """A reply of which nobody knows whether it arrived, and which was to be looked for a while ago."""
    moment = timezone.now() - timedelta(seconds=30)
    conversation = make_conversation(campaign=make_campaign(workspace=workspace))
    command = make_reply(conversation=conversation, by=by, state=State.CHECKING, due_at=moment)
    outcome = Attempt.Outcome.UNKNOWN
    Attempt.objects.create(command=command, number=1, marked_at=moment, ended_at=moment, outcome=outcome)
    return command


def test_g1_looks_at_a_stalled_platform_hold_up_no_look_at_another_one(
    stalled: Stalled,
    theirs: Workspace,
    sandbox: SandboxProcess,
    start_conversation: Callable[..., Conversation],
    reply: Callable[..., Command],
    dispatching: Dispatching,
    ada: User,
) -> None:
    conversation = start_conversation()
    for _ in range(12):
        leave_unknown(theirs, ada)
    fail_sends(sandbox, "accept_then_500")

    with dispatching():
        wait_until(lambda: len(stalled.heard) >= 2)
        ours = wait_for_state(reply(conversation), State.CONFIRMED, within=SOON)
        looked = len(stalled.heard)
        stalled.close()

    assert ours.attempts.get().outcome == Attempt.Outcome.UNKNOWN
    # Two at once, each for eight seconds at least: most have not had their turn yet.
    assert looked <= 8
    assert all(line.startswith("GET ") for line in stalled.heard)


def test_g1_pauses_at_a_stalled_platform_are_tried_and_hold_up_no_pause_at_another_one(
    stalled: Stalled,
    theirs: Workspace,
    platform: SandboxProcess,
    active_campaign: Campaign,
    ask: Asking,
    dispatching: Dispatching,
) -> None:
    for number in range(6):
        ask.pause(make_campaign(workspace=theirs, name=f"Campaign {number}"))

    with dispatching():
        wait_until(lambda: len(stalled.heard) >= 3)
        wait_for_state(ask.pause(active_campaign), State.CONFIRMED, within=SOON)
        stalled.close()

    assert status_of(platform, active_campaign) == "READY"
    assert all(line.startswith("POST ") and "/pause" in line for line in stalled.heard[:3])


@pytest.mark.both_databases
def test_g1_stalled_platform_with_all_threads_in_hand_holds_up_no_webhook(
    stalled: Stalled, theirs: Workspace, ask: Asking, ada: User
) -> None:
    for number in range(12):
        leave_unknown(theirs, ada)
        conversation = make_conversation(campaign=make_campaign(workspace=theirs, name=f"Campaign {number}"))
        make_reply(conversation=conversation, by=ada, due_at=timezone.now())
    for _ in range(4):
        ask.pause(make_campaign(workspace=theirs))
        ask.activate(make_campaign(workspace=theirs, status="READY"))
    environment = os.environ | {"CONSOLE_DATABASE_URL": _database_url()}
    worker = subprocess.Popen([sys.executable, "manage.py", "worker", "--threads", "8"], cwd=ROOT, env=environment)

    try:
        # Four looks, three pauses, two changes, and replies until the breaker opens.
        wait_until(lambda: stalled.waiting >= 9, within=40)
        delivery = Delivery.objects.create(workspace=theirs, body=SAMPLE_BYTES)
        wait_until(lambda: not Delivery.objects.pending().exists())
    finally:
        stalled.close()
        worker.terminate()
        worker.wait(timeout=20)

    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.APPLIED


def test_g1_pause_is_tried_at_once_however_often_the_platform_failed(
    stalled: Stalled,
    theirs: Workspace,
    dispatching: Dispatching,
    ask: Asking,
    ada: User,
) -> None:
    stalled.close()  # Refuses from now on: failures are many and quick.
    replies = [make_conversation(campaign=make_campaign(workspace=theirs)) for _ in range(8)]
    for conversation in replies:
        make_reply(conversation=conversation, by=ada, due_at=timezone.now())

    with dispatching():
        wait_until(lambda: not Command.objects.exclude(state=State.RETRY_WAIT).exists())
        pause = ask.pause(make_campaign(workspace=theirs))
        wait_until(lambda: pause.attempts.count() >= 3)

    assert pause.attempts.filter(outcome=Attempt.Outcome.NOT_SENT).count() >= 3
