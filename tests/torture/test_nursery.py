"""Workers that are forked: nobody outlives the run that asked for them."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest

from tests.browser.ring import ROOT
from tests.torture.books import wait_until

_SLEEPS = "import time; time.sleep(600)"


class Birthplace:
    """A nursery, and this end of the line to it; `family` counts it and all that it bore."""

    def __init__(self) -> None:
        # Nothing else on this machine is called so.
        self._name = f"pace-{secrets.token_hex(8)}"
        self.line, theirs = Pipe()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.torture.nursery", self._name, str(theirs.fileno())],
                cwd=ROOT,
                env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    @property
    def family(self) -> list[psutil.Process]:
        alive = psutil.process_iter(["cmdline", "status"])
        return [
            each
            for each in alive
            if self._name in (each.info["cmdline"] or ()) and each.info["status"] != psutil.STATUS_ZOMBIE
        ]

    def ask_for_birth(self, log: Path) -> None:
        self.line.send((str(log), {}, _SLEEPS))


@pytest.fixture
def place() -> Iterator[Birthplace]:
    place = Birthplace()
    yield place
    for each in place.family:
        each.kill()
    place.process.wait(20)


def _hang_up(place: Birthplace) -> None:
    place.line.close()


def _kill(place: Birthplace) -> None:
    os.kill(place.process.pid, signal.SIGKILL)


@pytest.mark.parametrize("end", [_hang_up, _kill])
def test_nobody_outlives_the_run_that_asked_for_them(
    place: Birthplace, tmp_path: Path, end: Callable[[Birthplace], None]
) -> None:
    place.ask_for_birth(tmp_path / "log")
    assert _hears_of_birth(place.line)
    assert wait_until(lambda: len(place.family) == 2, within=30)

    end(place)

    assert wait_until(lambda: not place.family, within=20)


def test_who_is_born_when_nobody_waits_any_more_does_not_live(place: Birthplace, tmp_path: Path) -> None:
    place.ask_for_birth(tmp_path / "log")

    _hang_up(place)

    assert wait_until(lambda: not place.family, within=60)


def _hears_of_birth(line: Connection) -> bool:
    return line.poll(60) and line.recv()[1] is None
