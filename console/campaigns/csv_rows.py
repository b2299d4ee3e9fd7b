"""The rows of a CSV file, one by one from any place in it: memory does not grow with the file."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final

from console.campaigns.csv_inspection import BYTE_ORDER_MARK, LONGEST_LINE, MIXED, UTF_8, WINDOWS_1252, BadFile
from engage.sms.blanks import is_blank

DELIMITERS: Final = {",": "Commas", ";": "Semicolons", "\t": "Tabs", "|": "Vertical bars"}
MOST_COLUMNS: Final = 200

# As Excel writes it at the top of a file, and reads it.
_SAID: Final = re.compile(r"sep=(.)", re.IGNORECASE)
_SHORT_LINE: Final = 16
_BLOCK: Final = 64 * 1024
_LONGEST_ROW: Final = 2 * LONGEST_LINE
_ROWS_TO_SNIFF: Final = 50
# Rows of one kind, with a few that are broken.
_ENOUGH_ALIKE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Row:
    """`number` counts as a spreadsheet does, from 1; `end` is where the next row begins, in bytes."""

    number: int
    end: int
    cells: list[str]
    # A line of it was in another encoding than the file.
    is_patched: bool = False

    @property
    def is_blank(self) -> bool:
        return all(map(is_blank, self.cells))


def read_rows(file: BinaryIO, *, encoding: str, delimiter: str, start: int = 0, number: int = 0) -> Iterator[Row]:
    """Rows from the byte `start`, where row `number` ended. Line breaks inside quotes belong to their cell.

    Raises BadFile for what cannot be a row.
    """
    lines = _Lines(file, encoding, start)
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        number += 1
        lines.begin_row(number)
        try:
            cells = next(reader, None)
        except csv.Error as error:
            # The one thing that it does not put up with.
            raise BadFile(
                f"Row {number:,} has a cell of more than {csv.field_size_limit():,} characters: "
                "a quotation mark is opened in it and never closed, or line breaks are missing."
            ) from error
        if cells is None:
            return
        if lines.is_over:
            # It wanted another line: only inside of quotes does it.
            raise BadFile(f"Row {number:,} opens a quotation mark that is never closed.")
        if len(cells) > MOST_COLUMNS:
            raise BadFile(f"Row {number:,} has {len(cells):,} columns; at most {MOST_COLUMNS} can be read.")
        yield Row(number, lines.position, cells, lines.is_patched)


def sniff_delimiter(file: BinaryIO, *, encoding: str) -> str:
    """What the first line says, else what makes the first rows the widest while they stay alike, else a comma."""
    file.seek(0)
    first = file.read(_SHORT_LINE).removeprefix(BYTE_ORDER_MARK).decode("latin-1").splitlines()
    if first and (said := _SAID.fullmatch(first[0].strip(' "'))) and said[1] in DELIMITERS:
        return said[1]
    widths = {delimiter: _typical_width(file, encoding, delimiter) for delimiter in DELIMITERS}
    widest = max(widths, key=lambda delimiter: widths[delimiter])
    return widest if widths[widest] > 1 else ","


def is_separator_line(row: Row, delimiter: str) -> bool:
    """`sep=;` comes apart at what it names."""
    said = _SAID.fullmatch(delimiter.join(row.cells).strip())
    return row.number == 1 and said is not None and said[1] in DELIMITERS


def _typical_width(file: BinaryIO, encoding: str, delimiter: str) -> int:
    """How many columns the rows have; 0 when they do not agree."""
    widths: Counter[int] = Counter()
    try:
        for row in islice(read_rows(file, encoding=encoding, delimiter=delimiter), _ROWS_TO_SNIFF):
            if not row.is_blank:
                widths[len(row.cells)] += 1
    except BadFile:
        # The rows before it may tell enough.
        pass
    if not widths:
        return 0
    width, count = widths.most_common(1)[0]
    return width if count >= _ENOUGH_ALIKE * widths.total() else 0


class _Lines:
    """Lines for the csv module, and the place in the file where the last one it took ends."""

    def __init__(self, file: BinaryIO, encoding: str, start: int) -> None:
        self.position = start
        self.is_over = False
        self.is_patched = False
        self._encoding = encoding
        self._pieces = _split(file, start)
        self._row = 0
        self._row_start = start

    def begin_row(self, number: int) -> None:
        self._row = number
        self._row_start = self.position
        self.is_over = False
        self.is_patched = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        piece = next(self._pieces, None)
        if piece is None:
            self.is_over = True
            raise StopIteration
        is_first = self.position == 0
        self.position += len(piece)
        if self.position - self._row_start > _LONGEST_ROW:
            raise BadFile(
                f"Row {self._row:,} goes on over {_LONGEST_ROW:,} characters: "
                "a quotation mark is opened in it and never closed, or line breaks are missing."
            )
        if is_first:
            piece = piece.removeprefix(BYTE_ORDER_MARK)
        return self._decode(piece)

    def _decode(self, line: bytes) -> str:
        if self._encoding != MIXED:
            return line.decode(self._encoding)
        try:
            return line.decode(UTF_8)
        except UnicodeDecodeError:
            self.is_patched = True
            return line.decode(WINDOWS_1252, "replace")


def _split(file: BinaryIO, start: int) -> Iterator[bytes]:
    """Lines with their ends: LF, CR LF, or CR alone."""
    file.seek(start)
    rest = b""
    while block := file.read(_BLOCK):
        pieces = (rest + block).splitlines(keepends=True)
        # It may go on in the next block, or be a CR whose LF comes there.
        rest = pieces.pop()
        yield from pieces
        if len(rest) > LONGEST_LINE + _BLOCK:
            raise BadFile(f"There is a line of more than {LONGEST_LINE:,} characters.")
    if rest:
        yield rest
