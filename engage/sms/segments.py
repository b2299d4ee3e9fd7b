"""How a text travels: its encoding, how many parts it is sent in, and what makes it dearer than it looks.

`static/js/segments.js` counts the same way with the same tables; a test holds the two together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

Encoding = Literal["GSM-7", "UCS-2"]

# 3GPP TS 23.038 §6.2.1, in code order, without ESC. It holds Ç but not ç; one character from outside makes the whole
# text UCS-2.
BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅå\u0394_\u03a6\u0393\u039b\u03a9\u03a0\u03a8\u03a3\u0398\u039eÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Sent as ESC and a second septet, which stay together.
EXTENSION: Final = "\f^{}\\[~]|€"

_SEPTETS: Final = dict.fromkeys(BASIC, 1) | dict.fromkeys(EXTENSION, 2)
# Room in a text of one part, and in each part of a longer one (the rest goes to the header that joins them).
_ROOM: Final[dict[Encoding, tuple[int, int]]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}

# Read as: every character on the right may be sent as the one on the left.
LOOK_ALIKES: Final = {
    "'": "`\xb4\u2018\u2019\u201a\u201b\u2032\u2035\u2039\u203a\u275b\u275c\uff40"
    "\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb",
    '"': "«»\u201c\u201d\u201e\u201f\u2033\u2036\u02ba\u02ee\u275d\u275e\u301d\u301e\u301f",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63",
    " ": "\t\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "\n": "\x0b\x85\u2028\u2029",
    # Soft hyphen, zero-width space, word joiner and byte order mark show nothing. Joiners stay: emoji need them.
    "": "\xad\u200b\u2060\ufeff",
    "...": "\u2026",
    "..": "\u2025",
    "*": "\u2022\u2217\u2219",
    "/": "\u2044\u2215\xf7",
    "x": "\xd7",
    "^": "\u02c6",
    "~": "\u02dc\u223c",
    ":": "\u2236",
    "|": "¦",
    "£": "\uffe1",
    "¥": "\uffe5",
    "ff": "\ufb00",
    "fi": "\ufb01",
    "fl": "\ufb02",
    "ffi": "\ufb03",
    "ffl": "\ufb04",
    "st": "\ufb05\ufb06",
    "No.": "\u2116",
    "(TM)": "\u2122",
    "(c)": "©",
    "(R)": "®",
}
FRACTIONS: Final = {
    sign: unicodedata.normalize("NFKC", sign).replace("\u2044", "/")
    for sign in "¼½¾\u2150\u2151\u2152\u2153\u2154\u2155\u2156\u2157\u2158\u2159\u215a\u215b\u215c\u215d\u215e"
}
# Full-width forms stand at a fixed distance from ASCII; look-alikes win, for the full-width grave accent.
SWAPS: Final = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {
    character: plain for plain, characters in LOOK_ALIKES.items() for character in characters
}
# An accent typed as a mark of its own, joined to its letter where GSM-7 has the pair as one character.
JOINED: Final = {unicodedata.normalize("NFD", letter): letter for letter in BASIC if unicodedata.decomposition(letter)}

# A phone puts an invisible variation selector behind ©, ® and ™: it goes with them.
_SWAPPED: Final = re.compile(f"([{''.join(SWAPS)}])[\ufe0e\ufe0f]?")
_FRACTION: Final = re.compile(f"([0-9]?)([{''.join(FRACTIONS)}])")
_SEPARATE_ACCENT: Final = re.compile("|".join(JOINED))


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs. `units` are septets in GSM-7 and UTF-16 code units in UCS-2.

    The meter to show is `units` of `units + units_left`: a text of one part reads 12/160, an empty one 0/160 in 1 part.
    """

    encoding: Encoding
    units: int
    units_per_part: int
    parts: int
    units_left: int
    """Room left in the last part."""
    offending: tuple[str, ...]
    """The distinct characters that force UCS-2, in order of appearance."""


def count(text: str) -> Segments:
    """Count the parts of a text as it would leave, merge fields filled. Lines end in \\n: \\r\\n counts two."""
    offending = tuple(dict.fromkeys(character for character in text if character not in _SEPTETS))
    if offending:
        return _fit("UCS-2", [2 if character > "\uffff" else 1 for character in text], offending)
    return _fit("GSM-7", [_SEPTETS[character] for character in text], offending)


def _fit(encoding: Encoding, sizes: list[int], offending: tuple[str, ...]) -> Segments:
    alone, joined = _ROOM[encoding]
    units = sum(sizes)
    if units <= alone:
        return Segments(encoding, units, alone, 1, alone - units, offending)
    parts, used = _pack(sizes, joined)
    return Segments(encoding, units, joined, parts, joined - used, offending)


def _pack(sizes: Iterable[int], room: int) -> tuple[int, int]:
    """Fill parts in order, never splitting a character: how many parts, and the units used in the last one."""
    parts, used = 1, 0
    for size in sizes:
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts, used


def safe_swap(text: str) -> str:
    """The same text with look-alikes put in plain characters that GSM-7 has; an accent is never dropped.

    Worth offering only where `count` then needs fewer parts; what changed is for the writer to see.
    """
    plain = _SWAPPED.sub(lambda match: SWAPS[match[1]], text)
    # 2½ becomes 2 1/2: without the space it would read 21/2.
    plain = _FRACTION.sub(lambda match: f"{match[1]}{' ' if match[1] else ''}{FRACTIONS[match[2]]}", plain)
    return _SEPARATE_ACCENT.sub(lambda match: JOINED[match[0]], plain)


@lru_cache(maxsize=1024)
def character_name(character: str) -> str:
    """For display: "© copyright sign"; a character that shows nothing has its name alone."""
    name = "tab" if character == "\t" else unicodedata.name(character, f"U+{ord(character):04X}")
    name = name if name.startswith("U+") else name.lower()
    category = unicodedata.category(character)
    if category[0] in "ZC":
        return name
    # A combining mark needs something to stand on.
    glyph = f"\u25cc{character}" if category[0] == "M" else character
    return f"{glyph} {name}"
