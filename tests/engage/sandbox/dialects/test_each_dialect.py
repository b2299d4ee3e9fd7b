"""Every dialect is heard where it is spoken, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from tests.engage.sandbox.dialects.checks import CHECKS
from tests.engage.sandbox.dialects.story import Story
from tests.engage.sandbox.receiver import Receiver
from tests.sandbox_process import SandboxProcess

# Whoever is refused at first has no story to tell; `test_dialect_control` tries what ends the refusals.
REFUSING = [name for name in CHECKS if name.startswith("refuses-first")]


@pytest.fixture(scope="module")
def plain_story() -> Iterator[Story]:
    receiver = Receiver()
    with SandboxProcess(webhook_url=receiver.url) as sandbox:
        yield Story(sandbox, receiver)
    receiver.close()


def is_heard(name: str, story: Story) -> bool:
    try:
        return CHECKS[name](story)
    except (KeyError, TypeError, ValueError, AttributeError, requests.JSONDecodeError):
        # What the check looks for is not there at all.
        return False


def test_every_dialect_has_a_check(sandbox: SandboxProcess) -> None:
    names = {entry["name"] for entry in sandbox.dialects()}

    assert set(CHECKS) | {"mixed"} == names


@pytest.mark.parametrize("name", CHECKS)
def test_dialect_is_not_heard_in_plain_speech(plain_story: Story, name: str) -> None:
    assert not is_heard(name, plain_story)


@pytest.mark.parametrize("name", [name for name in CHECKS if name not in REFUSING])
def test_dialect_is_heard_once_it_is_spoken(sandbox: SandboxProcess, receiver: Receiver, name: str) -> None:
    sandbox.set_dialect(name)

    story = Story(sandbox, receiver)

    assert CHECKS[name](story)
