"""Where in a file its leads begin: below title lines, a line that names the separator, and the header."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from console.campaigns.csv_rows import Row, is_separator_line
from console.display.spreadsheets import restore
from engage.sms.blanks import clean, is_blank

ROWS_LOOKED_AT: Final = 50
# What the file of the rows left out begins with: number and reason of each.
OURS: Final = ("Row", "Why")
_TITLE_LINES: Final = 12


def folded(name: str) -> str:
    """A header or field as people compare them: letters and digits of any width, without case and accents."""
    plain = unicodedata.normalize("NFKD", name)
    return re.sub(r"[\W_]+", "", "".join(one for one in plain if not unicodedata.combining(one))).casefold()


def find_header(rows: Sequence[Row], names: Collection[str]) -> int:
    """Which of these rows is the header: the first, unless one further down names more fields. `names` are folded."""
    known = [sum(folded(cell) in names for cell in row.cells) for row in rows[:_TITLE_LINES]]
    best = max(known, default=0)
    # Of a single word in a title nothing follows.
    wanted = min(2, max((len(row.cells) for row in rows), default=0))
    return known.index(best) if known and known[0] < best and best >= wanted else 0


def headers_of(row: Row) -> list[str]:
    return [clean(cell) for cell in row.cells]


def without_blanks(rows: Iterable[Row], delimiter: str) -> Iterator[Row]:
    """Rows that say something of leads."""
    return (row for row in rows if not row.is_blank and not is_separator_line(row, delimiter))


def first_rows(rows: Iterable[Row], delimiter: str) -> list[Row]:
    return list(islice(without_blanks(rows, delimiter), ROWS_LOOKED_AT))


def usual_width(rows: Sequence[Row]) -> int:
    """How many cells most of them have; 0 where they do not agree."""
    widths = Counter(len(row.cells) for row in rows)
    width, count = widths.most_common(1)[0] if widths else (0, 0)
    return width if 2 * count >= len(rows) else 0


def width_of(header: Row | None, rows: Sequence[Row]) -> int:
    """Columns: those with a name; of a file without a header, what most rows have. More cells are no column."""
    if header is None:
        return usual_width(rows) or max((len(row.cells) for row in rows), default=0)
    named = [index for index, cell in enumerate(header.cells) if not is_blank(cell)]
    return named[-1] + 1 if named else len(header.cells)


def is_ours(header: Sequence[str]) -> bool:
    """Whether it is the file of rows left out, which somebody has mended and brings back."""
    return tuple(header[: len(OURS)]) == OURS


def as_they_were(rows: Iterable[Row]) -> Iterator[Row]:
    """Of a file that we wrote for a spreadsheet: without the apostrophes that kept formulas from running there."""
    return (replace(row, cells=[restore(cell) for cell in row.cells]) for row in rows)
