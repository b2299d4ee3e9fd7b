"""The hours of a campaign as the platform keeps them: minutes past midnight where the lead lives, day by day.

What is not understood is kept as it came and shown as it came; nothing is claimed about a day it belongs to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from engage.sms.send_window import US_ZONES

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINUTES: Final = 24 * 60

# From the east, as people name them; two that show the same clock today are still two.
ZONE_NAMES: Final = {
    "America/New_York": "Eastern",
    "America/Chicago": "Central",
    "America/Denver": "Mountain",
    "America/Phoenix": "Arizona",
    "America/Los_Angeles": "Pacific",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
}
ZONES: Final = tuple(zone for name in ZONE_NAMES for zone in US_ZONES if zone.key == name)


@dataclass(frozen=True)
class Stretch:
    """From one minute of a day to another; the end is already closed."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{minute_name(self.start)} to {minute_name(self.end)}"


@dataclass(frozen=True)
class Day:
    name: str
    stretches: tuple[Stretch, ...]
    raw: str = ""

    @property
    def is_known(self) -> bool:
        return not self.raw

    def is_open(self, minute: int) -> bool:
        return any(stretch.start <= minute < stretch.end for stretch in self.stretches)

    @property
    def words(self) -> str:
        if not self.is_known:
            return "Not understood"
        return ", ".join(map(str, self.stretches)) or "Closed"


@dataclass(frozen=True)
class ScheduleException:
    """As the platform writes it, since its form is not documented; `day` where it holds a date."""

    raw: str
    day: date | None


@dataclass(frozen=True)
class Schedule:
    """Monday first. `others`: what else it holds, as the platform writes it."""

    days: tuple[Day, ...]
    exceptions: tuple[ScheduleException, ...]
    others: tuple[str, ...]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Schedule:
        exceptions = document.get("exceptions") or []
        if not isinstance(exceptions, list):
            exceptions = [exceptions]
        others = {name: value for name, value in document.items() if name not in (*DAYS, "exceptions")}
        return cls(
            days=tuple(_read_day(name, document.get(name)) for name in DAYS),
            exceptions=tuple(_read_exception(entry) for entry in exceptions),
            others=tuple(f"{name}: {_raw(value)}" for name, value in others.items()),
        )

    @property
    def is_known(self) -> bool:
        """Whether every day of it is understood, so that something may be said about now."""
        return all(day.is_known for day in self.days)

    @property
    def has_hours(self) -> bool:
        return any(day.stretches for day in self.days)

    def is_open(self, local: datetime) -> bool:
        return self.days[local.weekday()].is_open(local.hour * 60 + local.minute)

    def closes_at(self, local: datetime) -> datetime | None:
        """The end of the stretch that is open now, on the same clock; None when it is closed."""
        minute = local.hour * 60 + local.minute
        ends = [s.end for s in self.days[local.weekday()].stretches if s.start <= minute < s.end]
        return _at_minute(local, 0, max(ends)) if ends else None

    def opens_at(self, local: datetime) -> datetime | None:
        """The next beginning of a stretch, on the same clock; None when none comes within a week."""
        minute = local.hour * 60 + local.minute
        for ahead in range(8):
            stretches = self.days[(local.weekday() + ahead) % 7].stretches
            starts = [stretch.start for stretch in stretches if ahead or stretch.start > minute]
            if starts:
                return _at_minute(local, ahead, min(starts))
        return None


@dataclass(frozen=True)
class ZoneNow:
    """The clock of one US time zone against a schedule."""

    key: str
    name: str
    local: datetime
    is_open: bool
    words: str

    @property
    def minute(self) -> int:
        return self.local.hour * 60 + self.local.minute

    @property
    def clock(self) -> str:
        return self.local.strftime("%a %-I:%M %p")


def zones_now(schedule: Schedule, now: datetime) -> list[ZoneNow]:
    """From east to west; empty where the schedule is not understood."""
    return [_zone_now(schedule, zone, now) for zone in ZONES] if schedule.is_known else []


def opening_words(schedule: Schedule, now: datetime) -> str:
    """When a campaign that is closed everywhere opens somewhere again, as "Monday 8 AM Eastern"."""
    opening = [(at, zone) for zone in ZONES if (at := schedule.opens_at(now.astimezone(zone)))]
    if not opening:
        return ""
    at, zone = min(opening, key=lambda pair: pair[0].timestamp())
    return f"{_day_words(at, now.astimezone(zone))} {minute_name(at.hour * 60 + at.minute)} {ZONE_NAMES[zone.key]}"


def minute_name(minute: int) -> str:
    """8 AM, 9:30 PM, and midnight for both ends of a day."""
    hour, rest = divmod(minute % MINUTES, 60)
    if not hour and not rest:
        return "midnight"
    return f"{hour % 12 or 12}{f':{rest:02}' if rest else ''} {'AM' if hour < 12 else 'PM'}"


def _zone_now(schedule: Schedule, zone: ZoneInfo, now: datetime) -> ZoneNow:
    local = now.astimezone(zone)
    closes_at, opens_at = schedule.closes_at(local), schedule.opens_at(local)
    if closes_at:
        words = f"open until {minute_name(closes_at.hour * 60 + closes_at.minute)}"
    elif opens_at:
        words = f"opens {_day_words(opens_at, local)} {minute_name(opens_at.hour * 60 + opens_at.minute)}"
    else:
        words = "never opens"
    return ZoneNow(zone.key, ZONE_NAMES[zone.key], local, closes_at is not None, words)


def _day_words(then: datetime, now: datetime) -> str:
    days = (then.date() - now.date()).days
    return "today" if days == 0 else "tomorrow" if days == 1 else then.strftime("%A")


def _at_minute(local: datetime, days: int, minute: int) -> datetime:
    """A minute on the clock of that day; 24:00 is midnight of the next."""
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return midnight + timedelta(days=days, minutes=minute)


def _read_day(name: str, value: Any) -> Day:
    """A day that is absent is not understood: whether it is closed, nobody said."""
    stretches = _read_stretches(value)
    title = name.capitalize()
    return Day(title, (), raw=_raw(value)) if stretches is None else Day(title, stretches)


def _read_stretches(value: Any) -> tuple[Stretch, ...] | None:
    if not isinstance(value, list):
        return None
    stretches = [_read_stretch(entry) for entry in value]
    if not all(stretches):
        return None
    known = (stretch for stretch in stretches if stretch and stretch.start < stretch.end)
    return tuple(sorted(known, key=lambda stretch: (stretch.start, stretch.end)))


def _read_stretch(entry: Any) -> Stretch | None:
    start, end = (entry.get("start"), entry.get("end")) if isinstance(entry, dict) else (None, None)
    # True and False are numbers to Python, not to people.
    if type(start) is not int or type(end) is not int or not 0 <= start <= end <= MINUTES:
        return None
    return Stretch(start, end)


def _read_exception(entry: Any) -> ScheduleException:
    text = entry.get("date") if isinstance(entry, dict) else entry
    try:
        day = date.fromisoformat(text[:10]) if isinstance(text, str) else None
    except ValueError:
        day = None
    return ScheduleException(_raw(entry), day)


def _raw(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if value is not None else "nothing"
