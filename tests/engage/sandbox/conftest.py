"""One sandbox for all tests here, begun afresh before each; its webhooks go to a receiver of the test's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engage.sandbox.receiver import Receiver
from tests.sandbox_process import SandboxProcess


@pytest.fixture(scope="session")
def _running_sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def _sandbox_of_march() -> Iterator[SandboxProcess]:
    with SandboxProcess(now="2026-03-06T00:00:00Z") as sandbox:
        yield sandbox


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def sandbox(_running_sandbox: SandboxProcess, receiver: Receiver) -> SandboxProcess:
    return _made_new(_running_sandbox, receiver)


@pytest.fixture
def march(_sandbox_of_march: SandboxProcess, receiver: Receiver) -> SandboxProcess:
    """A sandbox whose clock stands at the evening of Thursday, March 5, 2026 in New York."""
    return _made_new(_sandbox_of_march, receiver)


def _made_new(sandbox: SandboxProcess, receiver: Receiver) -> SandboxProcess:
    sandbox.set_pace(0)
    sandbox.set_broadcast(0)
    sandbox.set_approval_delay(None)
    sandbox.set_dialect()
    sandbox.reset()
    sandbox.set_webhook_url(receiver.url)
    return sandbox
