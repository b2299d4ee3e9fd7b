"""Phone numbers: to search by, to store, to show."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult


def digits(text: str) -> str:
    """The search form: digits of any script as 0-9, and nothing else."""
    values = (unicodedata.decimal(character, None) for character in text)
    return "".join(str(value) for value in values if value is not None)


def normalize(text: str, region: str = "US") -> str | None:
    """E.164, or None if no full phone number is meant. A number without a country is of `region`."""
    number = _parse(text, region)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if number else None


@lru_cache(maxsize=65_536)
def consent_number(text: str, from_number: str = "") -> str:
    """What a number is known by, however it is written: E.164, as the country allows that texts it from `from_number`.

    What is no phone number stays as it is.
    """
    plain = text.strip()
    # As nearly all are written; taking one apart costs more than all else that is done with it.
    if plain[:1] == "+" and plain[1:].isascii() and plain[1:].isdecimal() and 8 <= len(plain) <= 16:
        return plain
    return normalize(plain, _region_of(from_number)) or plain


def _region_of(e164: str) -> str:
    number = _parse(e164, "US") if e164.startswith("+") else None
    country = number.country_code if number else None
    return phonenumbers.region_code_for_country_code(country) if country else "US"


def has_extension(text: str, region: str = "US") -> bool:
    """Whether it says what to dial once somebody has picked up: texts do not get there."""
    try:
        return bool(phonenumbers.parse(_with_plain_digits(text), region).extension)
    except NumberParseException:
        return False


@lru_cache(maxsize=16_384)
def display(e164: str) -> str:
    """(555) 555-1212 for the US, +44 20 7946 0958 for other countries; what is no phone number stays as it is."""
    number = _parse(e164, "US")
    if number is None:
        return e164
    # Country code 1 is shared with Canada and the Caribbean. Reserved numbers such as 555 belong to no region.
    is_us = number.country_code == 1 and phonenumbers.region_code_for_number(number) in {"US", None}
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL if is_us else PhoneNumberFormat.INTERNATIONAL)


def _with_plain_digits(text: str) -> str:
    """The library leaves digits of other scripts out beside letters (of CALLNOW): another number would be meant."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(character, character)) for character in text)


def _parse(text: str, region: str) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(_with_plain_digits(text), region)
    except NumberParseException:
        return None
    # Possible rather than valid: new area codes reach leads before they reach the library. A number without its area
    # code is possible only locally and would be somebody else's.
    is_whole = phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    number.extension = None
    return number if is_whole else None
