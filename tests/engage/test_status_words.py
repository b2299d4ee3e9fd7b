from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.models.status_words import Meaning, is_at_rest, is_not_approved, is_sending, meaning_of


@pytest.mark.parametrize(
    "word", ["ACTIVE", "active", "Running", "IN_PROGRESS", "In progress", "inProgress", "SENDING", "Started"]
)
def test_word_that_means_sending_is_known_however_it_is_written(word: str) -> None:
    assert is_sending(word)
    assert not is_at_rest(word)


@pytest.mark.parametrize(
    "word", ["READY", "PAUSED", "Inactive", "STOPPED", "on-hold", "COMPLETED", "Finished", "NOT_ACTIVE", "draft"]
)
def test_word_that_means_rest_is_known_however_it_is_written(word: str) -> None:
    assert is_at_rest(word)
    assert not is_sending(word)


@pytest.mark.parametrize("word", ["PENDING_APPROVAL", "pendingApproval", "Draft", "awaiting approval"])
def test_what_is_not_approved_is_known_however_it_is_written(word: str) -> None:
    assert is_not_approved(word)


@pytest.mark.parametrize("word", ["THROTTLED", "ENABLED", "SCHEDULED", "7", "进行中"])
def test_word_that_nobody_knows_says_neither(word: str) -> None:
    assert meaning_of(word) is Meaning.UNKNOWN
    assert [is_sending(word), is_at_rest(word), is_not_approved(word)] == [False] * 3


@given(st.text(max_size=30))
def test_no_word_means_sending_and_rest_at_once(word: str) -> None:
    assert [is_sending(word), is_at_rest(word)] != [True, True]
    assert meaning_of(word.swapcase()) in (meaning_of(word), Meaning.UNKNOWN) or not word.isascii()
