"""The mirror compared with the platform: every difference is named, and another spelling of the same is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from engage.api.wire import Message as WireMessage
from engage.mirror.check import find_differences, tell_apart
from engage.mirror.observations import is_inbound
from engage.mirror.platform import client_for
from engage.mirror.projector import project_all
from engage.mirror.reading import read_conversation
from engage.mirror.reconcile import read_campaigns
from engage.models import Campaign, Conversation, Lead, Message, Workspace
from tests.engage.deliveries import deliver, message
from tests.security.platform import Platform, conversation

pytestmark = pytest.mark.django_db

Payload = dict[str, Any]
OURS = message(1, 1, "Of course", direction="OUTBOUND")


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as platform:
        yield platform


@pytest.fixture
def workspace(db: None, platform: Platform) -> Workspace:
    return platform.connect()


def take_in(platform: Platform, workspace: Workspace, payload: Payload) -> None:
    """Told by a webhook, and read by GETs, as the worker does it."""
    deliver(workspace, platform.add(payload))
    project_all()
    look(workspace)


def look(workspace: Workspace) -> None:
    client = client_for(workspace)
    read_campaigns(workspace, client)
    for row in Conversation.objects.select_related("lead", "workspace"):
        read_conversation(row, client)


def with_reply(**otherwise: Any) -> Payload:
    payload = conversation(1)
    payload["data"]["messages"].append({**OURS, **otherwise})
    return payload


def answer_with(platform: Platform, payload: Payload) -> None:
    """From now on, and to GETs alone."""
    platform.add(payload)


@pytest.mark.parametrize("word", ["OUTBOUND", "outbound", "Outbound", "INBOUND", "inbound", "SIDEWAYS", None])
def test_direction_in_any_letters_is_no_difference(platform: Platform, workspace: Workspace, word: str | None) -> None:
    take_in(platform, workspace, with_reply(direction=word))

    assert list(find_differences()) == []


@given(word=st.text(max_size=12) | st.sampled_from(["OUTBOUND", "INBOUND"]).map(str.swapcase))
def test_direction_is_read_as_the_mirror_reads_it(word: str) -> None:
    said = WireMessage(id="1", direction=word, message="Hi")

    assert tell_apart(said, Message(remote_id="1", text="Hi", is_inbound=is_inbound(said))) == ""
    assert tell_apart(said, Message(remote_id="1", text="Hi", is_inbound=not is_inbound(said)))


@pytest.mark.parametrize("written", ["+12125560001", "2125560001", "(212) 556-0001", "212-556-0001"])
def test_number_in_any_spelling_is_no_difference(platform: Platform, workspace: Workspace, written: str) -> None:
    take_in(platform, workspace, conversation(1))
    otherwise = conversation(1)
    otherwise["data"]["lead"]["phone"] = written

    answer_with(platform, otherwise)

    assert list(find_differences()) == []


def test_texts_without_ids_are_no_difference(platform: Platform, workspace: Workspace) -> None:
    payload = conversation(1, texts=("Hello", "Hello", "Hello?"))
    for said in payload["data"]["messages"]:
        del said["id"]
        said["timestamp"] = payload["data"]["messages"][0]["timestamp"]

    take_in(platform, workspace, payload)

    assert list(find_differences()) == []
    assert Message.objects.count() == 3


def test_picture_is_no_difference_and_a_text_of_nothing_is_one(platform: Platform, workspace: Workspace) -> None:
    payload = conversation(1, texts=("", ""))
    payload["data"]["messages"][0]["media"] = [{"url": "https://media.example/1.jpg"}]

    take_in(platform, workspace, payload)

    [difference] = find_differences()
    assert difference.endswith(f"message {1001:024x} came without a text that is understood")


def test_campaign_that_is_never_listed_is_no_difference_once_a_list_was_read(
    platform: Platform, workspace: Workspace
) -> None:
    take_in(platform, workspace, conversation(1))
    platform.campaigns.clear()
    [unlisted] = find_differences()

    look(workspace)

    assert unlisted == "campaign campaign-of-ours: not in the platform's list"
    assert list(find_differences()) == []


def test_nothing_is_said_of_unlisted_ones_while_an_item_has_no_id(platform: Platform, workspace: Workspace) -> None:
    take_in(platform, workspace, conversation(1))
    take_in(platform, workspace, conversation(2, campaign="another"))
    platform.campaigns["campaign-of-ours"] = {"name": "It has no id"}

    [difference] = find_differences()

    assert difference.startswith("campaign without an id: not understood")


@pytest.mark.parametrize(("text", "is_said"), [("STOP", False), ("start", False), ("Stop by any time", True)])
def test_only_a_keyword_that_an_event_told_of_may_be_in_no_answer(
    platform: Platform, workspace: Workspace, text: str, is_said: bool
) -> None:
    take_in(platform, workspace, conversation(1))
    deliver(workspace, conversation(1, texts=("Hello", text)))
    project_all()

    assert len(list(find_differences())) == is_said


def test_keyword_that_an_answer_has_shown_is_missed(platform: Platform, workspace: Workspace) -> None:
    take_in(platform, workspace, conversation(1, texts=("Hello", "STOP")))

    answer_with(platform, conversation(1))

    [difference] = find_differences()
    assert difference.endswith("is not at the platform")


def test_confirmed_key_is_not_taken_for_granted(platform: Platform, workspace: Workspace) -> None:
    take_in(platform, workspace, conversation(1))
    Conversation.objects.update(denied_at=timezone.now())

    assert any("it is not confirmed here" in difference for difference in find_differences())


def _change_text() -> None:
    Message.objects.filter(text="Of course").update(text="Of course not")


def _change_direction() -> None:
    Message.objects.filter(text="Of course").update(is_inbound=True)


def _change_both() -> None:
    Message.objects.filter(text="Of course").update(is_inbound=True, text="Off course")


def _lose_text() -> None:
    Message.objects.filter(text="Of course").delete()


def _invent_text() -> None:
    row = Message.objects.get(text="Of course")
    row.pk, row.remote_id = None, "invented"
    row.save()


def _change_number() -> None:
    Lead.objects.update(number="+12125560002")


def _change_disposition() -> None:
    Conversation.objects.update(disposition="OK")


def _change_campaign() -> None:
    Campaign.objects.update(document={"id": "campaign-of-ours", "name": "Another name"})


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (_change_text, f"message {1:024x} differs in its text"),
        (_change_direction, f"message {1:024x} differs in its direction"),
        (_change_both, f"message {1:024x} differs in its text and direction"),
        (_lose_text, f"message {1:024x} is missing from the mirror"),
        (_invent_text, "message invented is not at the platform"),
        (_change_number, "phone differs"),
        (_change_disposition, "disposition differs"),
        (_change_campaign, "the mirror holds an older or another description"),
    ],
)
def test_every_difference_is_named(
    platform: Platform, workspace: Workspace, harm: Callable[[], None], words: str
) -> None:
    take_in(platform, workspace, with_reply())

    harm()

    [difference] = find_differences()
    assert difference.endswith(words)
