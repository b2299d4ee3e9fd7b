"""When a text may be sent, by the lead's own clock.

The narrowest of three: federal hours (47 CFR 64.1200(c)(1): 8 AM to 9 PM), the state's hours, the campaign's schedule.
The rules are for solicitations; whether an answer to what a lead just asked may go out at night is for the caller to
decide. Holidays are not known here. Of a lead whose zone nobody stated, all hours count of all places where they may be
by their state, ZIP code and number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from engage.sms.places import state_code, states_told, zone_named, zones_told
from engage.sms.state_hours import Hours, StateHours, Week, state_hours

T = TypeVar("T", int, datetime)

FEDERAL_HOURS: Final[Hours] = ((8 * 60, 21 * 60),)
_FEDERAL_WEEK: Final[Week] = (FEDERAL_HOURS,) * 7

# A lead of whom nothing tells the place may be in any of these, so all must be open. Territories are not counted: they
# join where a state, a ZIP code or a number points there.
US_ZONES: Final = tuple(
    ZoneInfo(name)
    for name in (
        "Pacific/Honolulu",
        "America/Anchorage",
        "America/Los_Angeles",
        "America/Phoenix",
        "America/Denver",
        "America/Chicago",
        "America/New_York",
    )
)
_EASTERN: Final = US_ZONES[-1]

Schedule = Mapping[int, Sequence[tuple[int, int]]]
"""A campaign's hours: weekday (Monday is 0) to stretches in minutes past midnight. A day left out is closed.

A stretch whose end lies before its start runs into the day after.
"""

# A week and the day before it: enough to reach the next opening wherever the week has one.
_DAYS_AHEAD: Final = 9
MINUTES_OF_A_DAY: Final = 24 * 60
_DAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class WindowStatus:
    is_open: bool
    local_time: datetime | None
    """The lead's own time; None if nobody stated their zone."""
    opens_at: datetime | None
    """UTC; None while open, and where no opening ever comes."""
    closes_at: datetime | None
    """UTC; None while closed."""
    reason: str
    """For people: "Open until 9 PM there", "TX Sunday opens 12 PM there"."""


@dataclass(frozen=True, slots=True)
class Window:
    """Open while every zone's clock stands inside the week."""

    zones: tuple[ZoneInfo, ...]
    week: Week
    states: tuple[StateHours, ...]
    schedule_week: Week | None
    is_zone_known: bool
    """Stated, that is. Else `zones` are all where the lead may be."""

    def status(self, at: datetime) -> WindowStatus:
        """Open or closed at an aware moment, and until when."""
        if at.tzinfo is None:
            raise ValueError("a send window needs an aware datetime")
        local = at.astimezone(self.zones[0]) if self.is_zone_known else None
        stretches = reduce(_overlap, (self._stretches(zone, at) for zone in self.zones))
        following = next((stretch for stretch in stretches if stretch[1] > at), None)
        if following is None:
            return WindowStatus(False, local, None, None, self._never())
        opens_at, closes_at = following
        if opens_at <= at:
            return WindowStatus(True, local, None, closes_at, self._open_until(closes_at))
        return WindowStatus(False, local, opens_at, None, self._opens(opens_at, at))

    def _stretches(self, zone: ZoneInfo, at: datetime) -> list[tuple[datetime, datetime]]:
        today = at.astimezone(zone).date()
        days = [today + timedelta(days=ahead) for ahead in range(_DAYS_AHEAD)]
        return [
            (_moment(day, start, zone), _moment(day, end, zone))
            for day in days
            for start, end in self.week[day.weekday()]
        ]

    @property
    def _where(self) -> str:
        return "across the US" if self.zones == US_ZONES else "where they may be"

    def _open_until(self, closes_at: datetime) -> str:
        if self.is_zone_known:
            return f"Open until {_clock(closes_at.astimezone(self.zones[0]))} there"
        return f"Time zone unknown. Open {self._where} until {_clock(closes_at.astimezone(_EASTERN))} Eastern"

    def _opens(self, opens_at: datetime, at: datetime) -> str:
        if not self.is_zone_known:
            opening, now = opens_at.astimezone(_EASTERN), at.astimezone(_EASTERN)
            return f"Time zone unknown. Opens {self._where} at {_clock(opening)} Eastern{_on_day(opening, now)}"
        opening, now = opens_at.astimezone(self.zones[0]), at.astimezone(self.zones[0])
        closed_day = self._closed_day(now)
        subject, names_day = self._who_opens(opening)
        day = "" if names_day else _on_day(opening, now)
        return f"{closed_day}{subject} {_clock(opening)}{day} there"

    def _closed_day(self, now: datetime) -> str:
        closed = next((state for state in self.states if not state.week[now.weekday()]), None)
        return f"{closed.code} allows no texts on {_DAY_NAMES[now.weekday()]}. " if closed else ""

    def _who_opens(self, opening: datetime) -> tuple[str, bool]:
        """The one whose hours set this opening, and whether the words already name the day."""
        weekday, minute = opening.weekday(), opening.hour * 60 + opening.minute
        if any(start == minute for start, _ in FEDERAL_HOURS):
            return "Opens", False
        for state in self.states:
            if any(start == minute for start, _ in state.week[weekday]):
                if state.week[weekday] == state.week[0]:
                    return f"{state.code} opens", False
                return f"{state.code} {_DAY_NAMES[weekday]} opens", True
        return "Campaign opens", False

    def _never(self) -> str:
        if self.schedule_week and not any(self.schedule_week):
            return "The campaign has no sending hours"
        if not self.is_zone_known:
            if self.zones != US_ZONES:
                return "Time zone unknown. There is no hour that is allowed everywhere they may be"
            return "Time zone unknown. The campaign's hours never fit every US time zone"
        return "The campaign's hours lie outside the hours allowed there"


