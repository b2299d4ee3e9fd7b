"""Why an active campaign is not sending, in the platform's words: a rest that ends by itself or is done, or trouble."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from console.campaigns.schedule import Schedule, zones_now
from console.campaigns.setup import moment_of


def _all(words: str) -> frozenset[str]:
    return frozenset(words.split())


# The beginnings of words that no schedule explains, whatever else the sentence says.
_TROUBLE: Final = (
    *("error", "fail", "reject", "suspend", "block", "deni", "deny", "invalid", "insufficient", "unauthor", "unable"),
    *("refus", "disabl", "spam", "violat", "expire", "exception", "timeout", "unreachable"),
)
_HOURS: Final = _all("hour hours schedule scheduled window windows outside quiet night weekend holiday")
_NONE: Final = _all("no none nothing zero 0 without")
_LEFT: Final = _all("list lists lead leads contact contacts recipient recipients left send remaining")
_EVERY: Final = _all("all every everyone everybody")
_SENT: Final = _all("sent texted contacted messaged")
_OVER: Final = _all("empty completed complete finished exhausted")


def is_normal_rest(document: Mapping[str, Any], schedule: Schedule, now: datetime) -> bool:
    """Whether the schedule, the next run, or lists that are sent to explain `sendingStatusDescription`."""
    said = str(document.get("sendingStatusDescription") or "").casefold()
    words = _all("".join(character if character.isalnum() else " " for character in said))
    if any(word.startswith(_TROUBLE) for word in words):
        return False
    next_run_at = moment_of(document.get("nextRunTime"))
    goes_on = next_run_at is not None and next_run_at > now
    return goes_on or _is_closed(schedule, now) or bool(words & _HOURS) or _is_all_sent(words)


def _is_closed(schedule: Schedule, now: datetime) -> bool:
    zones = zones_now(schedule, now)
    return bool(zones) and not any(zone.is_open for zone in zones)


def _is_all_sent(words: frozenset[str]) -> bool:
    """As "All sent", "No list is active", "Nothing left to send", "The list is empty"."""
    return bool((words & _EVERY and words & _SENT) or (words & _NONE and words & _LEFT) or words & _OVER)
