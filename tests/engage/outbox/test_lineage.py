"""A database that was put back is known for one, however it came here (C17)."""

from __future__ import annotations

import threading

import pytest
from django.contrib.auth.models import User
from django.db import connection

from engage.models import Command, Lineage
from engage.outbox import lineage
from engage.outbox.holding import HELD_BY_ADMIN, RESTORED, hold, hold_restored, release
from engage.running import database_file
from tests.factories import make_conversation, make_reply, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

State = Command.State


@pytest.fixture(autouse=True)
def _no_file_before() -> None:
    database = database_file()
    if database is not None:
        lineage.file_beside(database).unlink(missing_ok=True)


@pytest.fixture
def ada() -> User:
    return make_user(username="ada")


def put_back_earlier_copy() -> None:
    """As somebody does who copies a file over ours, or restores a dump."""
    if connection.vendor == "sqlite":
        Lineage.objects.update(number=Lineage.objects.get().number - 1)
    else:
        Lineage.objects.update(identity="another database")


def test_first_start_holds_nothing(ada: User) -> None:
    make_reply(conversation=make_conversation(), by=ada)

    assert lineage.check() == 0


def test_start_after_a_stop_holds_nothing(ada: User) -> None:
    lineage.check()
    lineage.advance()
    make_reply(conversation=make_conversation(), by=ada)

    assert lineage.check() == 0


def test_c17_copy_from_earlier_holds_everything_that_a_machine_would_send(ada: User) -> None:
    lineage.check()
    states = (State.QUEUED, State.RETRY_WAIT, State.PREFLIGHT, State.SENDING, State.CHECKING)
    replies = [make_reply(conversation=make_conversation(), by=ada, state=state) for state in states]
    done = make_reply(conversation=make_conversation(), by=ada, state=State.CONFIRMED)
    put_back_earlier_copy()

    assert lineage.check() == len(replies)

    assert set(Command.objects.exclude(pk=done.pk).values_list("state", "reason")) == {(State.HELD, RESTORED)}
    # Each is looked up: it may have left in the time that is forgotten.
    assert all(reply.attempts.get().outcome == "unknown" for reply in replies)
    assert lineage.check() == 0


def test_database_moved_without_its_file_is_held(ada: User) -> None:
    database = database_file()
    if database is None:
        pytest.skip("PostgreSQL has no such file")
    lineage.check()
    make_reply(conversation=make_conversation(), by=ada)
    lineage.file_beside(database).unlink()

    assert lineage.check() == 1


def test_database_from_before_the_count_is_held_where_another_one_counted(ada: User) -> None:
    database = database_file()
    if database is None:
        pytest.skip("PostgreSQL has no such file")
    lineage.check()
    Lineage.objects.all().delete()
    make_reply(conversation=make_conversation(), by=ada)

    assert lineage.check() == 1


def test_two_workers_count_together_and_neither_takes_it_for_a_copy() -> None:
    lineage.check()

    def count() -> None:
        try:
            for _ in range(10):
                lineage.advance()
        finally:
            connection.close()

    workers = [threading.Thread(target=count) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert lineage.check() == 0
    assert Lineage.objects.get().number >= 20


def test_several_replies_of_one_conversation_are_held_and_released_in_turn(ada: User) -> None:
    conversation = make_conversation()
    for text in ("first", "second"):
        make_reply(conversation=conversation, by=ada, text=text)

    assert hold_restored() == 2
    assert release(Command.objects.values_list("id", flat=True)) == 2

    assert set(Command.objects.values_list("state", flat=True)) == {State.QUEUED}


def test_what_is_released_has_its_time_to_live_before_it(ada: User) -> None:
    reply = make_reply(conversation=make_conversation(), by=ada)
    hold([reply.pk])
    reply.refresh_from_db()
    assert (reply.state, reply.reason, reply.due_at) == (State.HELD, HELD_BY_ADMIN, None)
    Command.objects.update(expires_at=reply.created_at)

    release([reply.pk])

    reply.refresh_from_db()
    assert reply.expires_at > reply.created_at
