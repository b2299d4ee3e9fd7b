"""Phone numbers as people's files hold them: whose number a cell means for certain, or why it means nobody's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from console.campaigns.lists_problems import Problem
from engage.sms import phones
from engage.sms.blanks import clean

# What the long way finds out as well, for nearly all numbers of a US list.
_US_NUMBER: Final = re.compile(
    r"\s*(?:\+?1[ .-]*)?\(?([2-9][0-9]{2})\)?[ .-]*([2-9][0-9]{2})[ .-]*([0-9]{4})\s*", re.ASCII
)
# An area code and an exchange of North America begin with 2 to 9, whatever the library has not heard of yet.
_NOWHERE: Final = re.compile(r"\+1(?:[01]|...[01])")
# Numbers as a spreadsheet shows those that it took for figures: 5.55123E+09.
_POWER: Final = re.compile(r"'?[+-]?([0-9]+)(?:[.,]([0-9]*))?\s?[eE]\s?\+?([0-9]{1,3})", re.ASCII)
_NO_VALUE: Final = re.compile(r"#+|#[A-Z][/0!?A-Z]*")
# A figure in thousands: it may be a number, and as well an amount.
_THOUSANDS: Final = re.compile(r"\+?[0-9]{1,3}(?:,[0-9]{3}){2,4}", re.ASCII)
# A figure with a fraction of nothing.
_FRACTION: Final = re.compile(r"(\+?[0-9]{7,15})[.,]0*", re.ASCII)
_EXTENSION: Final = re.compile(
    r"(?:x|ext?|extension|extn|int|anexo|ramal|poste|#|,|;|w|p|~|ext=)[\s.:=#]{0,8}[0-9]{1,9}\W{0,8}\Z", re.IGNORECASE
)
_BETWEEN: Final = re.compile("[\u00b7\u2022\u2219\u22c5_\u2010-\u2015\u2212]")
_UNSEEN: Final = re.compile("[\u200c\u200d]")
_AT_LEAST: Final = 7
_TWO_NUMBERS: Final = 17
_LONGEST: Final = 120


@dataclass(frozen=True)
class Number:
    """`e164` is empty when the cell means nobody's for certain; `problem` says why."""

    e164: str
    problem: Problem | None = None


def read_number(cell: str) -> Number:
    if match := _US_NUMBER.fullmatch(cell):
        return Number(f"+1{match[1]}{match[2]}{match[3]}")
    text = _UNSEEN.sub("", _BETWEEN.sub("-", clean(cell)))
    if len(text) > _LONGEST:
        return Number("", Problem.PHONE)
    if match := _POWER.fullmatch(text):
        return _of_power(*match.groups(default=""))
    if _NO_VALUE.fullmatch(text):
        return Number("", Problem.NO_VALUE)
    if _THOUSANDS.fullmatch(text):
        return Number("", Problem.PHONE)
    if match := _FRACTION.fullmatch(text):
        text = match[1]
    number = phones.normalize(text) or ""
    if number and not _NOWHERE.match(number) and _says_all(number, text):
        return Number(number)
    return Number("", _why(text))


def _of_power(whole: str, fraction: str, exponent: str) -> Number:
    """Good when every digit is there; else the spreadsheet has thrown digits away, and nobody can tell which."""
    fraction, power = fraction.rstrip("0"), int(exponent)
    digits = whole + fraction
    missing = power - len(fraction)
    if missing > 0 or len(digits) > power + len(whole):
        return Number("", Problem.ROUNDED)
    number = phones.normalize(digits) or ""
    return Number(number) if number and not _NOWHERE.match(number) else Number("", Problem.ROUNDED)


def _says_all(number: str, text: str) -> bool:
    """Whether the number accounts for every digit of the cell: what is left over may be an extension, or another."""
    written = phones.digits(text)
    # A trunk zero in brackets: +44 (0)20 …
    written = re.sub(r"\A([0-9]{1,3})0(?=[0-9])", r"\1", written) if "(0)" in text else written
    for prefix in ("00", "011", ""):
        rest = written.removeprefix(prefix)
        if rest and (number[1:] == rest or number[1:].endswith(rest.lstrip("0"))):
            return True
    # Letters that stand for digits: 1-800-FLOWERS.
    return len(written) < len(number) - 1 and not re.search(r"\bx|ext", text, re.IGNORECASE)


def _why(text: str) -> Problem:
    found = _EXTENSION.search(text)
    if found and len(phones.digits(text[: found.start()])) >= _AT_LEAST:
        return Problem.EXTENSION
    digits = len(phones.digits(text))
    if phones.has_extension(text) and digits < _TWO_NUMBERS:
        return Problem.EXTENSION
    return Problem.TWO_NUMBERS if digits >= 2 * _AT_LEAST else Problem.PHONE
