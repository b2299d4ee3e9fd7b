"""The schedule's arithmetic against a reference that looks at the wall clock minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engage.sandbox.schedule import DAYS, Misunderstood, parse, zones_of

MINUTE = 60_000
NEW_YORK = "America/New_York"
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def at(text: str) -> int:
    return milliseconds(datetime.fromisoformat(text))


# The reference


def windows_of(document: dict[str, Any], day: date) -> list[dict[str, int]]:
    named = [entry["windows"] for entry in document.get("exceptions", []) if entry["date"] == day.isoformat()]
    return named[-1] if named else document.get(DAYS[day.weekday()], [])


def is_minute_open(document: dict[str, Any], zone: ZoneInfo, moment: int) -> bool:
    wall = datetime.fromtimestamp(moment / 1000, zone)
    minute = wall.hour * 60 + wall.minute
    for window in windows_of(document, wall.date()):
        start, end = window["start"], window["end"]
        if start < end and start <= minute < end:
            return True
        if end < start <= minute:
            return True
    if any(entry["date"] == wall.date().isoformat() for entry in document.get("exceptions", [])):
        return False
    evening_before = windows_of(document, wall.date() - timedelta(days=1))
    return any(window["end"] < window["start"] and minute < window["end"] for window in evening_before)


def is_open_everywhere(document: dict[str, Any], zones: tuple[ZoneInfo, ...], moment: int) -> bool:
    return all(is_minute_open(document, zone, moment) for zone in zones)


# What may be asked

minutes = st.integers(0, 1440)
windows = st.lists(st.fixed_dictionaries({"start": minutes, "end": minutes}), max_size=3)
near_the_change = st.sampled_from([SPRING, AUTUMN]).flatmap(
    lambda day: st.dates(day - timedelta(days=2), day + timedelta(days=2))
)
exceptions = st.lists(
    st.builds(lambda day, open_: {"date": day.isoformat(), "windows": open_}, near_the_change, windows), max_size=2
)
schedules = st.fixed_dictionaries(dict.fromkeys(DAYS, windows) | {"exceptions": exceptions})
zone_names = st.sampled_from(
    [NEW_YORK, "America/Phoenix", "Pacific/Honolulu", "America/Los_Angeles", "Australia/Lord_Howe", "America/Havana"]
)
moments = st.tuples(near_the_change, st.integers(0, 1439)).map(
    lambda pair: milliseconds(datetime.combine(pair[0], datetime.min.time(), UTC)) + pair[1] * MINUTE
)


@settings(max_examples=50, deadline=None)
@given(schedules, st.one_of(zone_names, st.none()), moments)
def test_open_is_what_the_wall_clock_says(document: dict[str, Any], zone: str | None, moment: int) -> None:
    zones = zones_of(zone)
    schedule = parse(document)

    for minute in range(moment, moment + 300 * MINUTE, 13 * MINUTE):
        assert schedule.is_open(zones, minute) == is_open_everywhere(document, zones, minute)


@settings(max_examples=40, deadline=None)
@given(schedules, zone_names, moments)
def test_stretch_begins_and_ends_at_the_first_minute_that_does(
    document: dict[str, Any], zone: str, moment: int
) -> None:
    zones = zones_of(zone)
    end = moment + 36 * 60 * MINUTE
    course = [is_open_everywhere(document, zones, minute) for minute in range(moment, end, MINUTE)]

    stretch = parse(document).stretch_after(zones, moment)

    begins = course.index(True) if True in course else None
    if begins is None:
        assert stretch is None or stretch[0] >= end
    else:
        assert stretch is not None
        assert stretch[0] == moment + begins * MINUTE
        ends = course.index(False, begins) if False in course[begins:] else None
        assert stretch[1] == moment + ends * MINUTE if ends is not None else stretch[1] >= end


@pytest.mark.parametrize(
    ("now", "windows", "begins", "ends"),
    [
        # In spring the clock goes from 1:59 to 3:00, so that an hour of the window is never reached.
        ("2026-03-08T00:00-05:00", [(60, 240)], "2026-03-08T06:00Z", "2026-03-08T08:00Z"),
        ("2026-03-08T00:00-05:00", [(480, 1260)], "2026-03-08T12:00Z", "2026-03-09T01:00Z"),
        # In autumn it shows 1:00 to 1:59 twice, and both are open.
        ("2026-11-01T00:00-04:00", [(60, 120)], "2026-11-01T05:00Z", "2026-11-01T07:00Z"),
        ("2026-11-01T00:00-04:00", [(480, 1260)], "2026-11-01T13:00Z", "2026-11-02T02:00Z"),
        # Half an hour is open, closed for half an hour, and open again.
        ("2026-11-01T01:45-04:00", [(60, 90)], "2026-11-01T06:00Z", "2026-11-01T06:30Z"),
    ],
)
def test_hours_on_the_days_the_clock_is_moved(now: str, windows: list[tuple[int, int]], begins: str, ends: str) -> None:
    schedule = parse({"sunday": [{"start": start, "end": end} for start, end in windows]})

    assert schedule.stretch_after(zones_of(NEW_YORK), at(now)) == (at(begins), at(ends))


def test_window_that_the_clock_skips_opens_a_week_later() -> None:
    schedule = parse({"sunday": [{"start": 120, "end": 180}]})

    stretch = schedule.stretch_after(zones_of(NEW_YORK), at("2026-03-08T00:00-05:00"))

    assert stretch == (at("2026-03-15T02:00-04:00"), at("2026-03-15T03:00-04:00"))


def test_holiday_closes_what_began_the_evening_before() -> None:
    document = {
        "wednesday": [{"start": 1320, "end": 120}],
        "thursday": [{"start": 480, "end": 1260}],
        "exceptions": [{"date": "2026-11-26", "windows": []}],
    }

    stretch = parse(document).stretch_after(zones_of(NEW_YORK), at("2026-11-25T12:00-05:00"))

    assert stretch == (at("2026-11-25T22:00-05:00"), at("2026-11-26T00:00-05:00"))


def test_exception_opens_a_day_that_is_closed_otherwise() -> None:
    document = {"exceptions": [{"date": "2027-02-14", "windows": [{"start": 600, "end": 660}]}]}

    stretch = parse(document).stretch_after(zones_of(NEW_YORK), at("2026-11-21T00:00-05:00"))

    assert stretch == (at("2027-02-14T10:00-05:00"), at("2027-02-14T11:00-05:00"))


def test_unknown_zone_waits_for_every_zone_of_the_country() -> None:
    schedule = parse({day: [{"start": 480, "end": 1260}] for day in DAYS})

    stretch = schedule.stretch_after(zones_of("Mars/Olympus"), at("2026-11-21T03:00Z"))

    # Eight in Honolulu to nine in New York.
    assert stretch == (at("2026-11-21T18:00Z"), at("2026-11-22T02:00Z"))


def test_schedule_without_windows_never_opens() -> None:
    assert parse({"exceptions": []}).stretch_after(zones_of(NEW_YORK), at("2026-11-21T00:00Z")) is None


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"someday": []},
        {"monday": None},
        {"monday": [[480, 1260]]},
        {"monday": [{"start": 480}]},
        {"monday": [{"start": 480, "end": 1441}]},
        {"monday": [{"start": True, "end": 1260}]},
        {"exceptions": {}},
        {"exceptions": ["2026-11-26"]},
        {"exceptions": [{"date": "26.11.2026", "windows": []}]},
        {"exceptions": [{"date": "2026-11-26"}]},
    ],
)
def test_nonsense_is_misunderstood(document: object) -> None:
    with pytest.raises(Misunderstood):
        parse(document)
