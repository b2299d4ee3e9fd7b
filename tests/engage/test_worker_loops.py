"""No row and no mistake ends a loop of the worker: with one of them would end the work of all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from engage import batches
from engage.mirror import pruning
from engage.models import Change
from engage.outbox.loop import Dispatcher
from engage.worker import find_loops, outlive
from tests.engage.outbox.conftest import wait_until


def in_a_thread(target: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    return thread


def test_loop_that_breaks_begins_anew(caplog: pytest.LogCaptureFixture) -> None:
    stop, rounds = threading.Event(), []

    def loop() -> None:
        rounds.append(time.monotonic())
        if len(rounds) < 3:
            raise ValueError("canary")
        stop.wait()

    thread = in_a_thread(lambda: outlive("some", loop, stop))
    wait_until(lambda: len(rounds) == 3, within=10)
    is_alive = thread.is_alive()
    stop.set()
    thread.join(5)

    assert is_alive
    assert not thread.is_alive()
    assert "worker loop some broke and begins anew: ValueError at " in caplog.text
    assert "canary" not in caplog.text


def test_loop_that_breaks_while_the_worker_stops_does_not_begin_anew() -> None:
    stop, rounds = threading.Event(), []

    def loop() -> None:
        rounds.append(1)
        stop.set()
        raise ValueError

    outlive("some", loop, stop)

    assert rounds == [1]


@pytest.mark.django_db(transaction=True)
def test_housekeeping_that_fails_in_any_way_is_done_again() -> None:
    stop, rounds = threading.Event(), []

    def prune(now: object, pause: object) -> None:
        rounds.append(1)
        raise KeyError("a row that nobody understands")

    thread = in_a_thread(lambda: batches.run(stop, prune, every=0.05))
    wait_until(lambda: len(rounds) > 2, within=10)
    stop.set()
    thread.join(5)

    assert not thread.is_alive()


def test_steps_behind_one_that_fails_are_taken() -> None:
    taken: list[str] = []

    def fail() -> int:
        raise KeyError

    def work() -> int:
        taken.append("work")
        return 1

    with pytest.raises(KeyError):
        batches.each(fail, work)

    assert taken == ["work"]
    assert batches.each(work, work) == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_deliveries_that_cannot_be_deleted_do_not_keep_the_feed() -> None:
    old = timezone.now() - timedelta(days=400)
    for _ in range(3):
        Change.objects.create(at=old)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE engage_delivery RENAME TO engage_delivery_away")
    try:
        with pytest.raises(Exception, match="engage_delivery"):
            pruning.prune(timezone.now())
        left = Change.objects.count()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE engage_delivery_away RENAME TO engage_delivery")

    assert left == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "name", ["projector", "reconcile", "dispatcher", "restored", "pruning", "lineage", "sessions", "desk"]
)
def test_every_loop_outlives_tables_that_are_gone_for_a_while(name: str) -> None:
    """Whatever is wrong with what a loop reads: here there is nothing to read at all."""
    tables = ["engage_workspace", "engage_command", "engage_delivery", "engage_lineage", "engage_change"]
    stop = threading.Event()
    loop = find_loops(stop, Dispatcher(stop))[name]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
    try:
        thread = in_a_thread(loop)
        time.sleep(1.5)
        is_alive = thread.is_alive()
    finally:
        with connection.cursor() as cursor:
            for table in reversed(tables):
                cursor.execute(f"ALTER TABLE {table}_away RENAME TO {table}")
        stop.set()
        thread.join(20)

    assert is_alive
    assert not thread.is_alive()
