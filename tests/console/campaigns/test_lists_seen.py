"""Numbers of rows further up: known exactly, and never all of them in memory at once."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.campaigns.lists_seen import SeenNumbers
from engage.models import ListLoad
from tests.factories import make_campaign

NUMBERS = st.integers(min_value=10**6, max_value=10**6 + 40) | st.integers(min_value=10**6, max_value=10**15 - 1)


@pytest.fixture
def file(db: None) -> ListLoad:
    return ListLoad.objects.create(campaign=make_campaign(), list_name="numbers", chunk_bytes=64)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.lists(NUMBERS, max_size=20), max_size=6))
def test_number_is_known_again_in_every_later_row(file: ListLoad, parts: list[list[int]]) -> None:
    file.drop_file()
    known = set[int]()

    for part in parts:
        seen = SeenNumbers(file, [f"+{number}" for number in part])
        for number in part:
            assert (f"+{number}" in seen) is (number in known)
            # Every third row is left out, and its number counts for nothing.
            if number % 3:
                seen.add(f"+{number}")
                seen.add(f"+{number}")
                known.add(number)
        file.append_file([seen.pack()])

    assert file.size == 8 * len(known)
