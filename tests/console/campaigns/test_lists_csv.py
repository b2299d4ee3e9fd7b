"""Files as people bring them: encodings, separators, quotes, and what is no list of leads at all."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.campaigns.csv_inspection import LONGEST_LINE, UTF_8, WINDOWS_1252, BadFile, Inspection
from console.campaigns.csv_rows import read_rows, sniff_delimiter
from console.display.spreadsheets import csv_bytes

CELLS = st.text(alphabet='ab é😀,;"\n\r\t=', max_size=8)
# A row of one empty cell is a blank line, and blank lines are nothing.
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=8)


def inspect(content: bytes, piece: int = 64 * 1024) -> str:
    inspection = Inspection()
    for start in range(0, len(content), piece):
        inspection.feed(content[start : start + piece])
    return inspection.find_encoding()


def cells(content: bytes, *, encoding: str = UTF_8, delimiter: str = ",") -> list[list[str]]:
    rows = read_rows(io.BytesIO(content), encoding=encoding, delimiter=delimiter)
    return [row.cells for row in rows]


# Encodings.


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"Phone\n2125550101\n", UTF_8),
        ("Phone,Name\n2125550101,José 😀\n".encode(), UTF_8),
        ("Phone,Name\n2125550101,José\n".encode("utf-8-sig"), UTF_8),
        ("Phone,Name\n2125550101,José\n".encode("cp1252"), WINDOWS_1252),
        ("Preis\n“20 €”\n".encode("cp1252"), WINDOWS_1252),
    ],
)
def test_encoding_is_found(content: bytes, encoding: str) -> None:
    assert inspect(content) == encoding


def test_letter_cut_by_the_pieces_of_an_upload_is_still_utf_8() -> None:
    assert inspect("Phone,Name\n2125550101,😀😀😀\n".encode(), piece=3) == UTF_8


def test_byte_order_mark_is_no_part_of_the_first_header() -> None:
    assert cells("Phone,Ort\n1,Köln\n".encode("utf-8-sig")) == [["Phone", "Ort"], ["1", "Köln"]]


def test_windows_1252_is_read_as_it_was_written() -> None:
    content = "Name;Ort\nJosé;Köln\n“x”;€\n".encode("cp1252")

    assert cells(content, encoding=inspect(content), delimiter=";")[1:] == [["José", "Köln"], ["“x”", "€"]]


# What cannot be read.


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest of a workbook", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel workbook"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8brest", "compressed"),
        ("Phone\n2125550101\n".encode("utf-16"), "UTF-16"),
        ("Phone\n2125550101\n".encode("utf-16-be"), "NUL byte"),
        (b"Phone\n2125550101\n212\x0055\n", "Line 3 holds a NUL byte"),
        (b"Phone\n\xff\x81\x8d\n", "no encoding we know"),
        (b"Phone\n" + b"9" * (LONGEST_LINE + 1), "Line 2 is longer than 262,144 characters"),
        (b"a" * LONGEST_LINE + b"b\n2125550101\n", "Line 1 is longer"),
    ],
)
@pytest.mark.parametrize("piece", [7919, 64 * 1024])
def test_what_is_no_list_is_said_in_words(content: bytes, words: str, piece: int) -> None:
    with pytest.raises(BadFile) as caught:
        inspect(content, piece)

    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'Phone,Name\n1,Ada\n2,"Ben\n3,Sue\n4,Eve\n', "Row 3 opens a quotation mark that is never closed"),
        (b'Phone,Name\n2,"Ben' + b"x" * 200_000 + b'"\n', "Row 2 has a cell of more than 131,072 characters"),
        (b'Phone,Name\n2,"Ben' + b"\n2,x" * 200_000, "Row 2"),
        (b",".join(b"x" for _ in range(201)), "Row 1 has 201 columns"),
    ],
)
def test_row_that_cannot_be_one_is_named(content: bytes, words: str) -> None:
    with pytest.raises(BadFile) as caught:
        cells(content)

    assert words in str(caught.value)


def test_line_without_end_is_given_up_before_it_fills_the_memory() -> None:
    file = io.BytesIO(b"x" * (10 * LONGEST_LINE))

    with pytest.raises(BadFile):
        list(read_rows(file, encoding=UTF_8, delimiter=","))

    assert file.tell() < 3 * LONGEST_LINE


# Rows.


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_one(end: str) -> None:
    content = end.join(["a,b", "1,2", "3,4"]).encode()

    assert cells(content) == [["a", "b"], ["1", "2"], ["3", "4"]]


def test_line_break_inside_quotes_belongs_to_its_cell_and_rows_count_as_in_a_spreadsheet() -> None:
    rows = list(read_rows(io.BytesIO(b'a,b\n1,"x\r\ny"\n\n3,4'), encoding=UTF_8, delimiter=","))

    assert [(row.number, row.cells) for row in rows] == [
        (1, ["a", "b"]),
        (2, ["1", "x\r\ny"]),
        (3, []),
        (4, ["3", "4"]),
    ]
    assert [row.is_blank for row in rows] == [False, False, True, False]


@given(ROWS, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["\n", "\r\n", "\r"]))
def test_rows_are_what_was_written_and_reading_goes_on_from_the_end_of_any(
    written: list[list[str]], delimiter: str, end: str
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(written)
    file = io.BytesIO(text.getvalue().encode())

    rows = list(read_rows(file, encoding=UTF_8, delimiter=delimiter))

    assert [row.cells for row in rows] == written
    for row in rows:
        rest = read_rows(file, encoding=UTF_8, delimiter=delimiter, start=row.end, number=row.number)
        assert list(rest) == rows[row.number :]


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        (b"Phone,Name\n1,Ada\n", ","),
        (b"Phone;Name\n1;Ada\n", ";"),
        (b"Phone\tName\n1\tAda\n", "\t"),
        (b"Phone|Name\n1|Ada\n", "|"),
        (b"Phone\n2125550101\n", ","),
        (b"Phone;Price;Town\n1;2,50;Troy, NY\n2;3,50;Utica, NY\n", ";"),
        (b'Phone,Note\n1,"a;b;c"\n2,"a;b;c"\n', ","),
        (b"", ","),
    ],
)
def test_separator_is_what_keeps_the_rows_alike(content: bytes, delimiter: str) -> None:
    assert sniff_delimiter(io.BytesIO(content), encoding=UTF_8) == delimiter


# Writing.


@given(ROWS)
def test_file_that_is_sent_reads_back_as_it_was(rows: list[list[str]]) -> None:
    assert cells(csv_bytes(rows)) == rows
