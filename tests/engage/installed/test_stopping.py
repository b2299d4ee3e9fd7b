"""Whoever deploys waits ten seconds at most, and what was in hand is neither lost nor done twice (P19)."""

from __future__ import annotations

import pytest

from tests.engage.installed.installation import Installation, count_sends, wait_until
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.whole, pytest.mark.promise(19)]

SOON = 10.0

# As if the lease of what was cut off had run out by now.
_END_LEASES = """
from django.utils import timezone
from engage.models import Command
Command.objects.filter(state="sending").update(lease_until=timezone.now(), due_at=timezone.now())
"""


def test_p19_worker_stops_in_the_middle_of_a_post_and_the_next_one_looks_it_up(
    installation: Installation, sandbox: SandboxProcess
) -> None:
    (lead,) = installation.start_conversations(1)
    before = count_sends(sandbox)
    # The platform takes it and says nothing for as long as a POST may last.
    sandbox.set_faults(calls={"rate": 1, "modes": ["stall"], "paths": ["send"], "stall_s": 30})
    installation.reply([(lead, "This answer is cut off in the middle.")])
    installation.start_worker()
    wait_until(lambda: count_sends(sandbox) == before + 1)

    assert installation.stop_worker() < SOON

    assert [row["state"] for row in installation.commands()] == ["sending"]
    sandbox.clear_faults()
    installation.manage("shell", "--verbosity", "0", "--command", _END_LEASES)
    installation.start_worker()
    wait_until(lambda: [row["state"] for row in installation.commands()] == ["confirmed"])
    assert count_sends(sandbox) == before + 1


def test_idle_worker_stops_at_once(installation: Installation) -> None:
    installation.start_worker()
    wait_until(lambda: installation.database.with_name("console.sqlite3.lineage").exists())

    assert installation.stop_worker() < SOON / 2
