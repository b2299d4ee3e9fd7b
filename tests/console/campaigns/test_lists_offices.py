"""Files from real offices: each oddity is a finding with its row and what to do, never a silent load.

A case is a file as an office saved it, what of it is kept, and what is said of which row.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

import pytest
from django.contrib.auth.models import User

from console.campaigns.lists_columns import columns_of
from console.campaigns.lists_problems import ALWAYS_LEFT_OUT, Problem
from console.campaigns.models import ListUpload
from engage.models import Campaign
from tests.console.campaigns.lists import check, counts, make_upload, make_webinar, read_file

pytestmark = pytest.mark.django_db

HEAD = "Phone,FirstName,LastName,Zip\r\n"
GOOD = "2125550100,Ada,Stone,12180\r\n"


@dataclass(frozen=True)
class Case:
    """`found`: kind → the rows it is said of; `kept`: first cells of the rows that would be sent."""

    name: str
    content: str | bytes
    kept: list[str] = field(default_factory=list)
    found: dict[str, list[int]] = field(default_factory=dict)

    @property
    def raw(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.encode()


def number(name: str, cell: str, problem: str = "") -> Case:
    """A file of a good row and one with this number."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow([cell, "Ben", "Reed", "12180"])
    kept = ["+12125550100"] if problem else ["+12125550100", "+12125550161"]
    return Case(name, HEAD + GOOD + text.getvalue(), kept, {problem: [3]} if problem else {})


def row(name: str, line: str | bytes, problem: str = "", *, first: str = "Ben", head: str = HEAD) -> Case:
    """A file of a good row and this one, which is kept and remarkable."""
    raw = line if isinstance(line, bytes) else line.encode()
    return Case(
        name,
        (head + GOOD).encode() + raw + b"\r\n",
        ["+12125550100", "+12125550161"],
        {problem: [3]} if problem else {},
    )


