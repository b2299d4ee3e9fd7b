"""Sessions that ended and limits that count no more are removed by the product itself."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.accounts.models import Session
from console.accounts.pruning import prune, run
from engage.outbox.loop import Dispatcher
from engage.worker import find_loops
from tests.factories import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def make_session(*, ended_hours_ago: float) -> Session:
    moment = timezone.now() - timedelta(hours=ended_hours_ago)
    return Session.objects.create(session_key=f"ended-{ended_hours_ago}", session_data="", expire_date=moment)


def sign_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def count_rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM console_cache")
        return int(cursor.fetchone()[0])


def test_sessions_that_ended_more_than_a_day_ago_go_and_all_others_stay() -> None:
    client = sign_in(make_user(username="ada"))
    living = set(Session.objects.values_list("pk", flat=True))
    make_session(ended_hours_ago=25)
    recent = make_session(ended_hours_ago=23)

    pruned = prune(timezone.now())

    assert pruned[0] == 1
    assert set(Session.objects.values_list("pk", flat=True)) == {*living, recent.pk}
    assert client.get("/").status_code == 200


def test_limits_count_on_and_what_they_count_no_more_goes() -> None:
    cache.clear()
    cache.set("over", [1], timeout=1)
    cache.set("running", [1, 2], timeout=3600)
    cache.set("for-ever", 1, timeout=None)

    pruned = prune(timezone.now() + timedelta(seconds=5))

    assert pruned[1] == 1
    assert (cache.get("running"), cache.get("for-ever"), count_rows()) == ([1, 2], 1, 2)


def test_batches_are_small_and_a_stop_is_heard_in_between() -> None:
    for number in range(5):
        make_session(ended_hours_ago=30 + number)
    asked: list[int] = []

    def pause() -> bool:
        asked.append(Session.objects.count())
        return len(asked) == 2

    assert prune(timezone.now(), pause=pause, batch=2) == (4, 0)
    assert asked == [3, 1]
    # The oldest first.
    assert Session.objects.get().pk == "ended-30"


def test_nothing_to_prune_costs_two_reads() -> None:
    cache.clear()

    # Ended sessions, and counts.
    with CaptureQueriesContext(connection) as queries:
        assert prune(timezone.now()) == (0, 0)
    assert len(queries) == 2


def test_worker_runs_it_and_it_ends_when_told(settings: Any) -> None:
    make_session(ended_hours_ago=25)
    stop = threading.Event()
    loop = threading.Thread(target=find_loops(stop, Dispatcher(stop))["sessions"])
    loop.start()
    for _ in range(500):
        if not Session.objects.exists():
            break
        stop.wait(0.02)

    stop.set()
    loop.join(5)

    assert settings.ENGAGE_LOOPS["sessions"] == f"{run.__module__}.{run.__name__}"
    assert not loop.is_alive()
    assert not Session.objects.exists()
