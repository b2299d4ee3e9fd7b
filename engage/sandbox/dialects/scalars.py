"""C4: the same facts in other types, wherever they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engage.sandbox.dialects.catalogue import Part, Phase, Said, dialect

_EVERYTHING = (Part.CONVERSATION, Part.CAMPAIGN, Part.LEAD_LIST)
_IDS = ("id", "messagingCampaignId", "messagingListId", "campaignId", "listId")
_TIMES = ("created", "updated", "nextRunTime", "timestamp", "sent", "result", "retryAfter", "dispositionTimestamp")
_NUMBERS = ("orgId", "workspaceId", "shardingHashCode", "lat", "lon", "start", "end", "limit")
_DIGITS = ("phone", "fromNumber", "zip", "sender", "Phone", "Zip")
_WORDS = ("campaignStatus", "sendingStatus", "senderSourceType", "status", "direction", "type")
# Ids that the platform writes: the last twelve hex digits are a serial number.
_SERIAL = 12

Change = Callable[[Any], Any]


def changed(value: Any, names: tuple[str, ...], change: Change) -> Any:
    """The value with whatever stands under one of these names changed, however deep."""
    if isinstance(value, list):
        return [changed(item, names, change) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: change(inner)
        if name in names and not isinstance(inner, dict | list | None)
        else changed(inner, names, change)
        for name, inner in value.items()
    }


def number_of(identifier: Any) -> Any:
    """A number that JSON can hold, and that only this id has."""
    try:
        return int(str(identifier).replace("-", "")[-_SERIAL:], 16)
    except ValueError:
        return identifier


def ending_of(number: str) -> str | None:
    """How the id ends that has this number; None where it is no such number."""
    return f"{int(number):0{_SERIAL}x}" if number.isdecimal() and len(number) <= 15 else None


def _as_epoch(value: Any) -> Any:
    moment = _moment(value)
    return value if moment is None else int(moment.timestamp() * 1000)


def _without_zone(value: Any) -> Any:
    return value if _moment(value) is None else value.removesuffix("Z")


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _as_number(value: Any) -> Any:
    digits = value.removeprefix("+") if isinstance(value, str) else ""
    return int(digits) if digits.isdecimal() and not digits.startswith("0") else value


def _in_lower_case(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _declare(name: str, aspect: str, line: str, names: tuple[str, ...], change: Change, *, row: str = "C4") -> None:
    @dialect(name, row, line, *_EVERYTHING, aspect=aspect, phase=Phase.SCALARS)
    def _write(said: Said) -> None:
        said.document = changed(said.document, names, change)


_declare("numeric-ids", "ids", "ids are numbers", _IDS, number_of)
_declare("times-in-milliseconds", "times", "times are milliseconds since 1970", _TIMES, _as_epoch)
_declare("times-without-zone", "times", "times name no zone and mean UTC", _TIMES, _without_zone)
_declare("numbers-as-text", "numbers", "numbers are written as text", _NUMBERS, _as_text)
_declare("digits-as-numbers", "digits", "phones and zips are numbers", _DIGITS, _as_number)
_declare("words-in-lower-case", "letters", "active, delivered, inbound", _WORDS, _in_lower_case, row="C6")


@dialect("nulls-in-arrays", "C4", "arrays hold a null and an item of another type", *_EVERYTHING, Part.CAMPAIGN_PAGE,
         aspect="arrays", phase=Phase.ARRAYS)  # fmt: skip
def _put_in_nulls(said: Said) -> None:
    # The campaigns of a list have theirs already.
    is_list = said.part == Part.CAMPAIGN_PAGE
    said.document = [None, *said.document, "odd"] if is_list else _with_nulls(said.document)


def _with_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [None, *map(_with_nulls, value), "odd"] if value else value
    return {name: _with_nulls(inner) for name, inner in value.items()} if isinstance(value, Mapping) else value


@dialect("objects-for-lists", "C4", "an array of one is its item alone, an empty one {}", *_EVERYTHING,
         aspect="arrays", phase=Phase.ARRAYS)  # fmt: skip
def _unwrap_arrays(said: Said) -> None:
    said.document = _without_arrays(said.document)


def _without_arrays(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_arrays(inner) for name, inner in value.items()}
    if not isinstance(value, list):
        return value
    items = [_without_arrays(item) for item in value]
    # An array of words stays one: a word alone would be no object.
    if len(items) == 1 and isinstance(items[0], dict):
        return items[0]
    return items or {}
