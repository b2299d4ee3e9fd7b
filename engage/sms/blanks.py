"""What shows nothing in a text: one definition of "blank" for all that comes from outside."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Letters that fonts draw as nothing: fillers of Hangul, the empty Braille cell, a picture that did not come along.
_EMPTY_LETTERS: Final = "\u115f\u1160\u2800\u3164\uffa0\ufffc"
# Separators, controls, formats, halves of characters, and marks, which show nothing without a letter to stand on. What
# is private or not assigned yet is drawn as something, a new emoji for one.
_EMPTY_CATEGORIES: Final = frozenset(["Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Mn", "Mc", "Me"])
# Signs of Arabic and Syriac numbers, which stand in front of them and are seen.
_SEEN_FORMATS: Final = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
# Inside of words and pictures these two say how letters join, and the rest of `Cf` says nothing.
_JOINERS: Final = "\u200c\u200d"


def is_blank(text: str) -> bool:
    """Whether nothing of it would be seen."""
    return all(shows_nothing(character) for character in text)


def shows_nothing(character: str) -> bool:
    if character in _EMPTY_LETTERS or 0xE0000 <= ord(character) <= 0xE0FFF:
        return True
    return unicodedata.category(character) in _EMPTY_CATEGORIES and character not in _SEEN_FORMATS


def first_shown(*texts: str) -> str:
    """The first of them in which something is to be seen; empty if there is none."""
    return next((text for text in texts if not is_blank(text)), "")


def storable(text: str) -> str:
    """As every database can hold it: without NUL, and with halves of surrogate pairs replaced by U+FFFD."""
    return _SURROGATE.sub("\ufffd", text.replace("\0", ""))


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


_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# Line feeds are kept: a cell may hold an address.
_LINE_END: Final = re.compile(r"\r\n?")
_SPACE: Final = re.compile(rf"[{_characters(of=('Zs', 'Zl', 'Zp'))}\t\x0b\x0c\x85]")
_UNSEEN: Final = re.compile(rf"[{_characters(of=('Cf', 'Cc', 'Cs'), but=_JOINERS + _SEEN_FORMATS + chr(10))}]")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
