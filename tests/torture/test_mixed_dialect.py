"""What a reading of the guides could break, at a platform that reads them otherwise about each thing it speaks of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.torture import healing, replies, stopping, switching
from tests.torture.daily import check
from tests.torture.rig import Rig

pytestmark = [pytest.mark.whole, pytest.mark.both_databases, pytest.mark.once]


@pytest.fixture(scope="module")
def mixed_rig() -> Iterator[Rig]:
    with Rig(pace="quick", dialect="mixed") as rig:
        yield rig


@pytest.fixture
def mixed(mixed_rig: Rig) -> Iterator[Rig]:
    mixed_rig.mend()
    yield mixed_rig
    mixed_rig.sandbox.clear_faults()


@pytest.mark.promise(4)
def test_p4_what_nobody_heard_heals_in_the_mixed_dialect(mixed: Rig) -> None:
    check(healing.torture(mixed, conversations=6, patience=60))


@pytest.mark.promise(5)
@pytest.mark.promise(6)
@pytest.mark.promise(7)
def test_p5_p6_p7_hold_in_the_mixed_dialect(mixed: Rig) -> None:
    check(*replies.torture(mixed, conversations=8, each=2, fault_rate=0.3, kill_every=2, patience=90))


@pytest.mark.promise(8)
def test_p8_after_stop_nothing_goes_out_in_the_mixed_dialect(mixed: Rig) -> None:
    check(stopping.torture(mixed, conversations=8, patience=60))


@pytest.mark.promise(9)
def test_p9_pause_wins_in_the_mixed_dialect(mixed: Rig) -> None:
    check(switching.torture(mixed, rounds=1, clicks=4, patience=60))
