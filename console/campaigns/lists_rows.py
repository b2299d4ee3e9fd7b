"""A row of leads as it is going to be sent, and what can be wrong with it."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from heapq import merge
from typing import Final

import phonenumbers
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_geographical_number

from console.campaigns.csv_rows import Row
from engage.sms import phones
from engage.sms.send_window import local_time

# Where one area code spans more zones than this it says nothing: then the library lists all of them.
_FEW_ZONES: Final = 4
_ZIP: Final = re.compile(r"\d{5}(?:-?\d{4})?", re.ASCII)
_TIME_ZONE_FIELDS: Final = ("timezone", "tz")
# Fields, in small letters, that tell where somebody is.
ZONE_FIELDS: Final = ("zip", "state", *_TIME_ZONE_FIELDS)
# What the long way finds out as well, for nearly all numbers of a US list.
_US_NUMBER: Final = re.compile(
    r"\s*(?:\+?1[ .-]*)?\(?([2-9][0-9]{2})\)?[ .-]*([2-9][0-9]{2})[ .-]*([0-9]{4})\s*", re.ASCII
)
# An area code and an exchange of North America begin with 2 to 9, whatever the library has not heard of yet.
_NOWHERE: Final = re.compile(r"\+1(?:[01]|...[01])")
_STATE_CODES: Final = """
    AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA
    RI SC SD TN TX UT VT VA WA WV WI WY PR VI GU AS MP"""
_STATE_NAMES: Final = """
    ALABAMA ALASKA ARIZONA ARKANSAS CALIFORNIA COLORADO CONNECTICUT DELAWARE DISTRICT_OF_COLUMBIA FLORIDA GEORGIA HAWAII
    IDAHO ILLINOIS INDIANA IOWA KANSAS KENTUCKY LOUISIANA MAINE MARYLAND MASSACHUSETTS MICHIGAN MINNESOTA MISSISSIPPI
    MISSOURI MONTANA NEBRASKA NEVADA NEW_HAMPSHIRE NEW_JERSEY NEW_MEXICO NEW_YORK NORTH_CAROLINA NORTH_DAKOTA OHIO
    OKLAHOMA OREGON PENNSYLVANIA RHODE_ISLAND SOUTH_CAROLINA SOUTH_DAKOTA TENNESSEE TEXAS UTAH VERMONT VIRGINIA
    WASHINGTON WEST_VIRGINIA WISCONSIN WYOMING PUERTO_RICO"""
_STATES: Final = frozenset([*_STATE_CODES.split(), *_STATE_NAMES.split()])


class Problem(StrEnum):
    """In the order in which they are looked for and shown."""

    PHONE = "phone"
    LOCKED = "locked"
    DUPLICATE = "duplicate"
    EMPTY = "empty"
    ZONE = "zone"
    SHAPE = "shape"

    @property
    def label(self) -> str:
        return {
            "phone": "No valid phone number",
            "locked": "Must not be texted",
            "duplicate": "Number comes twice",
            "empty": "A merge field is empty",
            "zone": "Time zone cannot be told",
            "shape": "More cells than columns",
        }[self.value]

    @property
    def explanation(self) -> str:
        return {
            "phone": "Nothing can be sent to them.",
            "locked": "They opted out, or a disposition says do not contact.",
            "duplicate": "A row further up has the same number.",
            "empty": "Their texts would have a gap where the field stands.",
            "zone": "No zip code, no state, and an area code that is in no one place: they are texted only when it is "
            "allowed in every US time zone.",
            "shape": "Their values may stand in the wrong columns.",
        }[self.value]

    @property
    def rows(self) -> str:
        """What would be left out, for whoever decides."""
        return {
            "phone": "Rows without a valid phone number",
            "locked": "Numbers that must not be texted",
            "duplicate": "Numbers that come twice",
            "empty": "Rows in which a merge field is empty",
            "zone": "Rows whose time zone cannot be told",
            "shape": "Rows with more cells than there are columns",
        }[self.value]


# Whoever uploads decides about the rest.
ALWAYS_LEFT_OUT: Final = frozenset((Problem.PHONE, Problem.LOCKED))


@dataclass(frozen=True)
class Layout:
    """Where in a row its facts stand. `fields`: campaign field → column, in the order they are sent."""

    fields: Mapping[str, int]
    phone: int
    must_be_filled: tuple[str, ...]
    zone_fields: tuple[str, ...]
    width: int

    @classmethod
    def of(cls, fields: Mapping[str, int], *, merge_fields: Sequence[str], width: int) -> Layout:
        """`merge_fields`: what the campaign's messages are filled with; `width`: columns of the file."""
        zones = tuple(name for name in fields if name.casefold() in _TIME_ZONE_FIELDS)
        filled = tuple(name for name in merge_fields if name in fields)
        return cls(dict(fields), fields["Phone"], filled, zones, width)


@dataclass(frozen=True)
class Lead:
    """A row as it is going to be sent, and what is remarkable about it. `phone` is E.164, or empty."""

    row: Row
    phone: str
    values: list[str]
    empty_fields: tuple[str, ...]
    has_zone: bool
    is_too_wide: bool


def read_lead(row: Row, layout: Layout, now: datetime) -> Lead:
    cells = [cell.strip() for cell in row.cells]
    by_field = {name: cells[index] if index < len(cells) else "" for name, index in layout.fields.items()}
    phone = normalize(by_field["Phone"])
    empty = tuple(name for name in layout.must_be_filled if not by_field[name])
    has_zone = bool(phone) and _has_zone(phone, by_field, layout, now)
    if phone:
        by_field["Phone"] = phone
    is_too_wide = any(cells[layout.width :])
    return Lead(row, phone, list(by_field.values()), empty, has_zone, is_too_wide)


def normalize(text: str) -> str:
    """E.164, or nothing for what cannot be anybody's number."""
    if match := _US_NUMBER.fullmatch(text):
        return f"+1{match[1]}{match[2]}{match[3]}"
    number = phones.normalize(text) or ""
    return "" if _NOWHERE.match(number) else number


def _has_zone(phone: str, values: Mapping[str, str], layout: Layout, now: datetime) -> bool:
    if any(local_time(values[name], now) for name in layout.zone_fields):
        return True
    if _ZIP.fullmatch(values.get("Zip", "")):
        return True
    if "_".join(values.get("State", "").upper().split()) in _STATES:
        return True
    # Seven digits tell the place: country, area code and exchange.
    return _is_one_place(phone[:8], len(phone))


@lru_cache(maxsize=8192)
def _is_one_place(beginning: str, length: int) -> bool:
    number = phonenumbers.parse(beginning.ljust(length, "0"))
    zones = time_zones_for_geographical_number(number)
    return len(zones) <= _FEW_ZONES and UNKNOWN_TIMEZONE not in zones


class SeenNumbers:
    """Numbers of rows further up: sorted, eight bytes each, so that a million of them can be kept from step to step."""

    def __init__(self, packed: bytes) -> None:
        self._before = array("Q", packed)
        self._now: set[int] = set()

    def __contains__(self, phone: str) -> bool:
        number = int(phone[1:])
        place = bisect_left(self._before, number)
        return number in self._now or (place < len(self._before) and self._before[place] == number)

    def add(self, phone: str) -> None:
        if phone not in self:
            self._now.add(int(phone[1:]))

    def pack(self) -> bytes:
        return array("Q", merge(self._before, sorted(self._now))).tobytes()
