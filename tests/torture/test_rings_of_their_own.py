"""What leaves a ring behind that is good for nothing else: poisoned, or with clocks that were wrong."""

from __future__ import annotations

import pytest

from tests.torture import clocks, poisoned
from tests.torture.clocks import ClockedRig
from tests.torture.daily import check
from tests.torture.rig import Rig

pytestmark = [pytest.mark.whole, pytest.mark.both_databases, pytest.mark.once]


@pytest.mark.promise(20)
def test_p20_one_bad_thing_stops_no_other_one() -> None:
    # What is poisoned stays. On a busy machine everything takes longer, poisoned or not.
    with Rig() as rig:
        check(poisoned.torture(rig, turns=1, crowds=1, within=30))


@pytest.mark.promise(21)
def test_p21_a_wrong_clock_hides_freezes_and_texts_nobody() -> None:
    with ClockedRig(pace="quick") as rig:
        check(clocks.torture(rig, each=2, patience=60))
