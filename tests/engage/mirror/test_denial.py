"""A refusal is not yet a no: what Engage answered for once is asked for again before it is denied."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from console.operations import vitals
from console.operations.status import State, Status
from engage.api.errors import EngageError
from engage.mirror.platform import client_for
from engage.mirror.projector import project_all
from engage.mirror.reading import read_conversation
from engage.models import Conversation, Workspace
from engage.outbox.guards import check_reply
from engage.outbox.refusals import NotConfirmed
from tests.engage.deliveries import deliver
from tests.security.platform import Platform, conversation

pytestmark = pytest.mark.django_db

BEGAN = datetime.fromisoformat("2026-03-04T16:00:00+00:00")


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as platform:
        yield platform


@pytest.fixture
def workspace(db: None, platform: Platform) -> Workspace:
    return platform.connect()


def take_in(platform: Platform, workspace: Workspace, *numbers: int) -> None:
    for number in numbers:
        deliver(workspace, platform.add(conversation(number)))
    project_all()
    look(*numbers)


def look(*numbers: int) -> list[Conversation]:
    """A GET for each of them, as the worker does it."""
    found = [Conversation.objects.select_related("lead", "workspace").get(lead__remote_id=f"lead-{n}") for n in numbers]
    for row in found:
        try:
            read_conversation(row, client_for(row.workspace))
        except EngageError:
            continue
    return found


def refuse(platform: Platform, *numbers: int) -> None:
    for number in numbers:
        platform.conversations.pop(f"key-{number}")


def after(minutes: float) -> time_machine.travel:
    return time_machine.travel(BEGAN + timedelta(minutes=minutes), tick=False)


def test_one_refusal_denies_nothing_and_a_reply_is_taken(platform: Platform, workspace: Workspace) -> None:
    with after(-1):
        take_in(platform, workspace, 1)
    refuse(platform, 1)

    with after(0):
        (row,) = look(1)

        assert row.denied_at is None
        assert row.refused_since == BEGAN
        check_reply(row, timezone.now())


def test_it_is_asked_for_again_at_growing_distance_and_denied_after_an_hour(
    platform: Platform, workspace: Workspace
) -> None:
    with after(-1):
        take_in(platform, workspace, 1)
    refuse(platform, 1)
    asked, minutes = [], 0.0

    while minutes < 200:
        with after(minutes):
            (row,) = look(1)
        asked.append((minutes, row.denied_at is not None))
        assert row.read_wanted_at is not None
        minutes = (row.read_wanted_at - BEGAN) / timedelta(minutes=1)

    assert asked == [(0, False), (1, False), (5, False), (15, False), (60, True), (120, True), (180, True)]
    with after(minutes), pytest.raises(NotConfirmed):
        check_reply(row, timezone.now())


def test_denied_it_heals_by_itself(platform: Platform, workspace: Workspace) -> None:
    with after(-1):
        take_in(platform, workspace, 1)
    known = platform.conversations["key-1"]
    refuse(platform, 1)
    with after(0):
        look(1)
    with after(60):
        look(1)
    platform.conversations["key-1"] = known

    with after(120):
        due = Conversation.objects.due_for_read(timezone.now())
        (row,) = look(*(1 for _ in due))

    assert (row.denied_at, row.refused_since) == (None, None)


def test_many_refused_at_once_are_the_trouble_of_engage(platform: Platform, workspace: Workspace) -> None:
    numbers = (1, 2, 3, 4)
    with after(-1):
        take_in(platform, workspace, *numbers)
    known = dict(platform.conversations)
    refuse(platform, *numbers)
    with after(0):
        look(*numbers)
    with after(90):
        rows = look(*numbers)
        status = Status.of(vitals.read())
    platform.conversations.update(known)
    with after(120):
        healed = look(*numbers)
        status_after = Status.of(vitals.read())

    assert [row.denied_at for row in rows] == [None] * 4
    assert status.headline == "Engage refuses conversations"
    assert any("refuses conversations" in line.words and line.state == State.TROUBLE for line in status.lines)
    assert [row.refused_since for row in healed] == [None] * 4
    assert status_after.headline != "Engage refuses conversations"


def test_what_many_have_in_common_for_a_day_is_denied(platform: Platform, workspace: Workspace) -> None:
    with after(-1):
        take_in(platform, workspace, 1, 2, 3)
    refuse(platform, 1, 2, 3)
    with after(0):
        look(1, 2, 3)

    with after(24 * 60):
        rows = look(1, 2, 3)

    assert all(row.denied_at for row in rows)


def test_what_only_a_webhook_named_is_denied_at_once(platform: Platform, workspace: Workspace) -> None:
    deliver(workspace, conversation(7))
    project_all()

    with after(0):
        (row,) = look(7)

    assert row.denied_at == BEGAN
    assert row.read_wanted_at == BEGAN + timedelta(minutes=1)


@pytest.mark.parametrize(("org", "place", "is_ours"), [(1, None, True), (2, None, False), (1, 999, False)])
def test_lead_of_a_campaign_that_our_key_cannot_see_says_whose_it_is(
    org: int, place: int | None, is_ours: bool, platform: Platform, workspace: Workspace
) -> None:
    said = conversation(5, campaign="core-campaign")
    deliver(workspace, platform.add(said, is_ours=False))
    whose = {"orgId": org, "workspaceId": workspace.workspace_id if place is None else place}
    platform.conversations["key-5"]["data"]["lead"] |= whose
    project_all()

    (row,) = look(5)

    assert row.is_confirmed is is_ours
    assert (row.denied_at is None) is is_ours
