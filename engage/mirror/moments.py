"""Moments of two clocks, ours and the platform's: which of them may be believed."""

from __future__ import annotations

from datetime import datetime, timedelta

# So far two clocks may be apart without either being wrong.
SKEW = timedelta(minutes=5)
# What was proven so far ahead of now was proven by a clock that was wrong, and not just a little fast.
WRONG_BY = timedelta(hours=2)
# A version holds the moment of a statement, which may be ahead of its arrival by as much.
_VERSION_SKEW = 2 * SKEW
# A Date header leaves out what is less than a second.
_HEADER_SECOND = timedelta(seconds=1)


def limit_of(now: datetime) -> str:
    """The greatest moment that a version may hold, as versions spell it."""
    return (now + _VERSION_SKEW).isoformat(timespec="microseconds")


def standing(version: str, limit: str) -> str:
    """The version, or nothing where it is as of a time that is still to come: then any statement replaces it."""
    moment = version[2:] if version[1:2] == " " else version
    return "" if moment > limit else version


def bounded(asked_at: datetime, answered_at: datetime | None) -> datetime:
    """What an answer proves, it proves as of when it was asked for, and not later than the platform says it is."""
    return asked_at if answered_at is None else min(asked_at, answered_at + _HEADER_SECOND)
