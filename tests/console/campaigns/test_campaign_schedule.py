from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.campaigns.page import picture
from console.campaigns.schedule import DAYS, ZONES, Schedule, opening_words, zones_now
from console.campaigns.schedule_dates import read_dates
from console.campaigns.schedule_reading import read_exceptions

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
    # One that names no day may be about today.
    assert zones_now(schedule, FRIDAY) == []


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


@pytest.mark.parametrize(
    ("friday", "words"),
    [
        ([{"start": 540, "end": 900}, {"start": 900, "end": 960}], "open until 4 PM"),
        ([{"start": 400, "end": 1440}, {"start": 0, "end": 500}], "open until midnight"),
        ([{"start": 1320, "end": 120}, {"start": 600, "end": 1320}], "open until 2 AM"),
        ([{"start": 600, "end": 600}], "opens Monday 8 AM"),
    ],
)
def test_stretches_that_touch_overlap_or_run_over_midnight_are_one(friday: Any, words: str) -> None:
    assert clocks(WORKWEEK | {"friday": friday}, FRIDAY)["Eastern"] == f"Fri 2:30 PM, {words}"


def test_stretch_over_midnight_is_open_on_the_day_after_in_picture_and_words() -> None:
    schedule = Schedule.of(WORKWEEK | {"friday": [{"start": 1320, "end": 180}]})

    assert schedule.days[4].words == "10 PM to 3 AM"
    assert schedule.usual_hours(4) == ((1320, 1440),)
    assert schedule.usual_hours(5) == ((0, 180),)
    assert {zone.name: zone.words for zone in zones_now(schedule, NIGHT)}["Eastern"] == "open until 3 AM"


def test_sunday_night_runs_into_monday() -> None:
    schedule = Schedule.of({day: [] for day in DAYS} | {"sunday": [{"start": 1320, "end": 120}]})

    assert schedule.usual_hours(0) == ((0, 120),)


@pytest.mark.parametrize("day", [[{"start": 0, "end": 1440}], [{"start": 720, "end": 1440}, {"start": 0, "end": 800}]])
def test_hours_without_an_end_are_always_open(day: Any) -> None:
    daily = dict.fromkeys(DAYS, day)

    assert {zone.words for zone in zones_now(Schedule.of(daily), FRIDAY)} == {"always open"}


def test_end_of_hours_that_last_for_days_is_told_with_its_day() -> None:
    daily = {key: [{"start": 0, "end": 1440}] for key in DAYS}

    assert clocks(daily | {"tuesday": []}, FRIDAY)["Eastern"] == "Fri 2:30 PM, open until Monday midnight"
    thanksgiving = {"date": "2026-12-10", "closed": True}
    assert clocks(daily | {"exceptions": [thanksgiving]}, FRIDAY)["Eastern"].endswith("until 9 December midnight")


@pytest.mark.parametrize(
    "exceptions",
    [
        [{"date": "2026-11-20", "windows": []}],
        [{"date": "2026-11-20T00:00:00Z", "hours": []}],
        [{"day": "2026/11/20", "closed": True, "name": "Founders' Day"}],
        [{"date": "2026-11-20", "isOpen": False, "windows": None}],
        {"date": "2026-11-20", "windows": []},
        {"2026-11-20": [], "2026-12-25": []},
        [{"from": "2026-11-18", "to": "2026-11-22", "windows": []}],
        [{"startDate": "2026-11-20", "endDate": "2026-11-20", "closed": True}],
        [{"date": "2026-11-20", "windows": []}, {"date": "2026-11-20", "closed": True}],
    ],
)
def test_day_that_an_exception_closes_is_closed(exceptions: Any) -> None:
    schedule = Schedule.of(WORKWEEK | {"exceptions": exceptions})

    assert {zone.is_open for zone in zones_now(schedule, FRIDAY)} == {False}
    assert {zone.words for zone in zones_now(schedule, FRIDAY)} == {"opens Monday 8 AM"}


@pytest.mark.parametrize(
    "exception",
    [
        {"date": "2026-11-20", "windows": [{"start": 600, "end": 900}]},
        {"date": "2026-11-20", "start": 600, "end": 900},
        {"date": "2026-11-20", "hours": {"start": 600, "end": 900}, "closed": False},
    ],
)
def test_hours_of_an_exception_take_the_place_of_the_usual_ones(exception: Any) -> None:
    found = clocks(WORKWEEK | {"exceptions": [exception]}, FRIDAY)

    assert found["Eastern"] == "Fri 2:30 PM, open until 3 PM"
    assert found["Hawaii"] == "Fri 9:30 AM, opens today 10 AM"


