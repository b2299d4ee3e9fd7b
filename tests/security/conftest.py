from __future__ import annotations

from collections.abc import Iterator

import pytest

from engage.mirror.projector import project_all
from engage.models import Conversation, Workspace
from tests.security.forging import OURS, deliver, look_again
from tests.security.platform import Platform, conversation


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as platform:
        yield platform


@pytest.fixture
def workspace(platform: Platform) -> Workspace:
    """Of ours: five conversations, each confirmed by a GET."""
    workspace = platform.connect()
    for number in OURS:
        deliver(platform.add(conversation(number, texts=("Hello", "Are you there?"))))
    project_all()
    look_again(workspace)
    assert Conversation.objects.exclude(key_fingerprint="").count() == len(OURS)
    return workspace
