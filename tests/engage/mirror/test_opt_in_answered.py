"""An OptIn whose START no thread shows counts as soon as a GET begun after it answers for the conversation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from engage.mirror.platform import client_for
from engage.mirror.projector import project_all
from engage.mirror.reading import read_conversation
from engage.models import Conversation, Workspace
from tests.engage.deliveries import body, deliver
from tests.engage.mirror.test_clock import BEGAN, DatedPlatform

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform() -> Iterator[DatedPlatform]:
    with DatedPlatform() as platform:
        yield platform


@pytest.fixture
def workspace(db: None, platform: DatedPlatform) -> Workspace:
    return platform.connect()


def hear(platform: DatedPlatform, workspace: Workspace, event: str, seconds: float) -> None:
    payload = body(event, lead_id="lead-1", messages=[], key="key-1")
    payload["data"]["campaign"] = {"id": "campaign-of-ours", "name": "Ours"}
    platform.add(payload)
    with time_machine.travel(BEGAN + timedelta(seconds=seconds), tick=False):
        deliver(workspace, payload)
        project_all()


def look(platform: DatedPlatform, seconds: float, *, behind: float = 0) -> Conversation:
    platform.now = BEGAN + timedelta(seconds=seconds - behind)
    with time_machine.travel(BEGAN + timedelta(seconds=seconds), tick=False):
        found = Conversation.objects.select_related("workspace", "lead").get()
        read_conversation(found, client_for(found.workspace))
    return found


@pytest.mark.parametrize("seconds", [10.31, 10.5, 10.99, 11.0])
def test_answer_within_the_second_of_the_opt_in_counts(
    platform: DatedPlatform, workspace: Workspace, seconds: float
) -> None:
    hear(platform, workspace, "OptOut", 0)
    hear(platform, workspace, "OptIn", 10.3)

    found = look(platform, seconds)

    assert not found.is_opted_out


def test_answer_that_was_asked_for_before_the_opt_in_does_not_count(
    platform: DatedPlatform, workspace: Workspace
) -> None:
    hear(platform, workspace, "OptOut", 0)
    hear(platform, workspace, "OptIn", 10.3)

    found = look(platform, 10.2)

    assert found.is_opted_out


def test_opt_in_is_asked_about_again_while_the_clock_of_the_platform_is_behind_it(
    platform: DatedPlatform, workspace: Workspace
) -> None:
    hear(platform, workspace, "OptOut", 0)
    hear(platform, workspace, "OptIn", 60)

    found = look(platform, 61, behind=90)

    assert found.is_opted_out
    assert found.read_wanted_at == BEGAN + timedelta(seconds=121)
    assert not look(platform, 181, behind=90).is_opted_out