CASES = [
    # Numbers with something behind them.
    number("extension with x", "212-555-0161 x12", "extension"),
    number("extension glued", "212-555-0161x12", "extension"),
    number("extension with ext.", "+1 212 555 0161 ext. 5", "extension"),
    number("extension in a word", "212.555.0161 extension 12", "extension"),
    number("extension as in an address", "+12125550161;ext=7", "extension"),
    number("extension with a hash", "2125550161#9", "extension"),
    number("pause and extension", "212-555-0161,,12", "extension"),
    number("extension in brackets", "(212) 555-0161 (x 204)", "extension"),
    number("extension of four", "1 (212) 555-0161 Ext: 4022", "extension"),
    number("capital extension", "212 555 0161 EXT 3", "extension"),
    number("two numbers with a slash", "212-555-0161 / 212-555-0162", "numbers"),
    number("two numbers with a word", "212-555-0161 or 212-555-0162", "numbers"),
    number("two numbers with a semicolon", "2125550161;2125550162", "numbers"),
    number("two numbers in two lines", "212-555-0161\n212-555-0162", "numbers"),
    number("two numbers with a comma", "212-555-0161, 212-555-0162", "numbers"),
    # Numbers that a spreadsheet took for figures.
    number("rounded", "5.55123E+09", "rounded"),
    number("rounded more", "1.20256E+10", "rounded"),
    number("rounded with a comma", "2,12556E+09", "rounded"),
    number("rounded in small letters", "2.1255e+9", "rounded"),
    number("rounded to one figure", "2E+09", "rounded"),
    number("rounded behind an apostrophe", "'2.12556E+09", "rounded"),
    number("whole power", "2.125550161E9"),
    number("whole power with the country", "1.2125550161E+10"),
    number("fraction of nothing", "2125550161.0"),
    number("fraction with a comma", "2125550161,00"),
    number("column too narrow", "########", "no-value"),
    number("value of nothing", "#VALUE!", "no-value"),
    number("not found", "#N/A", "no-value"),
    number("broken reference", "#REF!", "no-value"),
    number("formula", "=A1", "phone"),
    number("too short", "555-0161", "phone"),
    number("words", "call the office", "phone"),
    # Numbers in dresses that nobody sees.
    number("narrow space", "212\u202f555\u202f0161"),
    number("thin space", "212\u2009555\u20090161"),
    number("figure space", "212\u2007555\u20070161"),
    number("tab", "212\t555\t0161"),
    number("middle dots", "212\u00b7555\u00b70161"),
    number("bullets", "212\u2022555\u20220161"),
    number("underlines", "212_555_0161"),
    number("mark inside", "212\ufeff5550161"),
    number("direction inside", "212\u200e555\u202c0161"),
    number("joiner inside", "212\u200d5550161"),
    number("hyphen that does not break", "212\u2011555\u20110161"),
    number("full width", "\uff12\uff11\uff12\uff15\uff15\uff15\uff10\uff11\uff16\uff11"),
    number("country in front", "tel:+12125550161"),
    # Values that show nothing, or are none.
    row("name of nothing", "2125550161,\u200b,Reed,12180", "empty"),
    row("name of a filler", "2125550161,\u3164,Reed,12180", "empty"),
    row("name of an empty Braille cell", "2125550161,\u2800,Reed,12180", "empty"),
    row("name of a lone accent", "2125550161,\u0301,Reed,12180", "empty"),
    row("name of a blank that does not break", "2125550161,\u00a0,Reed,12180", "empty"),
    row("error for a name", "2125550161,#N/A,Reed,12180", "error"),
    row("null for a name", "2125550161,null,Reed,12180", "error"),
    row("zip with an unseen sign", "2125550161,Ben,Reed,12180\u200b"),
    # Shifted columns.
    row("one cell too many", "2125550161,Doe, Jr.,Ben,12180", "shape"),
    row("cells behind the end", "2125550161,Ben,Reed,12180,,x", "shape"),
    row("blanks behind the end", "2125550161,Ben,Reed,12180,, ,\u200b"),
    row("one cell too few", "2125550161,Reed,12180", "short"),
    row("zip for a name", "2125550161,12180,Reed,12180", "misplaced"),
    row("address for a name", "2125550161,ben@x.example,Reed,12180", "misplaced"),
    row("name for a zip", "2125550161,Ben,Reed,Troy", "misplaced"),
    # Encodings.
    row("one line in Windows-1252 among UTF-8", "2125550161,Zo\u00eb,Reed,12180".encode("cp1252"), head=HEAD),
    row("saved twice", "2125550161,Jos\u00c3\u00a9,Reed,12180", "letters"),
    row("dash saved twice", "2125550161,O\u00e2\u20ac\u2122Neil,Reed,12180", "letters"),
    row("sign for what was lost", "2125550161,Jos\ufffd,Reed,12180", "letters"),
    row("from a Mac", "2125550161,Jos\u017d,Reed,12180", "letters"),
    row("accents that are right", "2125550161,Jos\u00e9 \u00c5ngstr\u00f6m,M\u00fcller,12180"),
    row("other scripts", "2125550161,\u0410\u043d\u043d\u0430,\u738b,12180"),
    # What stands above the leads.
    Case("separator in the first line", "sep=;\r\nPhone;FirstName\r\n2125550100;Ada\r\n", ["+12125550100"]),
    Case("separator for commas", "sep=,\r\n" + HEAD + GOOD, ["+12125550100"]),
    Case("separator behind a mark", "\ufeffSEP=;\r\nPhone;FirstName\r\n2125550100;Ada\r\n", ["+12125550100"]),
    Case("separator in quotes", '"sep=;"\r\nPhone;FirstName\r\n2125550100;Ada\r\n', ["+12125550100"]),
    Case("title line", "Spring leads\r\n\r\n" + HEAD + GOOD, ["+12125550100"]),
    Case("two title lines", "Northfield,,,\r\nAs of May,,,\r\n" + HEAD + GOOD, ["+12125550100"]),
    Case(
        "title and row number", "Leads\r\n" + HEAD + "x12,Ben,Reed,12180\r\n" + GOOD, ["+12125550100"], {"phone": [3]}
    ),
    Case("header again below", HEAD + GOOD + HEAD, ["+12125550100"], {"phone": [3]}),
    # Quotation marks.
    Case(
        "quotation mark that swallows rows",
        HEAD + GOOD + '2125550161,"Ben,Reed,12180\r\n2125550162,Cy,Reed,12180\r\n2125550163,Di",Reed,12180\r\n',
        ["+12125550100"],
        {"swallowed": [3]},
    ),
    row("address of two lines", '2125550161,"Ben\nand Jo",Reed,12180'),
    # Every row of it is shifted: that is no shape of its own.
    Case(
        "every row is shifted",
        HEAD + "".join(f"212555010{n},Doe, Jr.,Ann,12180\r\n" for n in range(5)),
        [f"+1212555010{n}" for n in range(5)],
        {"shape": [2, 3, 4, 5, 6]},
    ),
    Case("trailing empty columns", "Phone,FirstName,,\r\n2125550100,Ada,,\r\n", ["+12125550100"]),
]


@pytest.fixture
def campaign() -> Campaign:
    return make_webinar()


def load(campaign: Campaign, by: User, content: bytes) -> ListUpload:
    return check(make_upload(campaign=campaign, by=by, content=content))


