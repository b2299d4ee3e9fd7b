"""One form for all that looks alike: what a person would read, in small Latin letters where it looks like them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

# Carriers join texts up to about 1,600 characters. What is forged may be longer, and one character of it may stand for
# eighteen once it is folded: more than this is read neither before nor after.
LONGEST: Final = 4_000

# By look, in pairs: the sign and what it is read as. Capitals stand where they look unlike their small letter's twin.
_LOOK_ALIKES: Final = (
    # Cyrillic
    "аa вb сc ԁd еe гr һh іi јj кk ӏl мm нh пn оo рp ԛq ѕs тt цu иu ѵv ԝw хx уy үy ьb яr"
    # Greek
    " αa βb ϲc σo δd εe ηn ιi κk μm νv οo ρp ςs τt υu χx γy ωw Ηh Νn Ρp Τt Υy Χx Βb Ιi Σe"
    # Armenian, Cherokee, Lisu, Coptic, Georgian
    " օo ոn սu հh ցg զq յj Տs Ꮪs Ꮥs Ꭲt Ꮲp Ꮎo Ꮯc Ꭼe Ꭺa Ᏼb Ꮮl Ꮢr Ꮇm Ꮋh Ꮶk Ꮐg ꓢs ꓔt ꓳo ꓑp ꓴu ꓠn ꓐb ꓚc ꓰe ꓮa ꓡl ꓣr ꓟm ꓗk"
    " ⲟo ⲣp ⲥc ⲧt օo Შs"
    # Signs
    " ₱p ₮t §s ∅o ◯o ○o ●o ⭕o ⚪o ⚫o ℗p ©c €e £l ¢c ₵c ₳a ₴s ₲g ₦n ℮e ∩n µu †t ʘo ◎o ☉o Ƨs ƨs"
)
_TWINS: Final = {pair[0]: pair[1] for pair in _LOOK_ALIKES.split()}
_APOSTROPHES: Final = "'\u2018\u2019\u02bb\u02bc\u00b4\u2032\uff07`"
_SPECIAL: Final = {
    **dict.fromkeys(_APOSTROPHES, ""),
    **dict.fromkeys("\t\x1c\x1d\x1e\x1f\u2800", " "),
    **dict.fromkeys("\n\r\x0b\x0c\x85\u2028\u2029", "\n"),
    **dict.fromkeys("\u061f\u2753\u2754\u203d\u055e", "?"),
    **dict.fromkeys("\u3002\u06d4\u0964", "."),
    **dict.fromkeys("\u060c\u3001", ","),
    # Fillers of Korean writing are letters that nobody sees.
    **dict.fromkeys("\u115f\u1160\u3164\uffa0", ""),
}
# "LATIN LETTER SMALL CAPITAL S", "NEGATIVE SQUARED LATIN CAPITAL LETTER S", "LATIN SMALL LETTER O WITH STROKE" …
_NAMED_LETTER: Final = re.compile(
    r"(?:\w+ ){0,6}?(?:LATIN|REGIONAL INDICATOR SYMBOL) (?:\w+ ){0,6}?LETTER (?:SMALL CAPITAL |TURNED |REVERSED "
    r"|DOTLESS |OPEN |BARRED |SIDEWAYS ){0,4}([A-Z])(?: .*)?"
)
_INVISIBLE: Final = frozenset(("Cf", "Mn", "Me", "Cc", "Cs", "Co"))
# Where letters stand that are named after Latin ones without being made of them.
_LATIN: Final = (
    (0x80, 0x2AF),
    (0x1D00, 0x1DBF),
    (0x2C60, 0x2C7F),
    (0xA720, 0xA7FF),
    (0xAB30, 0xAB6F),
    (0x10780, 0x107BF),
    (0x1DF00, 0x1DF2F),
    (0x1F100, 0x1F1FF),
)


def _name_letters() -> dict[str, str]:
    """Names are slow to ask for: once, and of no other characters."""
    named = {
        chr(code): _NAMED_LETTER.fullmatch(unicodedata.name(chr(code), ""))
        for first, last in _LATIN
        for code in range(first, last + 1)
    }
    return {character: found[1].lower() for character, found in named.items() if found}


_LETTERS: Final = _name_letters() | _TWINS
_FIXED: Final = _TWINS | _SPECIAL


def _fold_characters(characters: Iterable[str]) -> dict[int, str]:
    """Each by itself, but all in one call: normalizing them one after the other takes five times as long."""
    apart = list(characters)
    folded: dict[int, str] = {}
    category, letter_of, fixed = unicodedata.category, _LETTERS.get, _FIXED.get
    all_parts = unicodedata.normalize("NFKD", "\0".join(apart)).casefold().split("\0")
    for character, parts in zip(apart, all_parts, strict=True):
        if (known := fixed(character)) is not None:
            folded[ord(character)] = known
        elif category(character) in _INVISIBLE:
            folded[ord(character)] = ""
        elif len(parts) == 1:
            folded[ord(character)] = letter_of(parts, parts)
        elif parts.isascii():
            folded[ord(character)] = parts
        else:
            seen = [letter_of(part, part) for part in parts if category(part) not in _INVISIBLE]
            folded[ord(character)] = "".join(seen)
    return folded


# All that may be read otherwise than it stands. Worked out at once, when the program starts, for a text of thousands of
# characters that were never seen before would be slow to read. What is left out is unassigned, or Han or Hangul, which
# look like nothing else.
_READ: Final = (
    (0x1, 0x3400),
    (0x4DC0, 0x4E00),
    (0xA000, 0xAC00),
    (0xD7B0, 0xD800),
    (0xF900, 0x14680),
    (0x16000, 0x17000),
    (0x1AFF0, 0x20000),
    (0x2F800, 0x2FA20),
    (0xE0000, 0xE0200),
)


def _fold_all() -> dict[int, str]:
    """Only of those that change: to `str.translate` the others stand for themselves."""
    folded = _fold_characters(chr(code) for first, last in _READ for code in range(first, last))
    return {code: read for code, read in folded.items() if len(read) != 1 or ord(read) != code} | {0: ""}


_FOLDING: Final = _fold_all()
# Halves of pairs and private signs: nobody knows what they show.
_NOTHING: Final = re.compile("[\ud800-\uf8ff\U000f0000-\U0010ffff]+")
# Two of these letters are a flag, more are spelled out.
_FLAG: Final = re.compile("(?<![\U0001f1e6-\U0001f1ff])[\U0001f1e6-\U0001f1ff]{2}(?![\U0001f1e6-\U0001f1ff])")
_MAY_BE_FLAG: Final = re.compile("[\U0001f1e6-\U0001f1ff]")


def fold(text: str) -> str:
    """Small letters without marks; what cannot be seen and apostrophes are gone; line breaks and signs stay."""
    if text.isascii():
        return text.translate(_FOLDING)[:LONGEST]
    if _MAY_BE_FLAG.search(text):
        text = _FLAG.sub(" ", text)
    return _NOTHING.sub("", text).translate(_FOLDING)[:LONGEST]


# Within a word a digit stands for the letter that it looks like: "st0p", "5top". "2" is a word of its own, "stop2quit".
_DISGUISE: Final = re.compile(r"(?<![01345$7@])[01345$7@]++(?=[a-z])|(?<=[a-z])[01345$7@]+(?=[a-z]|\b|$)")
_UNDISGUISED: Final = str.maketrans("01345$7@", "oieassta")


def undisguise(folded: str) -> str:
    """Letters for the digits and signs that stand amid letters."""
    return _DISGUISE.sub(lambda found: found[0].translate(_UNDISGUISED), folded)


# Words at a glance, for the quick look: one pass, certain to find at least what `undisguise` and the rules would.
_GLANCE: Final = "".join(
    chr(code).translate(_UNDISGUISED) if chr(code).isalnum() or chr(code) in "$@" else " " for code in range(128)
)


_STRANGE_SIGNS: Final = re.compile(r"[^\w$@]+")


def glance(folded: str) -> str:
    if not folded.isascii():
        folded = _STRANGE_SIGNS.sub(" ", folded)
    return folded.translate(_GLANCE)


_UPSIDE_DOWN: Final = dict(zip("ɐqɔpǝɟƃɓɥıᴉɾʞʅɯuodbɹʇnʌʍʎ", "abcdefgghiijklmnopqrtuvwy", strict=True)) | {
    "s": "s",
    "S": "s",
    "O": "o",
    "x": "x",
    "z": "z",
    "l": "l",
    "⊥": "t",
    "Ԁ": "p",
    "∩": "u",
    "Ո": "u",
}
_TURNED_AT_MOST: Final = 200
_TURNED: Final = re.compile("[ɐɔǝɟƃɥᴉʞɯɹʇʌʍʎ⊥]")


def turn_over(text: str) -> str:
    """A text that stands on its head, read the other way round; empty for any other."""
    if text.isascii() or len(text) > _TURNED_AT_MOST or not _TURNED.search(text):
        return ""
    return "".join(_UPSIDE_DOWN.get(character, character) for character in reversed(text))
