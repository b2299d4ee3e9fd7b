"""Hours in which states allow solicitations, where they are narrower than the federal 8 AM to 9 PM.

A working table, not legal advice: have counsel confirm it. Where sources disagree the narrower hours stand and the row
is marked. It knows no holidays (Alabama, Louisiana, Mississippi, Pennsylvania, Rhode Island and Utah have rules for
theirs), no limit on how often a person may be texted, and no rules for automated dialers alone (Maine, South Dakota).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from engage.sms.places import state_code

Hours = tuple[tuple[int, int], ...]
"""Open stretches of a day, in minutes past local midnight; the end is already closed."""
Week = tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]
"""Monday first, as `date.weekday()` counts."""


@dataclass(frozen=True, slots=True)
class StateHours:
    code: str
    name: str
    week: Week
    source: str
    is_disputed: bool = False
    """Sources disagree, or none of them quotes the law; the narrowest hours found are used."""
    as_of: date = date(2026, 11, 21)


def _hours(start: int, end: int) -> Hours:
    """Whole hours of the day."""
    return ((start * 60, end * 60),)


def _week(weekday: Hours, *, saturday: Hours | None = None, sunday: Hours | None = None) -> Week:
    saturday = weekday if saturday is None else saturday
    return (weekday, weekday, weekday, weekday, weekday, saturday, weekday if sunday is None else sunday)


_NONE: Final[Hours] = ()
_8_TO_8: Final = _hours(8, 20)
_9_TO_8: Final = _hours(9, 20)
_9_TO_9: Final = _hours(9, 21)

# Lists compared: support.referrizer.com, dropcowboy.com/state-compliance, usestello.com/compliance,
# blog.clickpointsoftware.com. Laws are cited where a list cites them.
_TABLE: Final = (
    StateHours("AL", "Alabama", _week(_8_TO_8, sunday=_NONE), "Ala. Code 8-19A; dropcowboy, clickpoint"),
    StateHours("CA", "California", _week(_9_TO_9), "Cal. Pub. Util. Code 2872(c); stello (others: 8 AM)", True),
    StateHours("CT", "Connecticut", _week(_9_TO_8), "Conn. Gen. Stat. 42-288a, from 2023-10-01; referrizer, stello"),
    StateHours("FL", "Florida", _week(_8_TO_8), "Fla. Stat. 501.616(6), 501.059; referrizer, stello"),
    StateHours("IL", "Illinois", _week(_9_TO_9), "815 ILCS 305, 413/15; stello (dropcowboy: 8 AM)", True),
    StateHours("KY", "Kentucky", _week(_hours(10, 21)), "KRS 367.46955(3); dropcowboy, stello"),
    StateHours("LA", "Louisiana", _week(_8_TO_8, sunday=_NONE), "La. R.S. 45:844; dropcowboy, stello"),
    StateHours("MA", "Massachusetts", _week(_8_TO_8), "Mass. Gen. Laws 159C 3, 201 CMR 12; dropcowboy, stello"),
    StateHours("MD", "Maryland", _week(_8_TO_8), "Stop the Spam Calls Act; referrizer, stello"),
    StateHours("MI", "Michigan", _week(_9_TO_9), "MCL 750.540e; dropcowboy, stello"),
    StateHours("MN", "Minnesota", _week(_9_TO_9), "Minn. Stat. 325E.30; dropcowboy, stello"),
    # The law counts Central time, which is the time of all Mississippi.
    StateHours("MS", "Mississippi", _week(_8_TO_8, sunday=_NONE), "dropcowboy (referrizer: Sundays too)", True),
    StateHours("NJ", "New Jersey", _week(_8_TO_8), "referrizer, from 2024 (dropcowboy lists no rule)", True),
    StateHours("NM", "New Mexico", _week(_9_TO_9), "dropcowboy"),
    StateHours("NV", "Nevada", _week(_9_TO_8), "dropcowboy"),
    StateHours("OK", "Oklahoma", _week(_8_TO_8), "Okla. Stat. 15-775C; referrizer, dropcowboy"),
    StateHours("OR", "Oregon", _week(_8_TO_8), "reports of the bill in force from 2026-01-01", True),
    StateHours(
        "PA",
        "Pennsylvania",
        _week(_hours(9, 19), sunday=_NONE),
        "Senate Bill 992 (pasenategop.com) names texts; one list has it in force from 2026-10-18, older ones do not",
        True,
    ),
    StateHours(
        "RI",
        "Rhode Island",
        _week(_hours(9, 18), saturday=_hours(10, 17), sunday=_NONE),
        "clickpoint, dropcowboy (referrizer: Sundays too)",
        True,
    ),
    StateHours(
        "TX", "Texas", _week(_9_TO_9, sunday=_hours(12, 21)), "SB 140 names texts, from 2025-09-01; referrizer, stello"
    ),
    StateHours("WA", "Washington", _week(_8_TO_8), "RCW 80.36.390 as amended by HB 1497", True),
    StateHours("WY", "Wyoming", _week(_8_TO_8), "one list of verified rules (others list none)", True),
)

STATE_HOURS: Final = MappingProxyType({state.code: state for state in _TABLE})


def state_hours(state: str | None) -> StateHours | None:
    """The narrower hours of a state, by code or English name; None where the federal hours are all we know of."""
    return STATE_HOURS.get(state_code(state) or "")
