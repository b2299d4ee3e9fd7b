from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.live.feed import PATIENCE_SECONDS, Feed, find_position, find_start
from engage.models import Change

pytestmark = pytest.mark.django_db


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def ids(feed: Feed) -> list[int]:
    return [row.id for row in feed.read()]


def write(*change_ids: int) -> None:
    Change.objects.bulk_create(Change(id=id_, conversation_id=id_) for id_ in change_ids)


# Transactions: each takes its id at once, and commits (or rolls back, by never committing) in an order of its own.
orders = st.integers(1, 12).flatmap(lambda count: st.permutations(range(1, count + 1)))
steps = st.lists(st.sampled_from(["commit", "read"]), min_size=1, max_size=40)


@given(order=orders, steps=steps)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_change_comes_once_in_whatever_order_it_was_committed(order: list[int], steps: list[str]) -> None:
    Change.objects.all().delete()
    feed = Feed(0, clock=Clock())
    waiting, seen, settled = list(order), list[int](), 0

    for step in [*steps, *["commit"] * len(order), "read"]:
        if step == "commit" and waiting:
            write(waiting.pop(0))
        elif step == "read":
            seen += ids(feed)
            assert feed.settled >= settled
            settled = feed.settled
            # Whoever comes back with this id has seen everything up to it.
            assert set(range(1, settled + 1)) <= set(seen)

    assert sorted(seen) == sorted(order)
    assert feed.settled == len(order)


def test_hole_is_waited_for_until_it_is_too_old() -> None:
    clock = Clock()
    feed = Feed(0, clock=clock)
    write(1, 2, 5)

    assert ids(feed) == [1, 2, 5]
    assert feed.settled == 2
    clock.now += PATIENCE_SECONDS - 1
    write(4)
    assert ids(feed) == [4]
    assert feed.settled == 2
    clock.now += 1
    assert ids(feed) == []
    assert feed.settled == 5


def test_change_that_fills_a_hole_in_the_last_moment_is_not_lost() -> None:
    clock = Clock()
    feed = Feed(0, clock=clock)
    write(2)
    feed.read()

    clock.now += PATIENCE_SECONDS
    write(1)

    assert ids(feed) == [1]


def test_hole_of_a_million_ids_costs_nothing() -> None:
    feed = Feed(0, clock=Clock())
    write(1_000_000)

    assert ids(feed) == [1_000_000]
    write(500_000)
    assert ids(feed) == [500_000]
    assert feed.settled == 0


def test_start_is_the_end_of_a_feed_at_rest() -> None:
    assert find_start() == 0

    Change.objects.create(at=timezone.now() - timedelta(minutes=1))
    newest = Change.objects.create(at=timezone.now() - timedelta(minutes=1))

    assert find_start() == newest.pk
    assert find_position() == newest.pk


def test_start_stays_below_ids_that_may_still_be_written() -> None:
    long_ago, lately = timezone.now() - timedelta(minutes=1), timezone.now() - timedelta(seconds=5)
    Change.objects.create(id=10, at=long_ago)
    Change.objects.create(id=12, at=long_ago)
    Change.objects.create(id=13, at=lately)
    Change.objects.create(id=15, at=lately)
    Change.objects.create(id=16, at=lately)

    # 11 would be older than anything that is still waited for; 14 may come.
    assert find_start() == 13
    assert find_position() == 13


def test_page_begins_before_what_changed_while_it_was_put_together() -> None:
    Change.objects.create(id=10, at=timezone.now() - timedelta(seconds=5))
    Change.objects.create(id=11)
    Change.objects.create(id=12)

    assert find_position() == 10
    assert find_start() == 12


def test_page_of_a_brand_new_feed_begins_before_its_first_row() -> None:
    Change.objects.create(id=7)

    assert find_position() == 6


def test_position_is_found_among_many_recent_rows() -> None:
    now = timezone.now()
    Change.objects.bulk_create(Change(id=id_, at=now - timedelta(seconds=9)) for id_ in range(1, 700) if id_ != 100)

    assert find_start() == 99
