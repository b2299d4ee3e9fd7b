"""Several dispatchers at once, hostile weather, and a stop."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from engage.models import Attempt, Command, Conversation
from engage.outbox.evidence import Sightings
from engage.outbox.loop import Dispatcher, due_sends
from tests.engage.outbox.conftest import (
    QUICK,
    Dispatching,
    fail_sends,
    texts_sent,
    wait_for_state,
    wait_until,
)
from tests.factories import make_conversation, make_message, make_reply
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

State = Command.State
Reply = Callable[..., Command]


def test_two_dispatchers_send_every_reply_once_and_in_order(
    sandbox: SandboxProcess,
    start_conversation: Callable[..., Conversation],
    reply: Reply,
    dispatching: Dispatching,
) -> None:
    conversations = [start_conversation() for _ in range(5)]
    texts = [f"Reply number {number} of this conversation" for number in range(4)]
    commands = [reply(conversation, text) for text in texts for conversation in conversations]

    with dispatching(workers=2):
        for command in commands:
            wait_for_state(command, State.CONFIRMED, within=30)

    assert [texts_sent(sandbox, conversation) for conversation in conversations] == [texts] * 5
    assert len({command.message_id for command in commands}) == len(commands)


def test_in_any_weather_no_machine_sends_a_reply_twice_and_none_is_forgotten(
    sandbox: SandboxProcess,
    start_conversation: Callable[..., Conversation],
    reply: Reply,
    dispatching: Dispatching,
) -> None:
    modes = ["cut", "refuse", "half_headers", "429", "500", "503", "html", "redirect", "accept_then_500", "drop"]
    conversations = [start_conversation() for _ in range(6)]
    commands = [
        reply(conversation, f"Reply number {number}, whatever happens to it")
        for number in range(4)
        for conversation in conversations
    ]
    sandbox.set_faults(calls={"rate": 0.4, "modes": modes, "paths": ["send", "conversation"]}, seed=7)

    with dispatching(workers=2):
        wait_until(
            lambda: not Command.objects.exclude(state__in=(State.CONFIRMED, State.UNCONFIRMED)).exists(), within=60
        )

    assert not Command.objects.unsettled().filter(due_at=None).exists()
    for conversation in conversations:
        sent = Counter(texts_sent(sandbox, conversation))
        confirmed = conversation.commands.filter(state=State.CONFIRMED)
        assert max(sent.values(), default=0) <= 1
        assert all(sent[command.text] == 1 for command in confirmed)
    assert all(command.attempts.filter(outcome__in=("sent", "unknown")).count() <= 1 for command in commands)


def test_a_stop_finishes_the_post_in_hand(sandbox: SandboxProcess, conversation: Conversation, reply: Reply) -> None:
    fail_sends(sandbox, "stall", stall_s=0.7)
    command, waiting = reply(conversation), reply(conversation, "The next one")
    stop = threading.Event()
    loop = threading.Thread(target=Dispatcher(stop, pace=QUICK).run)
    loop.start()
    wait_for_state(command, State.SENDING)

    stop.set()
    loop.join(10)

    command.refresh_from_db()
    waiting.refresh_from_db()
    assert not loop.is_alive()
    assert command.state in (State.ACCEPTED, State.CONFIRMED)
    assert (waiting.state, waiting.attempts.count()) == (State.QUEUED, 0)


def test_a_stop_before_the_mark_lets_the_reply_go_back_to_the_queue(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply
) -> None:
    sandbox.set_faults(calls={"rate": 1, "modes": ["stall"], "stall_s": 0.5, "paths": ["conversation"]})
    command = reply(conversation)
    stop = threading.Event()
    loop = threading.Thread(target=Dispatcher(stop, pace=QUICK).run)
    loop.start()
    wait_for_state(command, State.PREFLIGHT)

    stop.set()
    loop.join(10)

    command.refresh_from_db()
    assert (command.state, texts_sent(sandbox, conversation)) == (State.QUEUED, [])


def test_a_failing_database_does_not_end_the_loop(
    conversation: Conversation, reply: Reply, dispatching: Dispatching, caplog: pytest.LogCaptureFixture
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE engage_command RENAME TO engage_command_away")
    try:
        with dispatching():
            wait_until(lambda: "dispatcher: " in caplog.text)
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE engage_command_away RENAME TO engage_command")
            wait_for_state(reply(conversation), State.CONFIRMED)
    finally:
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
            if "engage_command_away" in tables:
                cursor.execute("ALTER TABLE engage_command_away RENAME TO engage_command")


def test_logs_hold_neither_texts_nor_keys(
    sandbox: SandboxProcess,
    conversation: Conversation,
    reply: Reply,
    dispatching: Dispatching,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    key = conversation.key.reveal()

    with dispatching():
        wait_for_state(reply(conversation, "A canary sings"), State.CONFIRMED)
        fail_sends(sandbox, "cut")
        wait_for_state(reply(conversation, "A canary sings again"), State.CONFIRMED)

    lines = [line for line in caplog.text.splitlines() if "django.db.backends" not in line]
    assert not [line for line in lines if "canary" in line or key in line]


@transaction.atomic
def test_what_waits_behind_a_held_reply_is_not_due(ada: User) -> None:
    conversation = make_conversation()
    held = make_reply(conversation=conversation, by=ada, state=State.HELD)
    behind = make_reply(conversation=conversation, by=ada)
    elsewhere = make_reply(conversation=make_conversation(), by=ada)
    Command.objects.exclude(pk=held.pk).update(due_at=held.created_at)

    due = list(due_sends())

    assert behind not in due
    assert due == [elsewhere]


def test_while_nothing_changes_the_watch_costs_one_query(
    conversation: Conversation, reply: Reply, django_assert_num_queries: Callable[..., object]
) -> None:
    command = reply(conversation)
    Command.objects.filter(pk=command.pk).update(state=State.UNCONFIRMED)
    sightings = Sightings()
    sightings.match_changed(QUICK)

    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        sightings.match_changed(QUICK)


def test_a_new_worker_matches_a_little_at_a_time_and_nobody_is_left_out(ada: User) -> None:
    replies = [make_watched(ada) for _ in range(3)]
    restless, *others = replies
    sightings = Sightings(seconds=0)

    for _ in others:
        sightings.match_changed(QUICK)
        # Something happens there all the time.
        make_message(conversation=restless.conversation, is_inbound=False, text="And another one")
    sightings.match_changed(QUICK)

    states = [Command.objects.get(pk=command.pk).state for command in replies]
    assert states == [State.CONFIRMED] * 3


def make_watched(by: User) -> Command:
    """A reply whose fate is open, and its text at the platform."""
    conversation = make_conversation()
    command = make_reply(conversation=conversation, by=by, state=State.UNCONFIRMED)
    moment = timezone.now()
    Command.objects.filter(pk=command.pk).update(due_at=moment + timedelta(hours=1))
    Attempt.objects.create(
        command=command, number=1, outcome=Attempt.Outcome.UNKNOWN, marked_at=moment, ended_at=moment, baseline={}
    )
    make_message(conversation=conversation, is_inbound=False, text=command.text, sent_at=moment)
    return command
