"""`make torture` ends in time, whatever a part of it does, and says what it did not come to."""

from __future__ import annotations

import time

import pytest

from tests.torture.clock import Clock, OutOfTime
from tests.torture.plan import PROMISES, QUICK, run_all


def test_what_one_part_leaves_is_for_those_after_it() -> None:
    clock = Clock(100, {"first": 50, "second": 25, "third": 25})

    with clock.part("first"):
        of_first = clock.left
    with clock.part("second"):
        of_second = clock.left

    assert of_first == pytest.approx(50, abs=1)
    assert of_second == pytest.approx(50, abs=1)


def test_a_part_that_never_looks_at_the_clock_is_interrupted() -> None:
    clock = Clock(1, {"sleeper": 1, "other": 9})
    begun_at = time.monotonic()

    with pytest.raises(OutOfTime), clock.part("sleeper"):
        time.sleep(30)

    assert time.monotonic() - begun_at < 5


def test_a_load_is_cut_to_what_is_left_and_not_begun_when_that_shows_nothing() -> None:
    clock = Clock(60, {"load": 60})

    with clock.part("load"):
        whole, cut = clock.spend(10, rest=20), clock.spend(100, rest=20)
        with pytest.raises(OutOfTime):
            clock.spend(100, rest=55)

    assert whole == 10
    assert cut == pytest.approx(40, abs=1)


@pytest.mark.whole
def test_what_there_is_no_time_for_is_not_shown_and_not_left_out() -> None:
    found = list(run_all(frozenset(PROMISES), QUICK, seconds=1))

    assert {finding.promise for finding in found} == set(PROMISES)
    assert not [finding.line() for finding in found if finding.is_kept]