def test_exception_ends_what_began_the_evening_before_at_its_midnight() -> None:
    nights = {key: [{"start": 1200, "end": 300}] for key in DAYS}
    schedule = Schedule.of(nights | {"exceptions": [{"date": "2026-11-20", "windows": []}]})

    assert schedule.hours_on(date(2026, 11, 19)) == ((0, 300), (1200, 1440))
    assert schedule.hours_on(date(2026, 11, 20)) == ()
    assert schedule.hours_on(date(2026, 11, 21)) == ((1200, 1440),)


@pytest.mark.parametrize(
    "exceptions",
    [
        ["2026-11-20"],
        [{"date": "2026-11-20"}],
        [{"date": "2026-11-20", "windows": "none"}],
        [{"date": "2026-11-20", "windows": [{"start": "8:00", "end": "9:00"}]}],
        [{"date": "2026-11-20", "windows": [], "onlyStates": ["TX"]}],
        [{"date": "2026-11-20", "closed": True, "windows": [{"start": 0, "end": 1440}]}],
        [{"date": "2026-11-20", "windows": []}, {"date": "2026-11-20", "windows": [{"start": 0, "end": 1440}]}],
        [{"windows": []}],
        "never",
        {"thanksgiving": []},
        [None],
        [[]],
        [{"date": "12/25", "windows": []}],
    ],
)
def test_of_a_day_with_an_exception_that_is_not_understood_nothing_is_claimed(exceptions: Any) -> None:
    schedule = Schedule.of(WORKWEEK | {"exceptions": exceptions})

    assert zones_now(schedule, FRIDAY) == []
    assert not schedule.is_open(FRIDAY)
    assert not all(exception.is_known for exception in schedule.exceptions[-1:]) or len(schedule.exceptions) > 1


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("12/25/2026", ["2026-12-25"]),
        ("25/12/2026", ["2026-12-25"]),
        ("25.12.2026", ["2026-12-25"]),
        ("5/5/2026", ["2026-05-05"]),
        ("03/04/2026", ["2026-03-04", "2026-04-03"]),
        ("3-4-2026", ["2026-03-04", "2026-04-03"]),
        ("2026/07/04", ["2026-07-04"]),
        ("20261124", ["2026-11-24"]),
        ("Dec 25, 2026", ["2026-12-25"]),
        ("Friday, December 25th, 2026", ["2026-12-25"]),
        ("25 December 2026", ["2026-12-25"]),
        ("25-Dec-2026", ["2026-12-25"]),
        ("12/25/2026 00:00", ["2026-12-25"]),
        ("2026-12-25T00:00:00.000Z", ["2026-12-25"]),
        *(
            (nonsense, [])
            for nonsense in ("13/13/2026", "12/25/26", "02/30/2026", "Christmas", "2026", "", "0", 20261225)
        ),
    ],
)
def test_date_is_read_as_people_write_it_and_two_readings_are_two(written: Any, days: list[str]) -> None:
    assert [str(day) for day in read_dates(written)] == days


def test_of_both_days_that_a_date_may_mean_nothing_is_said_and_of_no_other() -> None:
    schedule = Schedule.of(WORKWEEK | {"exceptions": [{"date": "03/04/2026", "closed": True}]})

    [exception] = schedule.exceptions

    assert exception.question == "4 March 2026, or 3 April 2026? Nothing is said of these days."
    assert not exception.is_known
    assert schedule.hours_on(date(2026, 3, 4)) is None
    assert schedule.hours_on(date(2026, 4, 3)) is None
    assert schedule.hours_on(date(2026, 3, 6)) == ((480, 1260),)


def test_end_of_a_span_tells_how_its_beginning_is_meant() -> None:
    closed = {"from": "10/12/2026", "to": "11/30/2026", "closed": True}

    [sure] = read_exceptions([closed])
    [unsure] = read_exceptions([closed | {"from": "11/09/2026"}])

    assert (sure.day, sure.last) == (date(2026, 10, 12), date(2026, 11, 30))
    assert unsure.question.startswith("11 September 2026 to 30 November 2026, or 9 November 2026 to 30 November 2026?")


