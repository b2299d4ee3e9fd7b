from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.sms.blanks import clean, is_blank

UNSEEN = ["", " ", "\u00a0", "\u3000", "\u202f", "\u200b", "\u00ad", "\u2060", "\u2800", "\u3164", "\u200f", "\ufe0f"]


@pytest.mark.parametrize("text", [*UNSEEN, "\u0301", "\ufeff", "\n", "\t", "\x00", "\ufffc", " \u200b\u00a0"])
def test_what_shows_nothing_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", "-", ".", "\U0001f642", "\u00e9", "e\u0301", "0"])
def test_what_can_be_seen_is_not(text: str) -> None:
    assert not is_blank(text)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Bob\u200b", "Bob"),
        ("\ufeffAnn", "Ann"),
        ("Ann\u00a0Marie", "Ann Marie"),
        ("Ann\u200e", "Ann"),
        ("TX\u200b", "TX"),
        ("1\u202f000", "1 000"),
        ("a\r\nb", "a\nb"),
        (" x ", "x"),
        ("\x00x", "x"),
        ("\U0001f469\u200d\U0001f467", "\U0001f469\u200d\U0001f467"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("\u2764\ufe0f", "\u2764\ufe0f"),
    ],
)
def test_text_is_cleaned_as_a_person_reads_it(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
