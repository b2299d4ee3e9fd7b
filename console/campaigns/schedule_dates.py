"""A day as people and programs write it. One that may be read in two ways is both, and nobody guesses which."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# What may follow a date: a time of that day, which says nothing of the day.
_TIME: Final = r"(?:[T ,]\s?\d{1,2}:\d{2}[\w:.+ -]{0,24})?"
_ISO: Final = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}", re.ASCII)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_YEAR_LAST: Final = re.compile(rf"(\d{{1,2}})([-/. ])(\d{{1,2}})\2(\d{{4}}){_TIME}", re.ASCII)
_MONTH_FIRST: Final = re.compile(
    rf"([a-z]{{3,9}})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}}){_TIME}", re.ASCII | re.IGNORECASE
)
_DAY_FIRST: Final = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?[-. ]{{1,2}}([a-z]{{3,9}})\.?,?[- ](\d{{4}}){_TIME}", re.ASCII | re.IGNORECASE
)
# "Fri, Dec 25, 2026".
_WEEKDAY: Final = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,? ", re.IGNORECASE)
_LONGEST: Final = 60


def read_dates(value: Any) -> tuple[date, ...]:
    """Every day that it may mean, the earliest first: none, one, or two as for "03/04/2026"."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return ()
    text = " ".join(value.split())
    weekday = _WEEKDAY.match(text)
    text = text[weekday.end() :] if weekday else text
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return _days((int(found[1]), int(found[2]), int(found[3])))
    if found := _YEAR_LAST.fullmatch(text):
        year, one, other = int(found[4]), int(found[1]), int(found[3])
        return _days((year, one, other), (year, other, one))
    if found := _MONTH_FIRST.fullmatch(text):
        return _days((int(found[3]), _month(found[1]), int(found[2])))
    if found := _DAY_FIRST.fullmatch(text):
        return _days((int(found[3]), _month(found[2]), int(found[1])))
    return ()


def _month(name: str) -> int:
    """1 to 12; 0 for none."""
    short = name[:3].casefold()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def _days(*readings: tuple[int, int, int]) -> tuple[date, ...]:
    found = set()
    for year, month, day in readings:
        try:
            found.add(date(year, month, day))
        except ValueError:
            continue
    return tuple(sorted(found))
