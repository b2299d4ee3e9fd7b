"""CSV as other programs read it: for the platform verbatim, for people's spreadsheets without formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

from console.campaigns.csv_inspection import BYTE_ORDER_MARK

# A spreadsheet runs a cell that begins so, even when it came out of somebody's list.
_FORMULA: Final = re.compile(r"[=+\-@\t\r\n]")
_NUMBER: Final = re.compile(r"[+-]?[0-9 ().,-]*", re.ASCII)


def csv_bytes(rows: Iterable[Iterable[str]]) -> bytes:
    """UTF-8, commas, CR LF; quotes where a cell needs them."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    # Half of a character pair can stand in no encoding; what a file held cannot bring one here.
    return text.getvalue().encode()


def spreadsheet_bytes(rows: Iterable[Iterable[str]], *, is_first: bool = False) -> bytes:
    """The same for people: no cell is a formula, and the mark that makes Excel read UTF-8 stands in front."""
    mark = BYTE_ORDER_MARK if is_first else b""
    return mark + csv_bytes([defused(cell) for cell in row] for row in rows)


def defused(cell: str) -> str:
    """Text for a spreadsheet; plain numbers, such as of phones, stay as they are."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell
