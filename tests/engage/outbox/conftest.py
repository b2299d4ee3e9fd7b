"""The outbox against a running sandbox: its ledger is the oracle that no code of ours can bend."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from urllib.parse import parse_qs

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from engage.api.wire import ConversationPayload
from engage.mirror.merge import merge
from engage.mirror.observations import ConversationObservation, Observations
from engage.mirror.platform import client_for
from engage.mirror.reading import read_conversation
from engage.models import Command, Conversation, Workspace
from engage.outbox.enqueue import enqueue_reply
from engage.outbox.loop import Dispatcher
from engage.outbox.pace import Pace
from engage.vault import Secret, fingerprint, seal
from tests.factories import make_user, make_workspace
from tests.sandbox_process import SandboxProcess

# The real rules, lived through in seconds.
QUICK = Pace(
    retries=(0.1, 0.2),
    looks=(0.1, 0.25, 0.5, 0.8),
    gives_up_after=1.5,
    late_looks=(1.2, 1.6, 2.0, 2.5, 3.0, 4.0, 5.0, 60.0),
    match_poll=0.1,
    sweep=0.1,
)


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: SandboxProcess) -> Iterator[SandboxProcess]:
    shared_sandbox.clear_faults()
    yield shared_sandbox
    shared_sandbox.clear_faults()


@pytest.fixture
def ada(db: None) -> User:
    return make_user(username="ada")


@pytest.fixture
def workspace(db: None, sandbox: SandboxProcess) -> Workspace:
    workspace = make_workspace(origin=sandbox.url)
    workspace.api_key = Secret(sandbox.api_key)
    workspace.save()
    return workspace


@pytest.fixture
def start_conversation(sandbox: SandboxProcess, workspace: Workspace) -> Callable[..., Conversation]:
    """A lead of the sandbox who has answered, mirrored here with a confirmed key."""

    def start(text: str = "Hi, yes please") -> Conversation:
        lead = sandbox.start_conversation(text)
        payload = ConversationPayload.model_validate(sandbox.conversation(lead["key"]))
        observation = ConversationObservation(payload, payload.data.messages[-1].timestamp)
        with transaction.atomic():
            merge(workspace.pk, Observations(conversations=[observation]))
        conversation = Conversation.objects.select_related("lead").get(lead__remote_id=lead["id"])
        read_conversation(conversation, client_for(workspace))
        return conversation

    return start


@pytest.fixture
def conversation(start_conversation: Callable[..., Conversation]) -> Conversation:
    return start_conversation()


@pytest.fixture
def reply(ada: User) -> Callable[..., Command]:
    def enqueue(conversation: Conversation, text: str = "Of course, I can help you with that.") -> Command:
        return enqueue_reply(conversation=conversation, text=text, by=ada, key=uuid.uuid4(), seen_through=None)

    return enqueue


Dispatching = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def dispatching() -> Dispatching:
    """`with dispatching(): …` runs dispatchers as the worker does."""

    @contextmanager
    def run(*, workers: int = 1, threads: int = 4, pace: Pace = QUICK) -> Iterator[None]:
        stop = threading.Event()
        loops = [threading.Thread(target=Dispatcher(stop, threads, pace=pace).run) for _ in range(workers)]
        for loop in loops:
            loop.start()
        try:
            yield
        finally:
            stop.set()
            for loop in loops:
                loop.join(40)
            assert not any(loop.is_alive() for loop in loops)

    return run


def wait_until(holds: Callable[[], bool], *, within: float = 60) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it did not come to be in time"
        time.sleep(0.02)


def wait_for_state(command: Command, *states: Command.State, within: float = 60) -> Command:
    def holds() -> bool:
        command.refresh_from_db()
        return command.state in states

    try:
        wait_until(holds, within=within)
    except AssertionError:
        raise AssertionError(f"{command} is {command.state} ({command.reason}), not {states}") from None
    return command


def texts_sent(sandbox: SandboxProcess, conversation: Conversation) -> list[str]:
    """What the platform took for this lead, in its order."""
    lead_id = conversation.lead.remote_id
    return [entry["text"] for entry in sandbox.ledger() if entry["call"] == "send" and entry.get("lead_id") == lead_id]


def fail_sends(sandbox: SandboxProcess, mode: str, **faults: float) -> None:
    sandbox.set_faults(calls={"rate": 1, "modes": [mode], "paths": ["send"], **faults})


def fail_reads(sandbox: SandboxProcess, mode: str = "500") -> None:
    sandbox.set_faults(calls={"rate": 1, "modes": [mode], "paths": ["conversation"]})


def text_as_somebody_else(conversation: Conversation, text: str) -> None:
    """Another agent writes to the lead, not through us."""
    client_for(conversation.workspace).send_message(conversation.key, text)


def count_posts(sandbox: SandboxProcess, conversation: Conversation) -> int:
    """Sends that came in at the platform for this conversation, whatever became of them."""
    key = conversation.key.reveal()
    return sum(1 for call in sandbox.received() if call["call"] == "send" and parse_qs(call["query"])["key"] == [key])


def spoil_key(conversation: Conversation) -> None:
    """The platform has ended the key we hold."""
    key = Secret("ended-long-ago")
    fields = {"sealed_key": seal(key), "key_fingerprint": fingerprint(key), "sealed_offered_key": b""}
    Conversation.objects.filter(pk=conversation.pk).update(**fields)
