"""A clock that is a day off, ours or the platform's, and right again: nothing hidden, nothing frozen, nobody texted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from engage.mirror.clock import Watch, mend
from engage.mirror.platform import client_for
from engage.mirror.projector import project_all
from engage.mirror.reading import read_campaign, read_conversation
from engage.models import Campaign, Conversation, Delivery, Workspace
from tests.engage.deliveries import body
from tests.engage.deliveries import deliver as put_down
from tests.security.platform import Platform

pytestmark = pytest.mark.django_db

BEGAN = datetime.fromisoformat("2026-03-04T16:00:00+00:00")
DAY = 24 * 60


class DatedPlatform(Platform):
    """A platform whose clock may be off, in what it states and in its Date header alike."""

    now = BEGAN
    has_date = True

    def _answer(self, connection: Any) -> None:
        platform = self

        class Dated:
            def sendall(self, data: bytes) -> None:
                date = f"Date: {format_datetime(platform.now, usegmt=True)}\r\n".encode()
                head, _, rest = data.partition(b"\r\n")
                connection.sendall(head + b"\r\n" + (date if platform.has_date else b"") + rest)

        self._find_answer(self.requests[-1])(Dated())


@pytest.fixture(params=[True, False], ids=["Date header", "no Date header"])
def platform(request: pytest.FixtureRequest) -> Iterator[DatedPlatform]:
    with DatedPlatform() as platform:
        platform.has_date = request.param
        yield platform


@pytest.fixture
def workspace(db: None, platform: Platform) -> Workspace:
    return platform.connect()


class Story:
    """One lead. `ours` and `theirs`: minutes that each clock is off."""

    def __init__(self, platform: DatedPlatform, workspace: Workspace) -> None:
        self.platform, self.workspace = platform, workspace
        self.thread: list[dict[str, Any]] = []
        self.ours = self.theirs = 0.0

    def at(self, minutes: float) -> time_machine.travel:
        self.platform.now = BEGAN + timedelta(minutes=minutes + self.theirs)
        return time_machine.travel(BEGAN + timedelta(minutes=minutes + self.ours), tick=False)

    def say(self, minutes: float, text: str, *, is_inbound: bool = True, is_told: bool = True) -> None:
        with self.at(minutes):
            said = {
                "id": f"{len(self.thread):024x}",
                "sender": "+15555551212",
                "direction": "INBOUND" if is_inbound else "OUTBOUND",
                "timestamp": self.platform.now.isoformat().replace("+00:00", "Z"),
                "message": text,
            }
            self.thread.append(said)
            self.platform.add(self._payload(self.thread))
            if is_told:
                put_down(self.workspace, self._payload([said]))
                project_all()

    def _payload(self, messages: list[dict[str, Any]]) -> dict[str, Any]:
        payload = body("NewMessage", lead_id="lead-1", messages=messages, key="key-1")
        payload["data"]["campaign"] = {"id": "campaign-of-ours", "name": "Ours"}
        return payload

    def look(self, minutes: float) -> Conversation:
        with self.at(minutes):
            found = Conversation.objects.select_related("workspace", "lead").get()
            read_conversation(found, client_for(self.workspace))
        return found

    def mend(self, minutes: float) -> None:
        """What the worker does when its clock falls back."""
        with self.at(minutes):
            mend()


@pytest.fixture
def story(platform: DatedPlatform, workspace: Workspace) -> Story:
    return Story(platform, workspace)


@pytest.mark.parametrize("is_mended", [True, False])
def test_text_after_our_clock_was_ahead_waits_for_an_answer(story: Story, is_mended: bool) -> None:
    story.say(0, "Hi")
    story.ours = DAY
    story.look(1)
    story.look(2)
    story.ours = 0
    if is_mended:
        story.mend(3)

    story.say(4, "Are you there?")
    found = Conversation.objects.get()

    assert found.last_message_text == "Are you there?"
    assert found.waiting_since is not None
    assert found.disproved == 0


@pytest.mark.parametrize("ours", [DAY, -DAY])
@pytest.mark.parametrize("is_told", [True, False])
def test_stop_after_our_clock_was_wrong_locks(story: Story, ours: int, is_told: bool) -> None:
    story.say(0, "Hi")
    story.ours = ours
    story.say(1, "STOP")
    story.look(2)
    story.say(3, "START")
    story.look(4)
    story.ours = 0
    story.mend(5)

    story.say(6, "STOP", is_told=is_told)
    found = story.look(7)

    assert found.is_opted_out


def test_start_after_our_clock_was_ahead_opens(story: Story) -> None:
    story.say(0, "Hi")
    story.ours = DAY
    story.say(1, "STOP")
    story.look(2)
    story.ours = 0
    story.mend(3)

    story.say(4, "START")

    assert story.look(5).is_open


@pytest.mark.parametrize("theirs", [DAY, -DAY])
def test_stop_after_the_clock_of_engage_was_wrong_locks(story: Story, theirs: int) -> None:
    story.say(0, "Hi")
    story.theirs = theirs
    story.say(1, "STOP")
    story.look(2)
    story.say(3, "START")
    story.look(4)
    story.theirs = 0

    story.say(6, "STOP")

    assert story.look(7).is_opted_out


@pytest.mark.parametrize("theirs", [DAY, -DAY])
def test_stop_while_the_clock_of_engage_is_wrong_locks(story: Story, theirs: int) -> None:
    story.say(0, "STOP")
    story.say(1, "START")
    story.look(2)
    story.theirs = theirs

    story.say(3, "STOP")

    assert story.look(4).is_opted_out


@pytest.mark.parametrize("ours", [0, DAY, -DAY])
@pytest.mark.parametrize("theirs", [0, DAY, -DAY])
def test_campaign_read_by_a_wrong_clock_is_as_engage_says_at_the_next_look(
    story: Story, platform: DatedPlatform, workspace: Workspace, ours: int, theirs: int
) -> None:
    story.ours, story.theirs = ours, theirs
    known = {"id": "c", "name": "C", "campaignStatus": "ACTIVE"}
    with story.at(0):
        platform.campaigns["c"] = known | {"updated": platform.now.isoformat()}
        campaign = Campaign.objects.create(workspace=workspace, remote_id="c")
        read_campaign(campaign, client_for(workspace))
    story.ours = story.theirs = 0

    with story.at(30):
        platform.campaigns["c"] = known | {"campaignStatus": "READY", "updated": platform.now.isoformat()}
        read_campaign(campaign, client_for(workspace))

    assert campaign.status == "READY"
    assert campaign.confirmed_at == BEGAN + timedelta(minutes=30)


def test_what_a_clock_ahead_wanted_or_looked_at_is_due(story: Story) -> None:
    story.say(0, "Hi")
    story.look(1)
    Conversation.objects.update(read_at=BEGAN + timedelta(days=1), read_wanted_at=BEGAN + timedelta(days=1))

    with story.at(2):
        now = timezone.now()
        assert Conversation.objects.due_for_read(now).count() == 1
        assert Conversation.objects.stale_since(now - timedelta(minutes=10)).count() == 1


def test_delivery_received_in_the_future_is_taken_in_as_of_now(story: Story, workspace: Workspace) -> None:
    story.say(0, "Hi")
    Delivery.objects.update(received_at=BEGAN + timedelta(days=1), state=Delivery.State.PENDING)

    story.mend(2)

    assert Delivery.objects.get().received_at == BEGAN + timedelta(minutes=2)


def test_watch_tells_of_a_clock_that_fell_back() -> None:
    watch = Watch()
    with time_machine.travel(BEGAN + timedelta(days=1), tick=False):
        at_the_start = watch.has_fallen_back()
        while_ahead = watch.has_fallen_back()
    with time_machine.travel(BEGAN, tick=False):
        fell_back = watch.has_fallen_back()

    assert (at_the_start, while_ahead, fell_back) == (True, False, True)
