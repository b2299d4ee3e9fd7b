"""A person's name among the columns that were loaded for them, which are named and filled as the loader pleased."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from engage.sms.blanks import clean, is_blank

_FIRST_NAMES: Final = ("firstname", "first", "givenname")
_LAST_NAMES: Final = ("lastname", "last", "surname", "familyname")
_FULL_NAMES: Final = ("name", "fullname")
_KNOWN: Final = frozenset(_FIRST_NAMES + _LAST_NAMES + _FULL_NAMES)
_OWN_SPELLINGS: Final = frozenset(["FirstName", "LastName", "Name", "FullName"])

# No name of a column of ours is longer, and longer ones are not remembered.
_LONGEST_COLUMN: Final = 60

# What programs write for "nothing" and nobody is called, in these very letters: "Null" is a family name.
_NOTHING: Final = frozenset(["null", "NULL", "none", "None", "NONE", "undefined", "Undefined", "UNDEFINED", "NaN"]) | {
    *("nil", "n/a", "N/A", "N/a", "n.a.", "N.A.", "\\N", "(null)", "[null]", "<null>", "(none)", "(blank)", "(empty)")
}
# Names of some people, and nothing where the rest of the name is nothing too.
_MAYBE_NOTHING: Final = frozenset(["null", "nil", "na", "nan", "none", "unknown"])
# Letters, numbers, pictures; and what is private or too new to be known.
_IN_NAMES: Final = ("L", "N", "So", "Co", "Cn")
# #N/A, #NULL!, #VALUE!, #REF! and the like, as spreadsheets write them.
_ERROR_OF_SHEET: Final = re.compile(r"#[A-Z/0]{1,10}[!?]?")


def find_name(data: Mapping[str, object]) -> str:
    """First and last name, or the full one; empty when there is none, or none that a person would read as one."""
    columns = _columns(data)
    parts = [_first_of(columns, _FIRST_NAMES), _first_of(columns, _LAST_NAMES)]
    return _joined(parts) or _joined(_first_of(columns, _FULL_NAMES).split())


def _columns(data: Mapping[str, object]) -> dict[str, str]:
    """What is filled of them, by the letters of their names. Of two that read alike the usual spelling counts."""
    columns: dict[str, str] = {}
    for name, value in data.items():
        if len(name) > _LONGEST_COLUMN:
            continue
        letters = _letters_of(name)
        # Of true, lists and objects no person is called.
        if letters not in _KNOWN or isinstance(value, bool) or not isinstance(value, str | int | float):
            continue
        text = " ".join(clean(str(value)).split())
        if not _is_nothing(text) and (letters not in columns or name in _OWN_SPELLINGS):
            columns[letters] = text
    return columns


@lru_cache(maxsize=4096)
def _letters_of(name: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", name))).casefold()


def _first_of(columns: Mapping[str, str], names: Iterable[str]) -> str:
    return next((columns[name] for name in names if columns.get(name)), "")


def _joined(parts: list[str]) -> str:
    """With what is nothing left out, unless it may be a name beside a real one."""
    kept = [part for part in parts if part and not _is_nothing(part)]
    words = " ".join(kept).split()
    return "" if all(_is_nothing(word) or word.casefold() in _MAYBE_NOTHING for word in words) else " ".join(kept)


def _is_nothing(text: str) -> bool:
    """Blank, a word for nothing, or dashes and dots alone. A picture may be what somebody calls themselves."""
    if text in _NOTHING or (text.startswith("#") and _ERROR_OF_SHEET.fullmatch(text)):
        return True
    if text.isascii():
        return not any(map(str.isalnum, text))
    return is_blank(text) or not any(unicodedata.category(sign).startswith(_IN_NAMES) for sign in text)
