"""CSV that people open in a spreadsheet: what somebody once typed is text there, whatever the reader's locale."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from engage.sms.blanks import shows_nothing

MARK: Final = codecs.BOM_UTF8.decode()

# Where a spreadsheet may begin a new cell inside of ours: many locales split at semicolons, and then a line break in
# quotes ends the row as well. Commas are not among them: they split only where our quotation marks are understood.
_BREAKS: Final = ";|\t\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


def _class(characters: Iterable[str]) -> str:
    return f"[{''.join(map(re.escape, characters))}]"


def _begins_formula(character: str) -> bool:
    """Also in full width, small or raised: some programs fold such signs before they look."""
    return unicodedata.normalize("NFKC", character)[:1] in tuple("=+-@|%") or character == "\u2212"


_ALL: Final = [chr(code) for code in range(0x10000)]
_SIGN: Final = _class(filter(_begins_formula, _ALL))
# What may stand before the sign and changes nothing: blanks of all kinds, what cannot be seen, quotation marks.
_SKIPPED: Final = [character for character in _ALL if character in "\"'" or shows_nothing(character)]
_BEFORE: Final = f"{_class(character for character in _SKIPPED if character not in _BREAKS)}*"
_BREAK: Final = _class(_BREAKS)
# A plain number works out to itself, and phone numbers begin with a plus.
_NUMBER: Final = r" *+[+-]?[0-9 ().,-]*"
_DANGER: Final = rf"(?={_BEFORE}{_SIGN})(?!{_NUMBER}(?:{_BREAK}|\Z))"

_FIRST: Final = re.compile(rf"{_class(_SKIPPED)}*{_SIGN}|'*[\t\r\n\x00]")
_PLAIN: Final = re.compile(_NUMBER)
_LATER: Final = re.compile(rf"(?<={_BREAK}){_DANGER}")
_LATER_DEFUSED: Final = re.compile(rf"(?<={_BREAK})'{_DANGER}")
# Nearly every cell has none of these, and needs no closer look.
_SUSPICIOUS: Final = re.compile(rf"{_SIGN}|[\t\r\n\x00]")


def defuse(text: str) -> str:
    """The text with an apostrophe before whatever a spreadsheet would work out; `restore` takes it back."""
    if not _SUSPICIOUS.search(text):
        return text
    text = _LATER.sub("'", text)
    return f"'{text}" if _is_formula(text) else text


def restore(text: str) -> str:
    """What `defuse` was given."""
    if "'" not in text:
        return text
    text = _LATER_DEFUSED.sub("", text)
    return text[1:] if text.startswith("'") and _is_formula(text[1:]) else text


def _is_formula(text: str) -> bool:
    return bool(_FIRST.match(text)) and not _PLAIN.fullmatch(text)


def csv_bytes(rows: Iterable[Iterable[str]]) -> bytes:
    """For machines, verbatim: UTF-8, commas, CR LF; quotes where a cell needs them."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    # Half of a character pair can stand in no encoding; what a file held cannot bring one here.
    return text.getvalue().encode()


def spreadsheet_bytes(rows: Iterable[Iterable[str]], *, is_first: bool = False) -> bytes:
    """The same for people: no cell is a formula, and the mark that makes Excel read UTF-8 stands in front."""
    return (MARK if is_first else "").encode() + csv_bytes([defuse(cell) for cell in row] for row in rows)


def spreadsheet_line(cells: Sequence[str]) -> str:
    """One row, every cell in quotes; a stream of them begins with `MARK`."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerow([defuse(cell) for cell in cells])
    return text.getvalue()
