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


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def sandbox(_running_sandbox: SandboxProcess, receiver: Receiver) -> SandboxProcess:
    _running_sandbox.reset()
    _running_sandbox.set_webhook_url(receiver.url)
    return _running_sandbox
