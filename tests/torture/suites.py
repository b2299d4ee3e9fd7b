"""Promises that are shown by tests of their own: run here, and counted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

from tests.browser.ring import ROOT
from tests.torture.findings import Finding

# What is under load or fault there, in words; the tests carry the marker `promise`.
ABOUT = {
    "P5": ("stories of replies, told at random", "calls spoilt, workers dead at any step, people who decide"),
    "P9": ("stories of activating and pausing", "calls lost, cut, late, answered wrongly; workers killed"),
    "P13": ("unique secrets through the whole ring", "errors on every way they take"),
    "P14": ("hostile addresses", "in every field that holds one"),
    "P15": ("forged deliveries", "keys, hosts, events and leads of others"),
    "P16": ("guessed, stolen and ended sessions", "guesses from many addresses"),
    "P18": ("a backup from before", "restored after replies had left"),
}
_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|deselected)")


def torture(promise: str, *, examples: int) -> Finding:
    """`examples`: how many stories a property test tells."""
    begun_at = time.monotonic()
    number = promise.removeprefix("P")
    # Tests make a database of their own; what races does so on both, in `make test`.
    environment = {name: value for name, value in os.environ.items() if name != "CONSOLE_DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.torture.selection", "--promise", number],
        cwd=ROOT,
        env=environment | {"TORTURE_EXAMPLES": str(examples)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    counts = {word: int(count) for count, word in _COUNT.findall(done.stdout.splitlines()[-1])}
    counts.pop("deselected", None)
    load, faults = ABOUT[promise]
    broken = [line[:200] for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if done.returncode and not broken:
        broken = ["no test carries this promise" if done.returncode == 5 else done.stdout[-300:]]
    return Finding(
        promise,
        load,
        faults,
        leaked=counts.get("failed", 0) + counts.get("errors", 0) + counts.get("error", 0),
        broken=broken,
        notes=", ".join(f"{count} {word}" for word, count in counts.items()),
        seconds=time.monotonic() - begun_at,
    )
