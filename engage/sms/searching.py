"""The form in which people are looked for: what is stored and what is asked pass the same folding."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from engage.sms.blanks import clean, shows_nothing
from engage.sms.phones import digits, normalize

# What is asked may be longer; more words than these nobody reads together.
LONGEST_QUERY: Final = 200
_MOST_WORDS: Final = 16
# From here on digits are one number, however they are grouped; fewer may be any pieces of one.
_WHOLE_NUMBER: Final = 7
_SHORTEST_PIECE: Final = 3
_WITH_AREA: Final = 10
_WITH_COUNTRY: Final = 11

# Letters that are made of no other by Unicode, and which keyboards without them write so.
_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
    | dict.fromkeys("'\u2018\u2019\u201b\u02bb\u02bc\u02b9\u00b4\u2032\uff07`", "")
)
_BEFORE_NUMBERS: Final = frozenset(
    ["tel", "telephone", "phone", "sms", "smsto", "callto", "call", "cell", "mobile", "mob", "text", "number", "no"]
) | {"whatsapp", "fax", "home", "work", "office", "contact"}
# Behind a number: "x12", "ext. 5", "ext=5", "extension 12".
_EXTENSION: Final = re.compile(r"(?<=\d) ?(?:extension|extn|ext|x) ?=? ?\d{1,6}$")
# And with signs alone: "#9", ",,12", ";5".
_SIGNED_EXTENSION: Final = re.compile(r"[#;,]\s?\d{1,6}$")
_KNOWN_AT_MOST: Final = 20_000


class _Folding(dict[int, str]):
    """For `str.translate`: works each character out once. Bounded, for anybody may send any character."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        if len(self) < _KNOWN_AT_MOST:
            self[code] = folded
        return folded


def _fold_character(character: str) -> str:
    category = unicodedata.category(character)
    if character.isspace() or category[0] in "PZ" or character == "\u2800":
        return " "
    if category != "Mc" and shows_nothing(character):
        return ""
    decimal = unicodedata.decimal(character, None)
    return character if decimal is None else str(decimal)


_FOLDING: Final = _Folding({ord(apostrophe): "" for apostrophe in "'`"})


def fold(text: str) -> str:
    """Small letters without marks and digits 0-9; apostrophes join, hyphens and all other signs part words."""
    if text.isascii():
        return " ".join(text.lower().translate(_FOLDING).split())
    # Twice: small letters of some capitals carry a mark of their own.
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.translate(_LETTERS)).casefold())
    return " ".join(text.translate(_LETTERS).translate(_FOLDING).split())


def search_text(name: str, phone: str) -> str:
    """What is stored: the folded name, and the number with its country code where it has or means one."""
    # Most come as E.164, which needs no parsing: the projector stores many of them at once.
    number = phone if phone.startswith("+") else normalize(phone) or phone
    return f"{fold(name)} {digits(number)}".strip()


@dataclass(frozen=True)
class Wanted:
    """One thing that was asked for: any of `spellings` must be there, or all of `pieces` if there are any."""

    spellings: tuple[str, ...]
    pieces: tuple[str, ...] = ()


def clean_query(text: str) -> str:
    """A search as it came from an address or a field: whatever it is, it can be asked."""
    return clean(" ".join(text[:LONGEST_QUERY].split()))


def read_query(text: str) -> list[Wanted]:
    """What must all be there: words, and numbers in any format, with or without country code and extension."""
    # "+44 (0)20": what is dialled inside of the country alone.
    folded = fold(_without_signed_extension(clean_query(text).replace("(0)", " ")).replace("+", " "))
    if len(digits(_EXTENSION.sub("", folded))) >= _WHOLE_NUMBER:
        folded = _EXTENSION.sub("", folded)
    wanted: list[Wanted] = []
    for is_number, run in groupby(_without_prefixes(folded.split()[:_MOST_WORDS]), key=str.isdecimal):
        words = tuple(run)
        wanted += _read_number(words) if is_number else [Wanted((word,)) for word in words]
    return wanted


def _without_signed_extension(text: str) -> str:
    found = _SIGNED_EXTENSION.search(text)
    # Behind less than a number with its area code it is the rest of that.
    is_behind_number = found is not None and len(digits(text[: found.start()])) >= _WITH_AREA
    return text[: found.start()] if found and is_behind_number else text


def _without_prefixes(words: list[str]) -> list[str]:
    """ "tel", "cell phone", "phone number" and the like say only that a number follows."""
    kept: list[str] = []
    leads_to_number = False
    for word in reversed(words):
        is_number = word.isdecimal() and len(word) >= _SHORTEST_PIECE
        leads_to_number = is_number or (leads_to_number and word in _BEFORE_NUMBERS)
        if is_number or not leads_to_number:
            kept.append(word)
    return kept[::-1]


def _read_number(words: tuple[str, ...]) -> list[Wanted]:
    whole = "".join(words)
    if len(whole) < _WHOLE_NUMBER:
        return [Wanted((word,)) for word in words]
    pieces = words if len(words) > 1 and min(map(len, words)) >= _SHORTEST_PIECE else ()
    return [Wanted(tuple(dict.fromkeys(_spellings(whole))), pieces)]


def _spellings(number: str) -> list[str]:
    """As it was typed, and without what one dials before it: 011, 00, 1 and 0."""
    spellings = [number]
    for dialled in ("011", "00", "0"):
        if number.startswith(dialled) and len(number) - len(dialled) >= _WHOLE_NUMBER:
            spellings.append(number.removeprefix(dialled))
    return spellings + [one[1:] for one in spellings if len(one) == _WITH_COUNTRY and one.startswith("1")]
