from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from console.campaigns.templates_diff import Piece, compare

TEXTS = st.text(alphabet="ab {}.\n’é😀", max_size=60) | st.text(max_size=40)


def changed(pieces: tuple[Piece, ...]) -> list[str]:
    return [piece.text for piece in pieces if piece.is_changed]


def unchanged(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces if not piece.is_changed)


@given(TEXTS, TEXTS)
def test_each_side_is_its_whole_text_and_what_is_not_marked_is_on_both(before: str, after: str) -> None:
    comparison = compare(before, after)

    assert "".join(piece.text for piece in comparison.before) == before
    assert "".join(piece.text for piece in comparison.after) == after
    assert unchanged(comparison.before) == unchanged(comparison.after)


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert compare(text, text).is_same


@given(TEXTS, TEXTS)
def test_texts_that_differ_are_marked(before: str, after: str) -> None:
    assert compare(before, after).is_same == (before == after)


def test_words_are_marked_whole_and_neighbours_together() -> None:
    comparison = compare("Renew this week and keep your rate.", "Renew today and keep your old rate.")

    assert changed(comparison.before) == ["this week "]
    assert changed(comparison.after) == ["today ", "old "]


def test_merge_field_is_one_word() -> None:
    comparison = compare("Hi {{FirstName}}, hello", "Hi {{Last Name}}, hello")

    assert changed(comparison.before) == ["{{FirstName}}"]
    assert changed(comparison.after) == ["{{Last Name}}"]


def test_empty_side_has_no_pieces() -> None:
    comparison = compare("", "Welcome back!")

    assert comparison.before == ()
    assert changed(comparison.after) == ["Welcome back!"]


def test_long_texts_that_repeat_themselves_keep_nobody_waiting() -> None:
    began = time.process_time()

    comparison = compare("a " * 4000, "a b " * 4000)

    assert time.process_time() - began < 1
    assert changed(comparison.after) == ["a b " * 4000]