def test_closed_on_a_day_written_the_american_way() -> None:
    schedule = Schedule.of(WORKWEEK | {"exceptions": [{"date": "11/20/2026", "closed": True}]})

    assert schedule.hours_on(FRIDAY.date()) == ()


def test_exception_of_another_day_does_not_hide_today() -> None:
    late = WORKWEEK | {"friday": [{"start": 480, "end": 1440}], "exceptions": ["2026-11-21"]}

    assert clocks(WORKWEEK | {"exceptions": ["2026-12-25"]}, FRIDAY) == clocks(WORKWEEK, FRIDAY)
    # Whether it goes on after midnight, nobody said.
    assert clocks(late, FRIDAY)["Eastern"] == "Fri 2:30 PM, open now"


@pytest.mark.parametrize("told", [None, [], [1], "", "always", 5, True, {"monday": "x", "exceptions": "never"}])
def test_schedule_that_is_none_is_told_to_be_so(told: Any) -> None:
    schedule = Schedule.of(told)

    assert schedule.nonsense
    assert schedule.is_told
    assert zones_now(schedule, FRIDAY) == []


def test_schedule_that_was_not_told_is_no_nonsense() -> None:
    assert not Schedule.of({}).nonsense
    assert not Schedule.of({}).is_told


_windows = st.lists(
    st.fixed_dictionaries({"start": st.integers(0, 1440), "end": st.integers(0, 1440)}), max_size=3
) | st.just([{"start": 0, "end": 1440}])
_exceptions = st.lists(
    st.fixed_dictionaries({"date": st.dates(date(2026, 10, 28), date(2026, 11, 6)).map(str), "windows": _windows}),
    max_size=2,
    unique_by=lambda exception: exception["date"],
)
_schedules = st.fixed_dictionaries({day: _windows for day in DAYS} | {"exceptions": _exceptions})
# The clock is moved back in the night to 1 November 2026, forward on 14 March 2027.
_moments = st.integers(0, 60 * 24 * 9).map(lambda m: datetime(2026, 10, 28, tzinfo=UTC) + timedelta(minutes=m)) | (
    st.integers(0, 60 * 24 * 3).map(lambda m: datetime(2027, 3, 13, tzinfo=UTC) + timedelta(minutes=m))
)


def is_open_minute_by_minute(document: dict[str, Any], local: datetime) -> bool:
    """The slow, obvious way: every minute of today's windows, and those that yesterday's leave."""

    def windows(day: date) -> list[dict[str, int]]:
        changed = {exception["date"]: exception["windows"] for exception in document["exceptions"]}
        return list(changed.get(str(day), document[DAYS[day.weekday()]]))

    minute, today = local.hour * 60 + local.minute, local.date()
    for window in windows(today):
        end = window["end"] if window["start"] <= window["end"] else 1440
        if minute in range(window["start"], end):
            return True
    if any(exception["date"] == str(today) for exception in document["exceptions"]):
        return False
    before = windows(today - timedelta(days=1))
    return any(window["start"] > window["end"] > minute for window in before)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(_schedules, _moments, st.sampled_from(ZONES))
def test_open_and_closed_are_those_of_every_single_minute(
    document: dict[str, Any], now: datetime, zone: ZoneInfo
) -> None:
    schedule = Schedule.of(document)
    local = now.astimezone(zone)
    is_open = is_open_minute_by_minute(document, local)

    closes_at, opens_at = schedule.closes_at(local), schedule.opens_at(local)

    assert schedule.is_open(local) is is_open
    assert closes_at is None or is_open
    following = (now + timedelta(minutes=ahead) for ahead in range(1, 60 * 24 * 8))
    changes = (at for at in following if is_open_minute_by_minute(document, at.astimezone(zone)) is not is_open)
    change = next(changes, None)
    found = closes_at if is_open else opens_at
    assert (found.astimezone(UTC) if found else None) == change


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*DAYS, "exceptions", "start", "end"]), inner),
        max_leaves=20,
    )
)
def test_no_document_is_an_error(value: Any) -> None:
    document = value if isinstance(value, dict) else {"monday": value, "exceptions": value}

    Schedule.of(value)
    schedule = Schedule.of(document)

    assert len(picture(schedule, zones_now(schedule, FRIDAY))) == 7
