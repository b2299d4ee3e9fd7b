from __future__ import annotations

import re
from datetime import timedelta
from itertools import chain

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.accounts.scope import Scope
from console.inbox.needing import CHECKED_WITHIN
from console.live.counters import Counters, count_all
from console.live.sparing import LONGEST_PAUSE_SECONDS
from engage.models import Command
from tests.factories import make_conversation, make_reply

pytestmark = pytest.mark.django_db
EVERYTHING = Scope(None)


class Clock:
    """Counting takes `cost` seconds: as much passes from one look at the clock to the next."""

    def __init__(self, cost: float) -> None:
        self.now, self.cost = 1000.0, cost

    def __call__(self) -> float:
        self.now += self.cost
        return self.now


def news(counters: Counters, user: User) -> dict[str, int]:
    counters.refresh({EVERYTHING: {user.pk}})
    html = counters.news(EVERYTHING, user.pk)
    counters.mark_told()
    return {name: int(number) for name, number in re.findall(r"data-count='([\w-]+)'[^>]*>(\d+)<", html)}


def test_numbers_are_those_of_the_lists(ada: User, ben: User) -> None:
    make_conversation(assigned_to=ada)
    make_conversation(assigned_to=ben, waiting=None)
    make_conversation()
    counters = Counters(clock=Clock(cost=0.001))

    counters.refresh({EVERYTHING: {ada.pk, ben.pk}, Scope(frozenset()): {ada.pk}})

    for scope, user in ((EVERYTHING, ada), (EVERYTHING, ben), (Scope(frozenset()), ada)):
        assert counters.numbers(scope, user.pk) == count_all(scope, user.pk)


def test_only_numbers_that_changed_are_news(ada: User) -> None:
    conversation = make_conversation()
    counters = Counters(clock=Clock(cost=0.001))
    news(counters, ada)

    make_conversation(campaign=conversation.campaign, assigned_to=ada)
    counters.outdate([conversation.campaign_id])

    assert news(counters, ada) == {"needs-reply": 2, "open": 2, "mine": 1, f"campaign-{conversation.campaign_id}": 2}
    assert news(counters, ada) == {}


def test_campaign_where_nobody_waits_any_more_is_told_as_zero(ada: User) -> None:
    conversation = make_conversation()
    counters = Counters(clock=Clock(cost=0.001))
    news(counters, ada)

    conversation.delete()
    counters.outdate([None])

    assert news(counters, ada)[f"campaign-{conversation.campaign_id}"] == 0


def test_what_time_alone_changes_is_counted_within_a_minute(ada: User) -> None:
    checked_since = timezone.now() - CHECKED_WITHIN + timedelta(seconds=2)
    state = Command.State.CHECKING
    command = make_reply(conversation=make_conversation(), by=ada, state=state, state_since=checked_since)
    clock = Clock(cost=0.001)
    counters = Counters(clock=clock)
    news(counters, ada)

    Command.objects.filter(pk=command.pk).update(state_since=checked_since - timedelta(seconds=10))
    at_once = (counters.is_due(), news(counters, ada))
    clock.now += 61

    assert at_once == (False, {})
    assert counters.is_due()
    assert news(counters, ada)["decisions"] == 1


def test_change_elsewhere_counts_nothing_again(ada: User) -> None:
    scope = Scope(frozenset({1}))
    counters = Counters(clock=Clock(cost=0.001))
    counters.refresh({scope: {ada.pk}})

    counters.outdate([2])

    with CaptureQueriesContext(connection) as queries:
        counters.refresh({scope: {ada.pk}})
    assert len(queries) == 0


def test_cheap_numbers_are_counted_at_every_change(ada: User) -> None:
    counters = Counters(clock=Clock(cost=0.005))

    for expected in (1, 2, 3):
        make_conversation()
        counters.outdate([None])
        assert news(counters, ada)["open"] == expected


def test_costly_numbers_are_counted_seldom_and_once_more_at_the_end(ada: User) -> None:
    counters = Counters(clock=Clock(cost=0.1))
    for _ in range(2):
        make_conversation()
        counters.outdate([None])
        news(counters, ada)

    make_conversation()
    counters.outdate([None])
    # Counting took 0.1 s, so it pauses for 2 s; nothing changes any more, and the last number is told all the same.
    told = [news(counters, ada) for _ in range(30)]

    assert [name for name in chain(*told) if name == "open"] == ["open"]
    assert told.index(next(filter(None, told))) >= 15


def test_single_slow_count_does_not_hold_up_the_next(ada: User) -> None:
    clock = Clock(cost=0.001)
    counters = Counters(clock=clock)
    news(counters, ada)

    clock.cost = 1.0
    counters.outdate([None])
    news(counters, ada)
    make_conversation()
    counters.outdate([None])

    assert news(counters, ada)["open"] == 1


def test_page_that_comes_while_counting_must_wait_gets_every_number_afterwards(ada: User) -> None:
    clock = Clock(cost=0.1)
    counters = Counters(clock=clock)
    for _ in range(2):
        counters.outdate([None])
        news(counters, ada)
    make_conversation()
    counters.outdate([None])

    counters.refresh({EVERYTHING: {ada.pk}})
    welcome = counters.welcome(EVERYTHING, ada.pk)
    counters.mark_told()
    clock.now += 10
    later = news(counters, ada)

    # What the page shows was counted when it was put together; what we last counted is older.
    assert welcome == ""
    assert later["open"] == 1
    assert later["needs-reply"] == 1


def test_page_whose_numbers_all_became_zero_while_counting_had_to_wait_is_told_so(ada: User) -> None:
    clock = Clock(cost=0.1)
    counters = Counters(clock=clock)
    conversation = make_conversation(assigned_to=ada)
    for _ in range(2):
        counters.outdate([None])
        news(counters, ada)

    # The page that comes shows a 1 for each; its numbers are withheld, and by the time they are counted all are 0.
    counters.outdate([None])
    counters.refresh({EVERYTHING: {ada.pk}})
    welcome = counters.welcome(EVERYTHING, ada.pk)
    counters.mark_told()
    conversation.delete()
    counters.outdate([None])
    clock.now += 10
    counters.refresh({EVERYTHING: {ada.pk}})
    later = counters.news(EVERYTHING, ada.pk)

    assert welcome == ""
    # Every number of the page by one selector; what is not 0 would follow by name.
    assert later == """<hx-partial hx-target="[data-count]" hx-swap="textContent">0</hx-partial>"""


def test_database_that_stood_still_freezes_no_number_for_long(ada: User) -> None:
    clock = Clock(cost=0.001)
    counters = Counters(clock=clock)
    news(counters, ada)
    clock.cost = 30.0
    for _ in range(3):
        counters.outdate([None])
        clock.now += 60
        news(counters, ada)

    clock.cost = 0.001
    make_conversation()
    counters.outdate([None])
    at_once = news(counters, ada)
    clock.now += LONGEST_PAUSE_SECONDS
    later = news(counters, ada)

    assert at_once == {}
    assert later["open"] == 1


def test_hundred_people_are_counted_with_one_query_more_than_one(ada: User) -> None:
    with CaptureQueriesContext(connection) as for_one:
        Counters(clock=Clock(cost=0.001)).refresh({EVERYTHING: {ada.pk}})

    with CaptureQueriesContext(connection) as for_hundred:
        Counters(clock=Clock(cost=0.001)).refresh({EVERYTHING: set(range(100))})

    assert len(for_hundred) == len(for_one)
