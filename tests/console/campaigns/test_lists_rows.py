"""Single rows: which numbers are some, what is evidence of a time zone, what is remarkable."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.campaigns.csv_rows import Row
from console.campaigns.lists_findings import Findings, find_problems, is_left_out
from console.campaigns.lists_names import LONGEST_NAME, list_name_of
from console.campaigns.lists_problems import Problem
from console.campaigns.lists_rows import Layout, Lead, normalize, read_lead
from engage.sms import phones

FIELDS = {"Phone": 0, "FirstName": 1, "Zip": 2, "State": 3, "TimeZone": 4}
LAYOUT = Layout.of(FIELDS, merge_fields=["FirstName", "Nickname"], width=5)


def lead(*cells: str) -> Lead:
    return read_lead(Row(2, 0, list(cells)), LAYOUT)


def problems(*cells: str) -> list[Problem]:
    return find_problems(lead(*cells), is_locked=False, is_again=False)


@given(
    st.text(alphabet="0123456789 ()+-.1x٣", max_size=18)
    | st.from_regex(r"\+?1? ?\(?[2-9]\d\d\)?[ .-]\d{3}[ .-]\d{4}", fullmatch=True)
)
@example("+2125550101")
@example("1 (212) 555.0101")
@example("212 555 0101\n")
@example("2٠٠.٠٠٠.0٠٠٠ CALLNOW")
def test_quick_way_finds_the_numbers_that_the_long_way_finds(text: str) -> None:
    number, long_way = normalize(text), phones.normalize(text)
    has_fraction = text.strip().endswith((".", ".0", ".00"))

    assert number in ("", long_way) or has_fraction
    # Digits that the long way leaves out may be an extension, or another number.
    is_all_said = long_way is not None and len(phones.digits(text)) <= len(long_way) - 1
    if number == "" and long_way and is_all_said and "x" not in text:
        # North America: neither an area code nor an exchange begins with 0 or 1.
        assert long_way.startswith("+1")
        assert long_way[2] in "01" or long_way[5] in "01"


@pytest.mark.parametrize(
    "text", ["", "n/a", "123", "555-0101", "0125550101", "2121550101", "212555010", "21255501010", "2,125,550,101"]
)
def test_what_is_nobodys_number_is_none(text: str) -> None:
    assert normalize(text) == ""
    assert problems(text, "Ada", "12180") == [Problem.PHONE]


@pytest.mark.parametrize("text", ["+49 30 901820", "+1 212 555 0101", "(212) 555-0101", "212.555.0101 "])
def test_number_of_somebody_is_sent_as_e164(text: str) -> None:
    assert lead(text, " Ada ", "12180").values[:2] == [phones.normalize(text), "Ada"]


@pytest.mark.parametrize(
    ("cells", "is_known"),
    [
        (("8005550101", "Ada", "12180"), True),
        (("8005550101", "Ada", "12180-1234"), True),
        (("8005550101", "Ada", "", "ny"), True),
        (("8005550101", "Ada", "", " New  York "), True),
        (("8005550101", "Ada", "", "", "America/Chicago"), True),
        (("2125550101", "Ada"), True),
        (("+4930901820", "Ada"), True),
        (("8005550101", "Ada"), False),
        (("8005550101", "Ada", "", "US-GU"), True),
        (("8005550101", "Ada", "", "", " america/new york"), True),
        # A ZIP code that lies nowhere, and one of the armed forces, which may be anywhere.
        (("8005550101", "Ada", "00000"), False),
        (("8005550101", "Ada", "09012", "AE"), False),
        (("8005550101", "Ada", "1218", "Bavaria", "EST"), False),
    ],
)
def test_time_zone_is_told_by_zip_state_zone_or_area_code(cells: tuple[str, ...], is_known: bool) -> None:
    assert (Problem.ZONE not in problems(*cells)) is is_known


def test_row_says_everything_that_is_remarkable_about_it() -> None:
    assert problems("8005550101", " ", "", "", "", "", "shifted") == [Problem.EMPTY, Problem.ZONE, Problem.SHAPE]
    assert problems("2125550101", "Ada", "12180", "", "", " ", "") == []


def test_reason_why_a_row_cannot_be_sent_comes_alone() -> None:
    row = lead("8005550101", "")

    assert find_problems(row, is_locked=True, is_again=True) == [Problem.LOCKED]
    assert find_problems(row, is_locked=False, is_again=True) == [Problem.DUPLICATE]


def test_numbers_that_cannot_be_texted_are_left_out_whatever_is_chosen() -> None:
    assert is_left_out([Problem.PHONE], [])
    assert is_left_out([Problem.LOCKED], [])
    assert not is_left_out([Problem.EMPTY, Problem.ZONE], [])
    assert is_left_out([Problem.EMPTY, Problem.ZONE], ["zone"])


def test_findings_are_counted_and_a_few_are_shown() -> None:
    findings = Findings({})

    for _ in range(3):
        for _ in range(4):
            findings.note(lead("212", ""), [Problem.PHONE], "x" * 500)
        findings.note(lead("2125550101", ""), [Problem.EMPTY], "2125550101")
        findings = Findings(findings.as_json())

    assert findings.counts == {"phone": 12, "empty": 3}
    assert findings.empty_fields == {"FirstName": 3}
    assert findings.examples["phone"] == [{"row": 2, "words": "x" * 80}] * 5


@pytest.mark.parametrize(
    ("file_name", "list_name"),
    [
        ("May leads.csv", "May leads"),
        ("A&B+C%2F #?=;.CSV", "A&B+C%2F #?=;"),
        ('<script>alert("1")</script>.csv', "<script>alert( 1 )< script>"),
        ("../../etc/passwd", ".. .. etc passwd"),
        ("x\r\ny\0.tsv", "x y"),
        (".csv", "New list"),
        ('"', "New list"),
        ("😀" * 300 + ".csv", "😀" * LONGEST_NAME),
    ],
)
def test_name_of_a_file_becomes_one_that_a_list_can_have(file_name: str, list_name: str) -> None:
    assert list_name_of(file_name) == list_name
