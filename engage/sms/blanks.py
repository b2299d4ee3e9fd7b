"""What shows nothing in a text: one definition of "blank" for all that comes from outside."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Letters that fonts draw as nothing: fillers of Hangul, the empty Braille cell, a picture that did not come along.
_EMPTY_LETTERS: Final = "\u115f\u1160\u2800\u3164\uffa0\ufffc"
# Separators, controls, formats, and marks, which show nothing without a letter to stand on.
_EMPTY_CATEGORIES: Final = ("Z", "C", "M")
# Inside of words and pictures these two say how letters join, and the rest of `Cf` says nothing.
_JOINERS: Final = "\u200c\u200d"


def is_blank(text: str) -> bool:
    """Whether nothing of it would be seen."""
    return all(shows_nothing(character) for character in text)


def shows_nothing(character: str) -> bool:
    return character in _EMPTY_LETTERS or unicodedata.category(character)[0] in _EMPTY_CATEGORIES


def clean(text: str) -> str:
    """One line or several as a person reads them: every kind of space is one, and what cannot be seen is gone.

    Joiners stay inside: emoji and some scripts are written with them.
    """
    if text.isascii() and not _CONTROL.search(text):
        return text.strip()
    text = _UNSEEN.sub("", _SPACE.sub(" ", _LINE_END.sub("\n", text)))
    return text.strip(f" \n{_JOINERS}{_EMPTY_LETTERS}")


def _characters(*, of: tuple[str, ...], but: str = "") -> str:
    """All of the basic plane in these categories, for a regular expression."""
    found = (chr(code) for code in range(0x10000) if unicodedata.category(chr(code)) in of)
    return "".join(re.escape(character) for character in found if character not in but)


# Line feeds are kept: a cell may hold an address.
_LINE_END: Final = re.compile(r"\r\n?")
_SPACE: Final = re.compile(rf"[{_characters(of=('Zs', 'Zl', 'Zp'))}\t\x0b\x0c\x85]")
_UNSEEN: Final = re.compile(rf"[{_characters(of=('Cf', 'Cc'), but=_JOINERS + chr(10))}]")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
