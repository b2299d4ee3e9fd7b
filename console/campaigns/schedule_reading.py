"""The hours of a campaign as a document: what of it is understood, and the rest as it came.

Minutes past midnight where the lead lives, day by day; an end before its start lies on the day after. The form of
exceptions is not documented: several are understood, and of those that are not it is known at best which day they
are about.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from console.campaigns.schedule_dates import read_dates

MINUTES: Final = 24 * 60

# Names of an exception's parts, in small letters and without signs.
_DAY_KEYS: Final = ("date", "day", "on")
_FIRST_KEYS: Final = ("from", "fromdate", "datefrom", "startdate", "startsat", "start")
_LAST_KEYS: Final = ("to", "todate", "dateto", "enddate", "endsat", "end", "through", "until")
_WINDOWS_KEYS: Final = ("windows", "hours", "stretches", "intervals", "ranges", "periods", "times", "slots")
_CLOSED_KEYS: Final = ("closed", "isclosed")
_OPEN_KEYS: Final = ("open", "isopen")
# They say what an exception is called, and nothing of when.
_LABELS: Final = frozenset(("id", "name", "label", "title", "description", "reason", "note", "comment"))


@dataclass(frozen=True, order=True)
class Stretch:
    """From one minute of a day to another; the end is already closed. Beyond 1440 it lies on the day after."""

    start: int
    end: int

    def __str__(self) -> str:
        if (self.start, self.end) == (0, MINUTES):
            return "All day"
        return f"{minute_name(self.start)} to {minute_name(self.end)}"


@dataclass(frozen=True)
class Day:
    """A day of the week as it was told."""

    name: str
    stretches: tuple[Stretch, ...]
    raw: str = ""

    @property
    def is_known(self) -> bool:
        return not self.raw

    @property
    def words(self) -> str:
        return in_words(self.stretches) if self.is_known else "Not understood"


@dataclass(frozen=True)
class ScheduleException:
    """`day` and `last`: when it begins and ends, where it holds dates. `stretches`: None where it is not understood.

    `may_be`: the days that it may mean from the first to the last, where its dates can be read in several ways.
    """

    raw: str
    day: date | None
    last: date | None = None
    stretches: tuple[Stretch, ...] | None = None
    may_be: tuple[tuple[date, date], ...] = ()

    @property
    def is_known(self) -> bool:
        return self.day is not None and self.stretches is not None

    @property
    def words(self) -> str:
        return "Not understood" if self.stretches is None else in_words(self.stretches)

    def covers(self, day: date) -> bool:
        """One that names no day may be about any."""
        if self.may_be:
            return any(first <= day <= last for first, last in self.may_be)
        return self.day is None or self.day <= day <= (self.last or self.day)

    @property
    def ends(self) -> tuple[date, ...]:
        """The last days that it may be about."""
        return tuple(last for _, last in self.may_be) or tuple(filter(None, [self.last or self.day]))

    @property
    def question(self) -> str:
        """Which days may be meant, where that is not plain."""
        days = [
            day_name(first) if first == last else f"{day_name(first)} to {day_name(last)}"
            for first, last in self.may_be
        ]
        return f"{', or '.join(days)}? Nothing is said of these days." if days else ""


def in_words(stretches: tuple[Stretch, ...]) -> str:
    return ", ".join(map(str, stretches)) or "Closed"


def minute_name(minute: int) -> str:
    """8 AM, 9:30 PM, and midnight for both ends of a day."""
    hour, rest = divmod(minute % MINUTES, 60)
    if not hour and not rest:
        return "midnight"
    return f"{hour % 12 or 12}{f':{rest:02}' if rest else ''} {'AM' if hour < 12 else 'PM'}"


def day_name(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def raw(value: Any) -> str:
    """As the platform wrote it."""
    return json.dumps(value, ensure_ascii=False) if value is not None else "nothing"


def read_day(name: str, value: Any) -> Day:
    """A day that is absent is not understood: whether it is closed, nobody said."""
    stretches = _read_stretches(value)
    title = name.capitalize()
    return Day(title, (), raw=raw(value)) if stretches is None else Day(title, stretches)


def read_exceptions(value: Any) -> tuple[ScheduleException, ...]:
    if isinstance(value, dict) and value and all(map(read_dates, value)):
        # The dates themselves may be the names.
        value = [{"date": day, "windows": windows} for day, windows in value.items()]
    entries = value if isinstance(value, list) else [value] if value else []
    return tuple(_read_exception(entry) for entry in entries)


def join(pairs: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """In order, empty ones dropped, those that touch or overlap made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(pair for pair in pairs if pair[0] < pair[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _read_stretches(value: Any) -> tuple[Stretch, ...] | None:
    if not isinstance(value, list):
        return None
    stretches = [_read_stretch(entry) for entry in value]
    if not all(stretches):
        return None
    return tuple(Stretch(*pair) for pair in join([(s.start, s.end) for s in stretches if s]))


def _read_stretch(entry: Any) -> Stretch | None:
    start, end = (entry.get("start"), entry.get("end")) if isinstance(entry, dict) else (None, None)
    if not isinstance(start, int) or not isinstance(end, int) or not _is_minute(start) or not _is_minute(end):
        return None
    return Stretch(start, end if start <= end else end + MINUTES)


def _is_minute(value: Any) -> bool:
    # True and False are numbers to Python, not to people.
    return type(value) is int and 0 <= value <= MINUTES


def _read_exception(entry: Any) -> ScheduleException:
    parts = {"".join(filter(str.isalpha, str(key))).casefold(): value for key, value in _items(entry)}
    firsts = _first_dates(parts, (*_DAY_KEYS, *_FIRST_KEYS))
    lasts = _first_dates(parts, _LAST_KEYS)
    spans = [(first, last) for first in firsts for last in lasts or (first,) if first <= last]
    if len(spans) > 1:
        return ScheduleException(raw(entry), None, may_be=tuple(spans))
    if not spans:
        return ScheduleException(raw(entry), None)
    [(first, last)] = spans
    return ScheduleException(raw(entry), first, last if lasts else None, _read_hours(parts))


def _items(entry: Any) -> list[tuple[Any, Any]]:
    return list(entry.items()) if isinstance(entry, dict) else [("date", entry)]


def _first_dates(parts: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[date, ...]:
    return next((days for key in keys if (days := read_dates(parts.get(key)))), ())


def _read_hours(parts: Mapping[str, Any]) -> tuple[Stretch, ...] | None:
    """What holds on the days of an exception; None as soon as any part of it is not understood, or says otherwise."""
    told: list[tuple[Stretch, ...] | None] = []
    if _is_minute(parts.get("start")) and _is_minute(parts.get("end")):
        told.append(_read_stretches([parts]))
    for key, value in ((key, value) for key, value in parts.items() if value is not None):
        if key in _WINDOWS_KEYS:
            told.append(_read_stretches([value] if isinstance(value, dict) else value))
        elif (key in _CLOSED_KEYS and value is True) or (key in _OPEN_KEYS and value is False):
            told.append(())
        elif not _says_nothing_of_hours(key, value):
            told.append(None)
    return told[0] if told and all(one == told[0] for one in told) else None


def _says_nothing_of_hours(key: str, value: Any) -> bool:
    if key in _LABELS:
        return True
    if key in (*_CLOSED_KEYS, *_OPEN_KEYS):
        # That it is not closed says only that there are hours.
        return isinstance(value, bool)
    return key in (*_DAY_KEYS, *_FIRST_KEYS, *_LAST_KEYS) and (bool(read_dates(value)) or _is_minute(value))
