"""Every promise that needs the whole ring, at a size for every day. `make torture` has the real one.

On both databases runs what writes at once and dies at once, for there they differ. The rest runs `once`, in the mixed
dialect where the dialect matters (`test_mixed_dialect.py`): the plain one is one of those that are mixed.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import psutil
import pytest

from engage.crash_points import NAMES, SIGNAL_VARIABLE, VARIABLE
from tests.torture import crashes, deploys, flood, replies, streams, webhooks
from tests.torture.books import wait_until
from tests.torture.daily import check
from tests.torture.desk import Reply, click_all, start_conversations
from tests.torture.rig import Rig

pytestmark = pytest.mark.whole
on_both = pytest.mark.both_databases


@pytest.fixture(scope="module")
def whole_rig() -> Iterator[Rig]:
    with Rig(pace="quick") as rig:
        yield rig


@pytest.fixture
def rig(whole_rig: Rig) -> Iterator[Rig]:
    whole_rig.mend()
    yield whole_rig
    whole_rig.sandbox.clear_faults()


@pytest.mark.promise(1)
@on_both
def test_p1_what_was_answered_2xx_is_never_lost(rig: Rig) -> None:
    check(webhooks.torture_acknowledgement(rig, seconds=4, most=4000, kill_every=1))


@pytest.mark.promise(2)
@pytest.mark.promise(3)
@on_both
def test_p2_p3_repetition_and_order_change_nothing(rig: Rig) -> None:
    check(*webhooks.torture_repetition(rig, leads=10))


@pytest.mark.promise(5)
@pytest.mark.promise(6)
@pytest.mark.promise(7)
def test_p5_p6_p7_no_reply_twice_none_lost_one_bubble(rig: Rig) -> None:
    check(*replies.torture(rig, conversations=8, each=3, fault_rate=0.3, kill_every=2, patience=90))


@pytest.mark.promise(10)
@pytest.mark.once
@on_both
def test_p10_every_page_converges(rig: Rig) -> None:
    check(streams.torture(rig, pages=10, conversations=4, texts=40, seconds=5))


@pytest.mark.promise(12)
@on_both
def test_p12_a_dead_worker_loses_nothing(rig: Rig) -> None:
    # The others are told by the stories of tests/engage/outbox/test_any_story.py as well.
    names = [name for name in NAMES if not name.startswith(("move.", "read.", "look."))]

    check(crashes.torture(rig, rounds=1, names=names, at_once=4))


@pytest.mark.once
@on_both
def test_c18_worker_that_slept_through_its_lease_sends_nothing(rig: Rig) -> None:
    sleeper, other = rig.workers
    conversation_id, lead_id = next(iter(start_conversations(rig, 1).items()))
    for worker in rig.workers:
        worker.kill()
    rig.start(sleeper, **{VARIABLE: "send.after_mark", SIGNAL_VARIABLE: "STOP"})

    click_all(rig, [Reply(conversation_id, "0 Written before the machine fell asleep.")], people=1)
    asleep = wait_until(lambda: psutil.Process(sleeper.pid).status() == psutil.STATUS_STOPPED, within=30)
    rig.start(other)
    here = f"conversation_id = {conversation_id}"
    given_up = wait_until(
        lambda: rig.books.count("engage_command", f"{here} AND state = 'unconfirmed'") == 1, within=30
    )
    os.kill(sleeper.pid, signal.SIGCONT)
    held_up = f"reason = 'The worker was held up.' AND command_id IN (SELECT id FROM engage_command WHERE {here})"
    awake = wait_until(lambda: rig.books.count("engage_attempt", held_up) == 1, within=30)

    assert (asleep, given_up, awake) == (True, True, True)
    assert not [entry for entry in rig.sandbox.ledger() if entry["call"] == "send" and entry["lead_id"] == lead_id]


@pytest.mark.promise(17)
@on_both
def test_p17_a_flood_degrades_and_does_not_break(rig: Rig) -> None:
    finding = flood.torture(rig, seconds=4, per_second=100, stall=2)

    # How fast, and how large, says nothing at this size and on a busy machine.
    assert not finding.lost
    assert not [word for word in finding.broken if not word.startswith(("a page took", "memory grew"))]


@pytest.mark.promise(19)
@pytest.mark.once
@on_both
def test_p19_a_release_loses_nothing(rig: Rig) -> None:
    check(deploys.torture(rig, conversations=6, each=2, every=1.5, patience=60))
