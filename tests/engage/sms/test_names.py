from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.sms.blanks import is_blank
from engage.sms.names import find_name

NOTHING = ["", " ", "\u200b", "\u3164", "\u00ad", "\u2800", "\u2060", "\u200f", "\ufe0f", "\u0301", "\x00"]
WORDS_FOR_NOTHING = ["null", "NULL", "None", "undefined", "N/A", "n/a", "#N/A", "#VALUE!", "-", ".", "--", "?", "\\N"]


@pytest.mark.parametrize("last", [*NOTHING, *WORDS_FOR_NOTHING])
@pytest.mark.parametrize("first", [*NOTHING[:4], *WORDS_FOR_NOTHING])
def test_what_shows_nothing_or_stands_for_nothing_is_no_name(first: str, last: str) -> None:
    assert find_name({"FirstName": first, "LastName": last, "Name": f"{first} {last}"}) == ""


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({"FirstName": "Maria", "LastName": "null"}, "Maria"),
        ({"FirstName": "#N/A", "LastName": "Reyes"}, "Reyes"),
        ({"FirstName": "Christopher", "LastName": "Null"}, "Christopher Null"),
        ({"FirstName": "Na", "LastName": "Li"}, "Na Li"),
        ({"FirstName": "NA", "LastName": "na"}, ""),
        ({"FirstName": "Null", "LastName": "Null"}, ""),
        ({"FirstName": "Null Null", "LastName": ""}, ""),
        ({"FirstName": "N/A n.a.", "LastName": "-"}, ""),
        ({"First\u200bName": "Bob\u200b", "last name ": "\ufeffLee"}, "Bob Lee"),
        ({"FirstName": "Ann\u00a0Marie"}, "Ann Marie"),
        ({"firstname": "other", "FirstName": "Ann"}, "Ann"),
        ({"FirstName": "-", "Full Name": "Ann\r\nLee"}, "Ann Lee"),
        ({"FirstName": "\U0001f642"}, "\U0001f642"),
        ({"FirstName": 7}, "7"),
        ({"FirstName": True, "LastName": ["a"], "Name": {"a": 1}}, ""),
        ({"FirstName": "J."}, "J."),
    ],
)
def test_name_is_what_a_person_reads_as_one(data: dict[str, Any], name: str) -> None:
    assert find_name(data) == name


@given(st.dictionaries(st.sampled_from(["FirstName", "last_name", "Name"]), st.text(max_size=12)))
def test_a_name_always_shows_something(data: dict[str, str]) -> None:
    name = find_name(data)

    assert name == "" or not is_blank(name)