def window_for(
    zone: str | None,
    state: str | None,
    *,
    phone: str | None = None,
    zip_code: str | None = None,
    schedule: Schedule | None = None,
) -> Window:
    """The window of one lead: their IANA zone, their state by code or name, their campaign's hours.

    Of a zone that is missing or not understood, state, ZIP code and phone each say where it may be: it must be open in
    all of these, and by the hours of all these states. Where none of them says anything, every US zone must be open.
    """
    known = zone_named(zone)
    zones = (known,) if known else zones_told(state=state, zip_code=zip_code, phone=phone) or US_ZONES
    # A number is taken along when people move: with zone and state stated, it says nothing more.
    stated = state_code(state) if known else None
    codes = (stated,) if stated else states_told(state=state, zip_code=zip_code, phone=phone)
    states = tuple(hours for code in codes if (hours := state_hours(code)))
    schedule_week = _week_of(schedule) if schedule is not None else None
    weeks = [_FEDERAL_WEEK, *(hours.week for hours in states), *([schedule_week] if schedule_week else [])]
    return Window(zones, reduce(_narrow, weeks), states, schedule_week, is_zone_known=known is not None)


def local_time(zone: str | None, at: datetime) -> datetime | None:
    """The moment by the lead's clock; None if the zone is unknown."""
    known = zone_named(zone)
    return at.astimezone(known) if known else None


def _week_of(schedule: Schedule) -> Week:
    days = [_merge((*_until_midnight(schedule, day), *_after_midnight(schedule, day - 1))) for day in range(7)]
    return (days[0], days[1], days[2], days[3], days[4], days[5], days[6])


def _until_midnight(schedule: Schedule, day: int) -> list[tuple[int, int]]:
    return [(start, end if start <= end else MINUTES_OF_A_DAY) for start, end in schedule.get(day, ())]


def _after_midnight(schedule: Schedule, day: int) -> list[tuple[int, int]]:
    return [(0, end) for start, end in schedule.get(day % 7, ()) if start > end]


def _merge(stretches: Iterable[tuple[int, int]]) -> Hours:
    """In order, empty ones dropped, those that touch joined."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _narrow(one: Week, other: Week) -> Week:
    days = [tuple(_overlap(mine, theirs)) for mine, theirs in zip(one, other, strict=True)]
    return (days[0], days[1], days[2], days[3], days[4], days[5], days[6])


def _overlap(one: Sequence[tuple[T, T]], other: Sequence[tuple[T, T]]) -> list[tuple[T, T]]:
    """What lies inside both, in order; each side comes in order."""
    pairs = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return [(start, end) for start, end in pairs if start < end]


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A wall-clock minute as a moment in UTC: 8 AM is 8 AM on the clock, also on the day the clock is moved.

    Federal hours bound every window, so the minutes that a clock skips or shows twice at night never come up.
    """
    return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone).astimezone(UTC)


def _clock(local: datetime) -> str:
    """9 PM, 9:30 AM."""
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes} {'AM' if local.hour < 12 else 'PM'}"


def _on_day(then: datetime, now: datetime) -> str:
    days = (then.date() - now.date()).days
    if days == 0:
        return ""
    return " tomorrow" if days == 1 else f" {_DAY_NAMES[then.weekday()]}"