def rows_sent(upload: ListUpload) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read_file(upload.load), newline="")))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_odd_file_is_read_right_or_said_to_be_odd(campaign: Campaign, sue: User, case: Case) -> None:
    upload = load(campaign, sue, case.raw)

    assert upload.state == ListUpload.State.CHECKED, upload.reason
    said = {kind: [example["row"] for example in found] for kind, found in upload.problems["examples"].items()}
    said.pop("zone", None)
    if case.name.startswith("one line in Windows"):
        assert not said
    else:
        assert said == case.found
    kept = [] if upload.load is None else [line["Phone"] for line in rows_sent(upload)]
    assert kept == case.kept


def test_corpus_is_large_enough() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 60


@pytest.mark.parametrize("problem", Problem)
def test_every_finding_says_what_to_do(problem: Problem) -> None:
    assert problem.label
    assert problem.explanation.endswith(".")
    assert problem.rows


def test_line_in_another_encoding_is_named_and_the_others_are_right(campaign: Campaign, sue: User) -> None:
    plain = "".join(f"21255502{n:02},Ann,Reed,12180\r\n" for n in range(30))
    content = (HEAD + plain + "2125550188,José,Reed,12180\r\n").encode() + "2125550189,Zoë,Reed,12180\r\n".encode(
        "cp1252"
    )

    upload = load(campaign, sue, content)

    assert [row["row"] for row in upload.problems["examples"]["letters"]] == [33]
    assert [row["FirstName"] for row in rows_sent(upload)][-2:] == ["José", "Zoë"]


def test_invisible_signs_in_values_are_not_sent(campaign: Campaign, sue: User) -> None:
    content = (HEAD + "2125550100,Bob\u200b,\ufeffAnn\u00a0Marie\u200e,12180\u200b\r\n").encode()

    [row] = rows_sent(load(campaign, sue, content))

    assert (row["FirstName"], row["LastName"], row["Zip"]) == ("Bob", "Ann Marie", "12180")


def test_rows_left_out_come_back_mended_and_as_they_were(campaign: Campaign, sue: User) -> None:
    first = load(campaign, sue, (HEAD + GOOD + "n/a,=1+1;@x,Reed,12180\r\n").encode())
    returned = read_file(first.left_out).replace("n/a", "2125550161")

    second = load(campaign, sue, ("\ufeff" + returned).encode())

    assert [column.field for column in columns_of(second)][:3] == ["", "", "Phone"]
    [row] = rows_sent(second)
    assert (row["Phone"], row["FirstName"]) == ("+12125550161", "=1+1;@x")


def test_rows_left_out_twice_keep_the_columns_of_their_own(campaign: Campaign, sue: User) -> None:
    first = load(campaign, sue, (HEAD + GOOD + "n/a,Ben,Reed,12180\r\n").encode())

    second = load(campaign, sue, ("\ufeff" + read_file(first.left_out)).encode())

    assert read_file(second.left_out).splitlines() == [
        "Row,Why,Phone,FirstName,LastName,Zip",
        "2,No valid phone number,n/a,Ben,Reed,12180",
    ]


@pytest.mark.parametrize("which", [0, 1])
def test_of_two_columns_of_one_name_the_chosen_one_is_remembered(campaign: Campaign, sue: User, which: int) -> None:
    content = b"Phone,Phone,FirstName\r\n2125550101,2125550102,Ada\r\n"
    upload = make_upload(campaign=campaign, by=sue, content=content)
    fields = ["", "", "FirstName"]
    fields[which] = "Phone"
    upload.mapping = [entry | {"field": name} for entry, name in zip(upload.mapping, fields, strict=True)]
    check(upload)

    again = columns_of(make_upload(campaign=campaign, by=sue, content=content))
    single = columns_of(make_upload(campaign=campaign, by=sue, content=b"Phone,FirstName\r\n2125550101,Ada\r\n"))

    assert [column.field for column in again] == fields
    assert [column.field for column in single] == ["Phone", "FirstName"]


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ("PHONE,ZIP,Zip,FirstName", ["Phone", "", "Zip", "FirstName"]),
        ("Phone\u00a0,\ufeffFirstName,Last\u00a0Name,State\u200b", ["Phone", "FirstName", "LastName", "State"]),
        ("\uff30\uff48\uff4f\uff4e\uff45,First\u200bName", ["Phone", "FirstName"]),
    ],
)
def test_headers_are_folded_and_equality_to_the_letter_comes_first(
    campaign: Campaign, sue: User, headers: str, fields: list[str]
) -> None:
    content = f"{headers}\r\n2125550101,Ada,12180,x\r\n".encode()

    assert [column.field for column in columns_of(make_upload(campaign=campaign, by=sue, content=content))] == fields


def test_what_is_always_left_out_is_never_sent(campaign: Campaign, sue: User) -> None:
    upload = load(campaign, sue, (HEAD + GOOD + "212-555-0161 x12,Ben,Reed,12180\r\n").encode())

    assert counts(upload) == {"extension": 1}
    assert Problem.EXTENSION in ALWAYS_LEFT_OUT
    assert upload.rows_kept == 1
