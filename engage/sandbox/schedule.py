"""When a campaign may text: its schedule, in minutes past midnight by the lead's own clock.

`{"monday": [{"start": 480, "end": 1260}], …, "exceptions": [{"date": "2026-11-26", "windows": []}]}`

- `start` is open, `end` is closed again. Windows of a day may overlap.
- A window whose end lies before its start runs through midnight, into the day after. Equal ends hold nothing.
- An exception replaces the windows of its date altogether: what began the evening before ends at its midnight.
- Minutes are what the clock on the wall shows. A minute that it skips in spring is never reached; one that it shows
  twice in autumn is open both times.
- Where a lead's zone is unknown, the moment must be open in every zone of the United States.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engage.sms.send_window import US_ZONES

Windows = tuple[tuple[int, int], ...]
"""Start and end in minutes past midnight."""
Stretch = tuple[int, int]
"""First open and first closed moment, in milliseconds since 1970."""

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MINUTES_OF_A_DAY = 24 * 60
# How far an opening is looked for; an exception may be written for next year.
_FARTHEST = 400
_LOOK_DAYS = 8
_EPOCH = date(1970, 1, 1)


class Misunderstood(ValueError):
    """A setting of a campaign makes no sense; the text says where."""


@dataclass(frozen=True)
class Schedule:
    week: tuple[Windows, ...]
    exceptions: tuple[tuple[date, Windows], ...] = ()

    def windows_on(self, day: date) -> Windows:
        return dict(self.exceptions).get(day, self.week[day.weekday()])

    def is_exceptional(self, day: date) -> bool:
        return any(day == exceptional for exceptional, _ in self.exceptions)

    def minutes_on(self, day: date) -> Windows:
        """The open minutes of that day's clock, in order and without overlap."""
        found = [
            (start, end if start < end else MINUTES_OF_A_DAY) for start, end in self.windows_on(day) if start != end
        ]
        if not self.is_exceptional(day):
            found += [(0, end) for start, end in self.windows_on(day - timedelta(days=1)) if start > end]
        return tuple(_joined(sorted(stretch for stretch in found if stretch[0] < stretch[1])))

    def is_open(self, zones: Iterable[ZoneInfo], at: int) -> bool:
        stretch = self.stretch_after(tuple(zones), at)
        return stretch is not None and stretch[0] <= at

    def stretch_after(self, zones: tuple[ZoneInfo, ...], at: int) -> Stretch | None:
        """The first stretch that ends after this moment, open in all zones; its end may be found too early, never late.

        None when there is none within a year.
        """
        if not any(self.week) and not any(windows for _, windows in self.exceptions):
            return None
        for start in range(at, at + _FARTHEST * DAY, _LOOK_DAYS * DAY):
            stretches = self._between(zones, start, start + _LOOK_DAYS * DAY)
            if stretches:
                return stretches[0]
        return None

    def _between(self, zones: tuple[ZoneInfo, ...], start: int, end: int) -> list[Stretch]:
        found = [(start, end)]
        for zone in zones:
            first, last = _day_in(zone, start), _day_in(zone, end)
            days = (first + timedelta(days=number) for number in range((last - first).days + 1))
            open_there = _joined(sorted(stretch for day in days for stretch in self._stretches_on(day, zone)))
            found = _in_both(found, list(open_there))
        return found

    def _stretches_on(self, day: date, zone: ZoneInfo) -> list[Stretch]:
        midnight = (day - _EPOCH).days * DAY
        wall = [(midnight + start * MINUTE, midnight + end * MINUTE) for start, end in self.minutes_on(day)]
        return [
            stretch
            for begins, ends, offset in _courses(zone, day)
            for stretch in _in_both([(begins, ends)], [(start - offset, end - offset) for start, end in wall])
        ]


def parse(document: Any) -> Schedule:
    """The `schedule` of a campaign. A day left out is closed. Raises Misunderstood."""
    if not isinstance(document, Mapping) or set(document) - {*DAYS, "exceptions"}:
        raise Misunderstood("schedule must be an object of weekdays and exceptions")
    week = tuple(_windows(document.get(day, []), day) for day in DAYS)
    exceptions = document.get("exceptions", [])
    if not isinstance(exceptions, list):
        raise Misunderstood("exceptions must be an array")
    found = dict(_exception(exception) for exception in exceptions)
    return Schedule(week, tuple(sorted(found.items())))


def zones_of(name: str | None) -> tuple[ZoneInfo, ...]:
    """The lead's zone; all that it may be where it is unknown."""
    zone = zone_named(name)
    return (zone,) if zone else US_ZONES


@lru_cache(maxsize=1024)
def zone_named(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _windows(value: Any, where: str) -> Windows:
    if not isinstance(value, list):
        raise Misunderstood(f"{where} must be an array of windows")
    return tuple(_window(window, where) for window in value)


def _window(window: Any, where: str) -> tuple[int, int]:
    if not isinstance(window, Mapping):
        raise Misunderstood(f"{where}: a window must be an object of start and end")
    return _minute(window.get("start"), where), _minute(window.get("end"), where)


def _minute(value: Any, where: str) -> int:
    if type(value) is not int or not 0 <= value <= MINUTES_OF_A_DAY:
        raise Misunderstood(f"{where}: start and end must be minutes from 0 to {MINUTES_OF_A_DAY}")
    return value


def _exception(value: Any) -> tuple[date, Windows]:
    if not isinstance(value, Mapping) or set(value) != {"date", "windows"}:
        raise Misunderstood("an exception must be an object of date and windows")
    try:
        day = date.fromisoformat(value["date"])
    except (TypeError, ValueError):
        raise Misunderstood("the date of an exception must be written 2026-11-26") from None
    return day, _windows(value["windows"], value["date"])


def _day_in(zone: ZoneInfo, at: int) -> date:
    return datetime.fromtimestamp(at // 1000, zone).date()


@lru_cache(maxsize=8192)
def _courses(zone: ZoneInfo, day: date) -> tuple[tuple[int, int, int], ...]:
    """Begin, end and offset of the times between which the zone's clock is not moved, around that day of it."""
    begin = (day - _EPOCH).days * DAY - DAY
    moments = range(begin, begin + 3 * DAY + HOUR, HOUR)
    edges = [begin, *_changes(zone, moments), moments[-1]]
    return tuple((edge, following, _offset(zone, edge)) for edge, following in pairwise(edges))


def _changes(zone: ZoneInfo, moments: Iterable[int]) -> Iterator[int]:
    """The moments at which the clock is moved, to the second."""
    for before, after in pairwise(moments):
        offset = _offset(zone, before)
        if offset == _offset(zone, after):
            continue
        while after - before > 1000:
            middle = (before + after) // 2000 * 1000
            before, after = (middle, after) if _offset(zone, middle) == offset else (before, middle)
        yield after


def _offset(zone: ZoneInfo, at: int) -> int:
    moved = datetime.fromtimestamp(at // 1000, UTC).astimezone(zone).utcoffset()
    return int(moved.total_seconds()) * 1000 if moved else 0


def _joined(stretches: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Those that touch or overlap as one; they come in order of their starts."""
    begun: tuple[int, int] | None = None
    for start, end in stretches:
        if begun is not None and start <= begun[1]:
            begun = (begun[0], max(begun[1], end))
        else:
            if begun is not None:
                yield begun
            begun = (start, end)
    if begun is not None:
        yield begun


def _in_both(one: list[Stretch], other: list[Stretch]) -> list[Stretch]:
    pairs = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return [(start, end) for start, end in pairs if start < end]
