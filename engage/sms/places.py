"""Where somebody may be, by what is known of them: a time zone by its name, a state, a ZIP code, a phone number."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import phonenumbers
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_geographical_number

from engage.sms import phones
from engage.sms.blanks import clean
from engage.sms.place_tables import (
    ARMED_FORCES,
    PACIFIC_ZIPS,
    STATES_BY_AREA_CODE,
    STATES_BY_NAME,
    STATES_BY_ZIP_PREFIX,
    ZONES_OF_STATES,
)

# Where one number may be in more zones than this it says nothing: then the library lists all of North America.
_FEW_ZONES: Final = 4
_ZIP: Final = re.compile(r"(\d{5})(?:[- ]?\d{4})?", re.ASCII)
# No zone has a name as long as this.
_LONGEST_NAME: Final = 100
# Country, area code and exchange of a number in North America.
_BEGINNING: Final = 8


@lru_cache(maxsize=1024)
def zone_named(name: str | None) -> ZoneInfo | None:
    """A zone by its IANA name, however it is spaced and whatever its case; None for all else.

    Abbreviations and fixed offsets are no answer: "EST" is five hours behind all year, but is written by people whose
    clock moves in summer, and "UTC" is mostly a default nobody filled in.
    """
    if not name or len(name) > _LONGEST_NAME:
        return None
    key = "_".join(clean(name).casefold().split())
    if "/" not in key or key.startswith("etc/"):
        return None
    try:
        return ZoneInfo(_zone_names()[key])
    except (KeyError, ZoneInfoNotFoundError, ValueError, OSError):
        return None


def state_code(state: str | None) -> str | None:
    """As "TX" for "tx ", "Texas", "US-TX"; territories are states here. None where no state is meant."""
    letters = unicodedata.normalize("NFKD", state or "")[:_LONGEST_NAME].casefold()
    key = "".join(letter for letter in letters if letter.isalpha())
    if key in STATES_BY_NAME:
        return STATES_BY_NAME[key]
    # "APO AE", as the last line of an address has it.
    key = key.removeprefix("apo").removeprefix("fpo").removeprefix("dpo")
    # ISO writes US-TX, people write USVI.
    code = key.upper().removeprefix("US")
    return code if code in ZONES_OF_STATES else None


def is_armed_forces(*, state: str | None, zip_code: str | None) -> bool:
    """Whether their address is a mailbox of the armed forces or an embassy: they may be anywhere in its region."""
    return bool({state_code(state), _state_of_zip(zip_code)} & ARMED_FORCES)


def states_told(*, state: str | None, zip_code: str | None, phone: str | None) -> tuple[str, ...]:
    """Every state that one of these points to, by its code."""
    found = (state_code(state), _state_of_zip(zip_code), _state_of_number(phone))
    return tuple(dict.fromkeys(code for code in found if code))


def zones_told(*, state: str | None, zip_code: str | None, phone: str | None) -> tuple[ZoneInfo, ...]:
    """Every zone in which one of these says that somebody may be; empty where none of them says anything."""
    names = [name for code in states_told(state=state, zip_code=zip_code, phone=None) for name in ZONES_OF_STATES[code]]
    names += _zones_of_number(phone)
    return tuple(ZoneInfo(name) for name in dict.fromkeys(names))


def _state_of_zip(zip_code: str | None) -> str | None:
    match = _ZIP.fullmatch(clean(zip_code or ""))
    if match is None:
        return None
    pacific = (code for first, last, code in PACIFIC_ZIPS if first <= int(match[1]) <= last)
    return STATES_BY_ZIP_PREFIX.get(match[1][:3]) or next(pacific, None)


def _state_of_number(phone: str | None) -> str | None:
    number = phones.normalize(phone) if phone else None
    return STATES_BY_AREA_CODE.get(number[2:5]) if number and number.startswith("+1") else None


def _zones_of_number(phone: str | None) -> tuple[str, ...]:
    number = phones.normalize(phone) if phone else None
    if number is None:
        return ()
    # Area codes that are newer than the library's are known by their state.
    state = _state_of_number(number)
    return _zones_of_beginning(number[:_BEGINNING], len(number)) or ZONES_OF_STATES.get(state or "", ())


@lru_cache(maxsize=8192)
def _zones_of_beginning(beginning: str, length: int) -> tuple[str, ...]:
    number = phonenumbers.parse(beginning.ljust(length, "0"))
    zones = time_zones_for_geographical_number(number)
    return tuple(zones) if len(zones) <= _FEW_ZONES and UNKNOWN_TIMEZONE not in zones else ()


@lru_cache(maxsize=1)
def _zone_names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}
