"""What cannot be reached or read fails alone: other conversations and other workspaces notice nothing."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from engage.models import Command, Conversation, Workspace
from engage.outbox import restored
from engage.outbox.holding import hold_restored
from engage.outbox.pace import Pace
from tests.engage.outbox.conftest import Dispatching, texts_sent, wait_for_state, wait_until
from tests.engage.outbox.gateway import CUT, MALFORMED, SHAPES, SILENT, Gateway
from tests.factories import make_workspace
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State = Command.State
Reply = Callable[..., Command]
Start = Callable[..., Conversation]

# As the worker runs, but for the looks, which are none of these tests' business.
REAL = Pace()
# Seconds, not minutes, on a machine that is busy with other things as well.
SECONDS = 20.0


@pytest.fixture
def gateway(sandbox: SandboxProcess, workspace: Workspace) -> Iterator[Gateway]:
    with Gateway(sandbox.url) as gateway:
        workspace.core_origin = workspace.conversation_origin = gateway.url
        workspace.save()
        yield gateway


def started(start: Start, number: int) -> list[Conversation]:
    return [start() for _ in range(number)]


def spoil(gateway: Gateway, conversations: list[Conversation], shape: str) -> None:
    gateway.spoilt.update({conversation.key.reveal(): shape for conversation in conversations})


def wait_for_all(commands: list[Command], within: float) -> None:
    ids = [command.pk for command in commands]
    left = (State.ACCEPTED, State.CONFIRMED)
    wait_until(lambda: Command.objects.filter(id__in=ids, state__in=left).count() == len(ids), within=within)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("number", [1, 4, 8])
def test_conversations_that_cannot_be_read_hold_up_nobody_else_clicked_at_the_same_time(
    gateway: Gateway, start_conversation: Start, reply: Reply, dispatching: Dispatching, number: int, shape: str
) -> None:
    poisoned, healthy = started(start_conversation, number), started(start_conversation, 4)
    spoil(gateway, poisoned, shape)
    stuck = [reply(conversation) for conversation in poisoned]
    commands = [reply(conversation) for conversation in healthy]

    with dispatching(pace=REAL):
        wait_for_all(commands, within=SECONDS)

    assert not Command.objects.filter(id__in=[command.pk for command in stuck], attempts__isnull=False).exists()


@pytest.mark.parametrize(("number", "shape"), [(2, MALFORMED), (4, MALFORMED), (8, CUT), (30, MALFORMED), (30, "500")])
def test_conversations_that_cannot_be_read_hold_up_nobody_clicked_later(
    gateway: Gateway, start_conversation: Start, reply: Reply, dispatching: Dispatching, number: int, shape: str
) -> None:
    poisoned, healthy = started(start_conversation, number), started(start_conversation, 4)
    spoil(gateway, poisoned, shape)
    stuck = [reply(conversation) for conversation in poisoned]
    ids = [command.pk for command in stuck]

    with dispatching(pace=REAL):
        # Each has been tried, some twice.
        wait_until(lambda: not Command.objects.filter(id__in=ids, attempts_made=0).exists(), within=30)
        time.sleep(3)
        commands = [reply(conversation) for conversation in healthy]
        wait_for_all(commands, within=SECONDS)
        wait_until(lambda: not Command.objects.filter(id__in=ids).exclude(state=State.RETRY_WAIT).exists(), within=30)

    assert set(Command.objects.filter(id__in=ids).values_list("reason", flat=True)) <= {
        "Engage does not answer as it should.",
        "",
    }


def test_thirty_that_cannot_be_read_clicked_before_the_others_hold_them_up_for_seconds(
    gateway: Gateway, start_conversation: Start, reply: Reply, dispatching: Dispatching
) -> None:
    poisoned, healthy = started(start_conversation, 30), started(start_conversation, 4)
    spoil(gateway, poisoned, MALFORMED)
    for conversation in poisoned:
        reply(conversation)
    commands = [reply(conversation) for conversation in healthy]

    with dispatching(pace=REAL):
        wait_for_all(commands, within=SECONDS)


@pytest.mark.parametrize("waits", [0.0, 14.0])
def test_thirty_that_hang_hold_up_nobody_else_of_their_workspace(
    gateway: Gateway, start_conversation: Start, reply: Reply, dispatching: Dispatching, waits: float
) -> None:
    """Clicked right behind them, and while they are being tried again."""
    poisoned, healthy = started(start_conversation, 30), started(start_conversation, 4)
    spoil(gateway, poisoned, SILENT)
    stuck = [reply(conversation) for conversation in poisoned]

    with dispatching(pace=REAL):
        time.sleep(waits)
        commands = [reply(conversation) for conversation in healthy]
        wait_for_all(commands, within=SECONDS)
        Command.objects.filter(id__in=[command.pk for command in stuck]).update(due_at=None)
        gateway.released.set()


def test_a_platform_that_is_silent_takes_nothing_from_another_workspace(
    sandbox: SandboxProcess, workspace: Workspace, start_conversation: Start, reply: Reply, dispatching: Dispatching
) -> None:
    healthy, lost = started(start_conversation, 3), started(start_conversation, 12)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        other = make_workspace(origin=f"http://127.0.0.1:{silent.getsockname()[1]}")
        move_to(other, lost)
        for conversation in lost:
            reply(conversation)

        with dispatching(pace=REAL):
            time.sleep(1)
            commands = [reply(conversation) for conversation in healthy]
            wait_for_all(commands, within=8)
            Command.objects.filter(workspace=other).update(due_at=None)


def test_workspaces_that_share_an_origin_do_not_share_its_silence(
    sandbox: SandboxProcess,
    gateway: Gateway,
    start_conversation: Start,
    reply: Reply,
    dispatching: Dispatching,
) -> None:
    healthy, lost = started(start_conversation, 3), started(start_conversation, 12)
    others = [make_workspace(origin=gateway.url) for _ in range(3)]
    for number, other in enumerate(others):
        move_to(other, lost[number::3])
    spoil(gateway, lost, SILENT)
    for conversation in lost:
        reply(conversation)

    with dispatching(pace=REAL):
        time.sleep(1)
        commands = [reply(conversation) for conversation in healthy]
        wait_for_all(commands, within=8)
        for command in commands:
            wait_for_state(command, State.CONFIRMED, within=5)
        Command.objects.filter(workspace__in=others).update(due_at=None)
        gateway.released.set()

    assert [texts_sent(sandbox, conversation) for conversation in healthy] == [[commands[0].text]] * 3


def test_what_is_held_for_a_silent_platform_is_not_what_others_wait_for(
    gateway: Gateway, start_conversation: Start, reply: Reply
) -> None:
    lost, healthy = started(start_conversation, 4), start_conversation()
    silent = make_workspace(origin=gateway.url)
    move_to(silent, lost)
    spoil(gateway, lost, SILENT)
    commands = [reply(conversation) for conversation in (*lost, healthy)]
    hold_restored()
    stop = threading.Event()
    loop = threading.Thread(target=restored.run, args=(stop, REAL))
    loop.start()

    try:
        wait_until(lambda: "most likely not sent" in Command.objects.get(pk=commands[-1].pk).reason, within=20)
    finally:
        stop.set()
        gateway.released.set()
        loop.join(20)

    assert not loop.is_alive()


def test_a_platform_that_answers_nobody_is_left_in_peace(
    gateway: Gateway, start_conversation: Start, reply: Reply, dispatching: Dispatching
) -> None:
    conversations = started(start_conversation, 12)
    gateway.fate = lambda method, key: MALFORMED
    commands = [reply(conversation) for conversation in conversations]
    gateway.asked.clear()

    with dispatching(pace=REAL):
        wait_until(lambda: not Command.objects.exclude(state=State.RETRY_WAIT).exists())
        time.sleep(4)
        asked = len(gateway.asked)
        gateway.fate = None
        # The next try may be half a minute away.
        wait_for_all(commands, within=45)

    # Those that were under way, and two tries of a few looks each; without a breaker it goes on and on.
    assert asked <= 45


def move_to(workspace: Workspace, conversations: list[Conversation]) -> None:
    """As if they had come from there."""
    for conversation in conversations:
        conversation.workspace = workspace
        conversation.save(update_fields=["workspace"])
