"""Promises that are shown by tests of their own: run here, and counted."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.browser.ring import ROOT
from tests.torture.clock import Clock
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
# Each waits for its servers as often as it works.
_AT_ONCE = 2


def torture(promises: Sequence[str], *, examples: int, clock: Clock) -> list[Finding]:
    """`examples`: how many stories a property test tells. What the clock ends is not shown."""
    waiting, running, found = list(promises), list[_Suite](), list[Finding]()
    try:
        while waiting or running:
            while waiting and len(running) < _AT_ONCE and clock.left:
                running.append(_Suite(waiting.pop(0), examples))
            if not clock.left:
                break
            for suite in [suite for suite in running if suite.has_ended]:
                running.remove(suite)
                found.append(suite.judge())
            time.sleep(0.1)
    finally:
        for suite in running:
            suite.kill()
    late = [*(suite.promise for suite in running), *waiting]
    return found + [
        Finding(promise, *ABOUT[promise], broken=["could not be shown: ended by the clock"]) for promise in late
    ]


class _Suite:
    """The tests of one promise, as a program beside this one."""

    def __init__(self, promise: str, examples: int) -> None:
        self.promise = promise
        self._begun_at = time.monotonic()
        # Tests make a database of their own; what races does so on both, in `make test`.
        environment = {name: value for name, value in os.environ.items() if name != "CONSOLE_DATABASE_URL"}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.torture.selection"]
        number, name = tempfile.mkstemp(prefix="suite-")
        self._output = Path(name)
        with os.fdopen(number, "w") as output:
            self._process = subprocess.Popen(
                [*command, "--promise", promise.removeprefix("P")],
                cwd=ROOT,
                env=environment | {"TORTURE_EXAMPLES": str(examples)},
                stdout=output,
                stderr=output,
            )

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def kill(self) -> None:
        """Politely at first: what it has started, it stops."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._output.unlink()

    def judge(self) -> Finding:
        output = self._output.read_text()
        self._output.unlink()
        lines = output.splitlines()
        counts = {word: int(count) for count, word in _COUNT.findall(lines[-1] if lines else "")}
        counts.pop("deselected", None)
        broken = [line[:200] for line in lines if line.startswith(("FAILED", "ERROR"))]
        if self._process.returncode and not broken:
            broken = ["no test carries this promise" if self._process.returncode == 5 else output[-300:]]
        return Finding(
            self.promise,
            *ABOUT[self.promise],
            leaked=counts.get("failed", 0) + counts.get("errors", 0) + counts.get("error", 0),
            broken=broken,
            notes=", ".join(f"{count} {word}" for word, count in counts.items()),
            seconds=time.monotonic() - self._begun_at,
        )
