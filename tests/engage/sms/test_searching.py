from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.sms.searching import Wanted, fold, read_query, search_text


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Zoë", "zoe"),
        ("O’Neil", "oneil"),
        ("o´neil", "oneil"),
        ("Anne-Marie", "anne marie"),
        ("Anne\u2011Marie\u00a0Lee", "anne marie lee"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Søren Łukasz", "soren lukasz"),
        ("İlker", "ilker"),
        ("ＡＢ１２", "ab12"),
        ("\u0662\u0967", "21"),
        ("ﬁ\u200bn", "fin"),
        ("a\u3164b\u00ad", "ab"),
        ("\U0001f642", "\U0001f642"),
    ],
)
def test_text_is_folded_as_it_is_looked_for(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text("aZé\u0308'\u2019-\u200b \u00a0øİ.", max_size=20), st.sampled_from(["+12025550143", "2025550143", ""]))
def test_whoever_is_stored_is_found_by_their_own_name_and_number(name: str, phone: str) -> None:
    stored = search_text(name, phone)

    for wanted in read_query(f"{name} {phone}"):
        assert any(spelling in stored for spelling in wanted.spellings)


def test_digits_from_seven_on_are_one_number_and_fewer_are_pieces() -> None:
    assert read_query("555 0143") == [Wanted(("5550143",), ("555", "0143"))]
    assert read_query("20 45 55 01 43") == [Wanted(("2045550143",))]
    assert read_query("204 555") == [Wanted(("204",)), Wanted(("555",))]


@pytest.mark.parametrize("query", ["x" * 100_000, "1" * 100_000, "a " * 50_000, "\x00" * 500, "# " * 5000, "1x1" * 900])
def test_any_query_can_be_asked(query: str) -> None:
    assert len(read_query(query)) <= 200
