from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engage.installed.installation import Installation, prepare
from tests.sandbox_process import SandboxProcess


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, shared_sandbox: SandboxProcess) -> Path:
    """A database with its tables and one workspace."""
    return prepare(tmp_path_factory.mktemp("prepared"), shared_sandbox)


@pytest.fixture
def sandbox(shared_sandbox: SandboxProcess) -> Iterator[SandboxProcess]:
    yield shared_sandbox
    shared_sandbox.clear_faults()


@pytest.fixture
def installation(tmp_path: Path, prepared: Path, sandbox: SandboxProcess) -> Iterator[Installation]:
    installation = Installation(tmp_path, sandbox, prepared)
    yield installation
    installation.kill_worker()
