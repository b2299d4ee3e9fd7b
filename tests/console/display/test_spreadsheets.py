"""No cell that we write is a formula, in any locale, and each reads back as it was."""

from __future__ import annotations

import csv
import io
import re
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.display.spreadsheets import csv_bytes, defuse, restore, spreadsheet_bytes, spreadsheet_line

FORMULAS = [
    "=1+1",
    "+SUM(A1)",
    "-cmd|x",
    "@x",
    "|x",
    "%x",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://x")',
    "\uff1d1+2",
    "\uff0b1",
    "\uff0dx",
    "\uff20x",
    "\ufe661+2",
    " =1+1",
    "\u00a0=1",
    "\u3000=1",
    "\u200b=1",
    "\ufeff=1",
    "\u2060\u00ad=1",
    '"=1"',
    "'=1",
    "x;=1+2",
    "a;b;=HYPERLINK(1)",
    "x; =1",
    'x;"=1"',
    "x;\uff1d1",
    "x;\u00a0\u200b@x",
    "x\t=1",
    "x\n=1+2",
    "x\r\n+A1",
    "x\u2028=1",
    "x;;-A1",
]
# As a person's program may cut the line: at any of these.
SPLIT = re.compile("[;\t\r\n\x0b\x0c\x85\u2028\u2029]")
PIECES = st.lists(
    st.sampled_from(["=", "+", "-", "@", "'", '"', ";", "\t", "\n", " ", "\u00a0", "\u200b", "1", "x", "\uff1d"])
)


def is_formula(piece: str) -> bool:
    """What the most careless program would work out."""
    piece = piece.lstrip("\"' \u00a0\u3000\u200b\ufeff\u2060\u00ad\x00") if not piece.startswith("'") else ""
    is_number = re.fullmatch(r"[+-]?[0-9 ().,-]*", piece)
    return unicodedata.normalize("NFKC", piece)[:1] in set("=+-@|%") and not is_number


@pytest.mark.parametrize("cell", FORMULAS)
def test_formula_is_text_whatever_stands_before_it_and_wherever_the_cell_is_cut(cell: str) -> None:
    assert defuse(cell) != cell
    assert not any(is_formula(piece) for piece in SPLIT.split(defuse(cell)) if piece)


@pytest.mark.parametrize(
    "cell",
    [
        "+1 (212) 555-0101",
        "-12.5",
        "Ada",
        "",
        "10001-0001",
        "a=b",
        "'tis",
        "O'Neil; Sons",
        "x;y",
        "Troy\nNY",
        "a; +1 212",
    ],
)
def test_numbers_and_names_stay_as_they_are(cell: str) -> None:
    assert defuse(cell) == cell


@given(st.text() | PIECES.map("".join))
@example("'=1")
@example("''+1")
@example("'+1 212 555 0101")
@example("\t'\n=1")
@example("x;'=1")
@example("'\thello")
def test_what_was_defused_reads_back_and_holds_no_formula(cell: str) -> None:
    defused = defuse(cell)

    assert restore(defused) == cell
    assert defuse(cell) == cell or len(defused) > len(cell)
    assert not any(is_formula(piece) for piece in SPLIT.split(defused) if piece)


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=8), min_size=1), min_size=1))
def test_file_for_people_reads_back_as_it_was(rows: list[list[str]]) -> None:
    content = spreadsheet_bytes(rows, is_first=True).decode("utf-8-sig")

    read = [[restore(cell) for cell in row] for row in csv.reader(io.StringIO(content, newline=""), strict=True)]

    assert read == [row if row != [""] else [""] for row in rows]


@pytest.mark.parametrize("piece", ["\t", ";", " ", "'", '"', "\u00a0", "\t ", "; '"])
def test_long_cells_take_time_that_their_length_explains(piece: str) -> None:
    begun = time.process_time()
    restore(defuse(piece * 200_000))

    assert time.process_time() - begun < 2


def test_spreadsheet_knows_its_encoding() -> None:
    assert spreadsheet_bytes([["Köln"]], is_first=True) == b"\xef\xbb\xbfK\xc3\xb6ln\r\n"


def test_line_of_a_stream_has_every_cell_in_quotes() -> None:
    assert spreadsheet_line(["a", "=1"]) == '"a","\'=1"\r\n'


def test_file_for_machines_is_verbatim() -> None:
    assert csv_bytes([["=1", "a;=2"]]) == b"=1,a;=2\r\n"
