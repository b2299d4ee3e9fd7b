from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.campaigns.page import picture
from console.campaigns.schedule import DAYS, Schedule, opening_words, zones_now

WORKWEEK: dict[str, Any] = {day: [{"start": 480, "end": 1260}] for day in DAYS[:5]} | {"saturday": [], "sunday": []}
# Friday 20 November 2026: 2:30 PM Eastern, 9:30 AM in Hawaii.
FRIDAY = datetime(2026, 11, 20, 19, 30, tzinfo=UTC)
# Saturday 2:30 AM Eastern, Friday 9:30 PM in Hawaii: over everywhere.
NIGHT = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)


def clocks(document: dict[str, Any], now: datetime) -> dict[str, str]:
    return {zone.name: f"{zone.clock}, {zone.words}" for zone in zones_now(Schedule.of(document), now)}


def test_every_us_clock_is_held_against_the_hours_from_east_to_west() -> None:
    assert clocks(WORKWEEK, FRIDAY) == {
        "Eastern": "Fri 2:30 PM, open until 9 PM",
        "Central": "Fri 1:30 PM, open until 9 PM",
        "Mountain": "Fri 12:30 PM, open until 9 PM",
        "Arizona": "Fri 12:30 PM, open until 9 PM",
        "Pacific": "Fri 11:30 AM, open until 9 PM",
        "Alaska": "Fri 10:30 AM, open until 9 PM",
        "Hawaii": "Fri 9:30 AM, open until 9 PM",
    }


def test_zone_that_is_closed_says_when_it_opens() -> None:
    found = clocks(WORKWEEK, NIGHT)

    assert found["Eastern"] == "Sat 2:30 AM, opens Monday 8 AM"
    assert found["Hawaii"] == "Fri 9:30 PM, opens Monday 8 AM"
    assert opening_words(Schedule.of(WORKWEEK), NIGHT) == "Monday 8 AM Eastern"


def test_opening_of_today_and_tomorrow_are_named_so() -> None:
    daily = {day: [{"start": 480, "end": 1260}] for day in DAYS}

    assert clocks(daily, NIGHT)["Eastern"] == "Sat 2:30 AM, opens today 8 AM"
    assert clocks(daily, NIGHT)["Hawaii"] == "Fri 9:30 PM, opens tomorrow 8 AM"


def test_hours_to_midnight_end_at_midnight() -> None:
    late = WORKWEEK | {"friday": [{"start": 1200, "end": 1440}]}
    evening = datetime(2026, 11, 21, 4, 30, tzinfo=UTC)

    assert clocks(late, evening)["Eastern"] == "Fri 11:30 PM, open until midnight"
    assert Schedule.of(late).days[4].words == "8 PM to midnight"


def test_opening_is_right_when_the_clocks_are_changed_in_between() -> None:
    saturday_before = datetime(2026, 10, 31, 12, 0, tzinfo=UTC)

    [eastern, *_] = zones_now(Schedule.of(WORKWEEK), saturday_before)

    opens_at = Schedule.of(WORKWEEK).opens_at(eastern.local)
    assert opens_at is not None
    assert opens_at.astimezone(UTC) == datetime(2026, 11, 2, 13, 0, tzinfo=UTC)


def test_week_without_hours_never_opens() -> None:
    schedule = Schedule.of({day: [] for day in DAYS})

    assert not schedule.has_hours
    assert {zone.words for zone in zones_now(schedule, FRIDAY)} == {"never opens"}
    assert opening_words(schedule, FRIDAY) == ""


@pytest.mark.parametrize(
    "friday",
    [
        None,
        "closed",
        {"start": 480},
        [480, 1260],
        [{"start": 480}],
        [{"start": "480", "end": "1260"}],
        [{"start": 700, "end": 600}],
        [{"start": -1, "end": 60}],
        [{"start": 0, "end": 1441}],
        [{"start": True, "end": 60}],
    ],
)
def test_day_that_is_not_understood_is_shown_as_it_came_and_nothing_is_claimed(friday: Any) -> None:
    schedule = Schedule.of(WORKWEEK | {"friday": friday})

    assert not schedule.days[4].is_known
    assert schedule.days[4].raw
    assert schedule.days[0].words == "8 AM to 9 PM"
    assert zones_now(schedule, FRIDAY) == []


def test_exceptions_and_unknown_parts_are_kept_as_they_came() -> None:
    schedule = Schedule.of(WORKWEEK | {"exceptions": [{"date": "2026-12-25"}, "New Year"], "holidays": "US"})

    assert [exception.raw for exception in schedule.exceptions] == ['{"date": "2026-12-25"}', '"New Year"']
    assert [exception.day for exception in schedule.exceptions] == [date(2026, 12, 25), None]
    assert schedule.others == ('holidays: "US"',)
    assert schedule.is_known


def test_picture_has_bars_and_one_mark_for_zones_with_the_same_clock() -> None:
    schedule = Schedule.of(WORKWEEK)

    week = picture(schedule, zones_now(schedule, FRIDAY))

    assert week[0].bars == (("33.33%", "54.17%"),)
    assert week[5].bars == ()
    assert [mark.names for mark in week[4].marks] == [
        "Hawaii",
        "Alaska",
        "Pacific",
        "Mountain, Arizona",
        "Central",
        "Eastern",
    ]
    assert week[4].marks[-1].at == "60.42%"
    assert not any(line.marks for line in week[:4])


_stretch = st.tuples(st.integers(0, 1440), st.integers(0, 1440)).map(sorted)
_weeks = st.fixed_dictionaries(
    {day: st.lists(_stretch.map(lambda pair: {"start": pair[0], "end": pair[1]}), max_size=3) for day in DAYS}
)


@given(document=_weeks, minutes=st.integers(0, 60 * 24 * 400))
def test_what_is_open_closes_later_and_what_is_closed_opens_later(document: dict[str, Any], minutes: int) -> None:
    schedule = Schedule.of(document)
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)

    for zone in zones_now(schedule, now):
        closes_at, opens_at = schedule.closes_at(zone.local), schedule.opens_at(zone.local)

        assert zone.is_open is schedule.is_open(zone.local)
        assert (closes_at is not None) is zone.is_open
        assert closes_at is None or closes_at > zone.local
        assert opens_at is None or (opens_at > zone.local and schedule.is_open(opens_at))
        assert schedule.has_hours or opens_at is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*DAYS, "exceptions", "start", "end"]), inner),
        max_leaves=20,
    )
)
def test_no_document_is_an_error(value: Any) -> None:
    document = value if isinstance(value, dict) else {"monday": value, "exceptions": value}

    schedule = Schedule.of(document)

    assert len(picture(schedule, zones_now(schedule, FRIDAY))) == 7
