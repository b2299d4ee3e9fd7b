"""What comes later than anybody waits for, and what a platform says that has too much to do."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from engage.api.wire import ConversationPayload
from engage.mirror.merge import merge
from engage.mirror.observations import ConversationObservation, Observations
from engage.mirror.platform import client_for
from engage.mirror.reading import read_conversation
from engage.models import Command, Conversation
from engage.outbox import decisions
from engage.outbox.dispatch import claim, dispatch
from engage.outbox.enqueue import enqueue_reply
from engage.outbox.looks import due_looks, look
from tests.engage.outbox.campaigns.meddler import LATE, OVERLOADED, Meddler
from tests.engage.outbox.model_threads import ModelThreads
from tests.factories import make_workspace

pytestmark = pytest.mark.django_db(transaction=True)

State = Command.State
NOON = datetime(2026, 11, 21, 18, tzinfo=UTC)
TEXT = "We open at nine tomorrow morning."


@dataclass
class Stage:
    """One conversation, its platform, and the time."""

    model: ModelThreads
    line: Meddler
    time: time_machine.Traveller
    conversation: Conversation
    by: User

    def reply(self) -> Command:
        return enqueue_reply(conversation=self.conversation, text=TEXT, by=self.by, key=uuid.uuid4(), seen_through=None)

    def send(self, command: Command, *fates: str) -> Command:
        self.line.fates.extend(fates)
        claimed = claim(command.pk)
        assert claimed is not None
        dispatch(claimed)
        command.refresh_from_db()
        return command

    def look_for(self, command: Command, seconds: float) -> Command:
        """So much time goes by, with every look that falls due in it."""
        until = timezone.now() + timedelta(seconds=seconds)
        while (due := Command.objects.get(pk=command.pk).due_at) is not None and due <= until:
            self.time.move_to(due)
            found = due_looks().select_related("workspace", "conversation__lead").get(pk=command.pk)
            look(found)
        self.time.move_to(until)
        command.refresh_from_db()
        return command


@pytest.fixture
def stage(ada: User) -> Iterator[Stage]:
    model = ModelThreads(1)
    with time_machine.travel(NOON, tick=False) as time, Meddler(model) as line:
        workspace = make_workspace(origin=line.url)
        thread = model.threads[0]
        model.say(thread, "When do you open?")
        payload = ConversationPayload.model_validate(model.payload(thread))
        with transaction.atomic():
            merge(workspace.pk, Observations(conversations=[ConversationObservation(payload, timezone.now())]))
        conversation = Conversation.objects.select_related("lead").get()
        read_conversation(conversation, client_for(workspace))
        yield Stage(model, line, time, conversation, ada)


def land(stage: Stage) -> None:
    stage.line.late.pop()()


def hear(stage: Stage) -> None:
    """A webhook tells of the thread as it is now."""
    payload = ConversationPayload.model_validate(stage.model.payload(stage.model.threads[0]))
    with transaction.atomic():
        merge(
            stage.conversation.workspace_id,
            Observations(conversations=[ConversationObservation(payload, timezone.now())]),
        )


def test_what_arrives_six_days_later_is_still_found(stage: Stage) -> None:
    command = stage.send(stage.reply(), LATE)
    stage.look_for(command, 600)
    assert command.state == State.UNCONFIRMED

    stage.look_for(command, 6 * 24 * 3600)
    land(stage)
    stage.look_for(command, 13 * 3600)

    assert (command.state, command.reason) == (State.CONFIRMED, "Arrived late.")


def test_after_eight_days_nobody_looks_any_more(stage: Stage) -> None:
    command = stage.send(stage.reply(), LATE)

    stage.look_for(command, 8 * 24 * 3600)

    assert (command.state, command.due_at) == (State.UNCONFIRMED, None)


def test_sent_again_and_late_the_first_time_is_told_as_seen_twice(stage: Stage) -> None:
    command = stage.send(stage.reply(), LATE)
    stage.look_for(command, 600)
    decisions.send_again(command=command, by=stage.by)
    stage.send(command)
    assert (command.state, command.reason) == (State.CONFIRMED, "")

    stage.time.shift(timedelta(seconds=30))
    land(stage)
    stage.look_for(command, 3600)

    assert (command.state, command.reason) == (State.CONFIRMED, "Seen twice at Engage.")
    assert command.due_at is None


def test_sent_again_and_lost_the_first_time_stays_confirmed(stage: Stage) -> None:
    command = stage.send(stage.reply(), LATE)
    stage.look_for(command, 600)
    decisions.send_again(command=command, by=stage.by)
    stage.send(command)

    stage.look_for(command, 8 * 24 * 3600)

    assert (command.state, command.reason, command.due_at) == (State.CONFIRMED, "", None)


def test_503_with_retry_after_may_have_been_sent_unless_the_vendor_promised(stage: Stage) -> None:
    command = stage.send(stage.reply(), OVERLOADED)

    assert command.state == State.CHECKING


def test_503_with_retry_after_was_not_sent_where_the_vendor_promised(stage: Stage, settings: Any) -> None:
    settings.TRUST_503_RETRY_AFTER = True

    command = stage.send(stage.reply(), OVERLOADED)
    assert (command.state, command.reason) == (State.RETRY_WAIT, "Engage asks us to wait; still trying.")
    stage.time.shift(timedelta(seconds=10))
    stage.send(command)

    assert command.state == State.CONFIRMED
    assert len(stage.model.ledger) == 1


@pytest.mark.parametrize("given_up", [decisions.discard, decisions.mark_sent])
def test_text_heard_before_a_reply_that_was_given_up_arrives_after_all_still_waits(stage: Stage, given_up: Any) -> None:
    command = stage.send(stage.reply(), LATE)
    stage.look_for(command, 600)
    given_up(command=command, by=stage.by)
    stage.time.shift(timedelta(hours=1))
    thread = stage.model.threads[0]
    stage.model.say(thread, "And on Sundays?")
    hear(stage)

    stage.time.shift(timedelta(minutes=1))
    land(stage)
    hear(stage)

    stage.conversation.refresh_from_db()
    assert stage.conversation.messages.count() == 3
    assert stage.conversation.waiting_since == stage.conversation.messages.get(text="And on Sundays?").sent_at
