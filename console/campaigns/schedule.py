"""The hours of a campaign against the clocks of the United States.

What is not understood is kept as it came and shown as it came; nothing is claimed about a day it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from console.campaigns.schedule_reading import (
    MINUTES,
    Day,
    ScheduleException,
    Stretch,
    join,
    minute_name,
    raw,
    read_day,
    read_exceptions,
)
from engage.sms.send_window import US_ZONES

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

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

# A week and the day before it; beyond, only exceptions change anything, and those of next year are not asked.
_DAYS_AHEAD: Final = 9
_MOST_DAYS_AHEAD: Final = 400
_DAY: Final = timedelta(days=1)
_ALL_DAY: Final = ((0, MINUTES),)
# Clocks are moved at full quarters.
_QUARTERS: Final = range(0, MINUTES, 15)

Hours = tuple[tuple[int, int], ...]
"""Open minutes of one day, in order; the end is already closed."""


@dataclass(frozen=True)
class Schedule:
    """Monday first. `others`: what else it holds, as the platform writes it; `nonsense`: all of it, where no day is."""

    days: tuple[Day, ...]
    exceptions: tuple[ScheduleException, ...]
    others: tuple[str, ...]
    nonsense: str = ""

    @classmethod
    def of(cls, document: Any) -> Schedule:
        """`document`: what stands under `schedule`; an empty object where nothing does."""
        told = document if isinstance(document, Mapping) else {}
        days = tuple(read_day(name, told.get(name)) for name in DAYS)
        others = {name: value for name, value in told.items() if name not in (*DAYS, "exceptions")}
        is_told = bool(told) or not isinstance(document, Mapping)
        return cls(
            days=days,
            exceptions=read_exceptions(told.get("exceptions")),
            others=tuple(f"{name}: {raw(value)}" for name, value in others.items()),
            nonsense=raw(document) if is_told and not any(day.is_known for day in days) else "",
        )

    @property
    def is_known(self) -> bool:
        """Whether every day of the week is understood."""
        return all(day.is_known for day in self.days)

    @property
    def is_told(self) -> bool:
        return bool(self.nonsense) or any(day.is_known for day in self.days)

    @property
    def has_hours(self) -> bool:
        return any(day.stretches for day in self.days) or any(one.stretches for one in self.exceptions)

    def usual_hours(self, weekday: int) -> Hours:
        """The open minutes of that day of the week, with what the day before leaves it; exceptions aside."""
        return _hours(self.days[weekday].stretches, self.days[weekday - 1].stretches)

    def hours_on(self, day: date) -> Hours | None:
        """The open minutes of that date; None where anything that counts for it is not understood."""
        if day not in self._hours_by_day:
            own = self._told_for(day)
            # An exception replaces its day altogether: what began the evening before ends at its midnight.
            before = () if self._exceptions_of(day) else self._told_for(day - _DAY)
            self._hours_by_day[day] = None if own is None or before is None else _hours(own, before)
        return self._hours_by_day[day]

    def is_open(self, local: datetime) -> bool:
        """At this minute of a lead's clock; never where that is not known."""
        minute = local.hour * 60 + local.minute
        return any(start <= minute < end for start, end in self.hours_on(local.date()) or ())

    def closes_at(self, local: datetime) -> datetime | None:
        """The first closed minute after the stretches that are open now, on the same clock.

        None when it is closed, when it is always open, and when that lies behind a day that is not understood.
        """
        return self._first(local, is_open=False) if self.is_open(local) else None

    def opens_at(self, local: datetime) -> datetime | None:
        """The next beginning, on the same clock; None when none comes, or none that is known of."""
        since = self.closes_at(local) if self.is_open(local) else local
        if since is None or (since > local and self.is_open(since)):
            return None
        return self._first(since, is_open=True)

    def is_known_after(self, day: date) -> bool:
        """Whether every day from this one is understood, as far as is looked ahead."""
        return all(self.hours_on(ahead) is not None for ahead in self._days_from(day))

    @cached_property
    def _hours_by_day(self) -> dict[date, Hours | None]:
        return {}

    def _exceptions_of(self, day: date) -> list[ScheduleException]:
        return [exception for exception in self.exceptions if exception.covers(day)]

    def _told_for(self, day: date) -> tuple[Stretch, ...] | None:
        exceptions = self._exceptions_of(day)
        if not exceptions:
            usual = self.days[day.weekday()]
            return usual.stretches if usual.is_known else None
        told = exceptions[0].stretches
        return told if all(one.is_known and one.stretches == told for one in exceptions) else None

    def _first(self, since: datetime, *, is_open: bool) -> datetime | None:
        for day in self._days_from(since.date()):
            hours = self.hours_on(day)
            if hours is None:
                return None
            if hours == (() if is_open else _ALL_DAY):
                # Nothing of what is looked for, whatever becomes of the clock. Months may be like that.
                continue
            for moment in self._edges(day, since):
                if self.is_open(moment) is is_open:
                    return moment
        return None

    def _days_from(self, day: date) -> Iterator[date]:
        ends = [last for exception in self.exceptions for last in exception.ends]
        farthest = max([(end - day).days for end in ends], default=0) + _DAYS_AHEAD
        return (day + _DAY * ahead for ahead in range(min(max(farthest, _DAYS_AHEAD), _MOST_DAYS_AHEAD)))

    def _edges(self, day: date, since: datetime) -> list[datetime]:
        """The moments of that day, after the given one, at which anything may change: none lies between them."""
        minutes = {0, *(minute for stretch in self.hours_on(day) or () for minute in stretch if minute < MINUTES)}
        zone = since.tzinfo
        if _midnight(day, zone).utcoffset() != _midnight(day + _DAY, zone).utcoffset():
            minutes.update(_QUARTERS)
        # A minute that the clock shows twice is two moments; one that it skips is some other, which does no harm.
        walls = (_midnight(day, zone).replace(hour=m // 60, minute=m % 60, fold=f) for m in minutes for f in (0, 1))
        moments = {wall.astimezone(UTC) for wall in walls}
        return [moment.astimezone(zone) for moment in sorted(moments) if moment > since.astimezone(UTC)]


@dataclass(frozen=True)
class ZoneNow:
    """The clock of one US time zone against a schedule."""

    key: str
    name: str
    local: datetime
    is_open: bool
    schedule: Schedule = field(repr=False)

    @property
    def words(self) -> str:
        """Until when, or from when on; found where it is shown, for it takes longer than all the rest."""
        return (_open_words if self.is_open else _closed_words)(self.schedule, self.local)

    @property
    def minute(self) -> int:
        return self.local.hour * 60 + self.local.minute

    @property
    def clock(self) -> str:
        return self.local.strftime("%a %-I:%M %p")


def zones_now(schedule: Schedule, now: datetime) -> list[ZoneNow]:
    """From east to west; empty where the hours of today are not understood in any of them."""
    if any(schedule.hours_on(now.astimezone(zone).date()) is None for zone in ZONES):
        return []
    return [_zone_now(schedule, zone, now) for zone in ZONES]


def opening_words(schedule: Schedule, now: datetime) -> str:
    """When a campaign that is closed everywhere opens somewhere again, as "Monday 8 AM Eastern"."""
    opening = [(at, zone) for zone in ZONES if (at := schedule.opens_at(now.astimezone(zone)))]
    if not opening:
        return ""
    at, zone = min(opening, key=lambda pair: pair[0].timestamp())
    return f"{_day_words(at.date(), now.astimezone(zone))} {_clock(at)} {ZONE_NAMES[zone.key]}"


def _zone_now(schedule: Schedule, zone: ZoneInfo, now: datetime) -> ZoneNow:
    local = now.astimezone(zone)
    return ZoneNow(zone.key, ZONE_NAMES[zone.key], local, schedule.is_open(local), schedule)


def _open_words(schedule: Schedule, local: datetime) -> str:
    closes_at = schedule.closes_at(local)
    if closes_at is None:
        return "always open" if schedule.is_known_after(local.date()) else "open now"
    if closes_at.astimezone(UTC) - local.astimezone(UTC) <= _DAY:
        return f"open until {_clock(closes_at)}"
    # Midnight belongs to the day that it ends.
    day = (closes_at - timedelta(minutes=1)).date()
    return f"open until {_day_words(day, local)} {_clock(closes_at)}"


def _closed_words(schedule: Schedule, local: datetime) -> str:
    opens_at = schedule.opens_at(local)
    if opens_at is None:
        return "never opens" if schedule.is_known_after(local.date()) else "closed now"
    return f"opens {_day_words(opens_at.date(), local)} {_clock(opens_at)}"


def _clock(at: datetime) -> str:
    return minute_name(at.hour * 60 + at.minute)


def _day_words(then: date, now: datetime) -> str:
    days = (then - now.date()).days
    if days <= 1:
        return "tomorrow" if days == 1 else "today"
    return then.strftime("%A" if days < len(DAYS) else "%-d %B")


def _midnight(day: date, zone: Any) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def _hours(own: tuple[Stretch, ...], before: tuple[Stretch, ...]) -> Hours:
    until_midnight = [(stretch.start, min(stretch.end, MINUTES)) for stretch in own]
    after_midnight = [(0, stretch.end - MINUTES) for stretch in before if stretch.end > MINUTES]
    return join([*until_midnight, *after_midnight])
