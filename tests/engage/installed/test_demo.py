"""`make run` as somebody has it on their screen who kills parts of it to see what happens."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.browser.ring import ROOT

pytestmark = pytest.mark.whole

# Who lives no longer than five seconds is taken for one that cannot run.
_LIVES = 5.5


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """The demo's own starter, with a program in place of the product's."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "demo.env").touch()
    started: list[subprocess.Popen[bytes]] = []

    def start(program: str) -> subprocess.Popen[bytes]:
        (tmp_path / "Procfile.dev").write_text(f"part: exec {program}\n")
        with (tmp_path / "log").open("wb") as log:
            command = [sys.executable, "-u", str(ROOT / "bin" / "demo-start")]
            started.append(subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log, start_new_session=True))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=20)


def births(home: Path, count: int) -> list[int]:
    """Pids in order, once so many were born."""
    deadline = time.monotonic() + 30
    while len(pids := re.findall(r"part\.1 started \(pid=(\d+)\)", (home / "log").read_text())) < count:
        assert time.monotonic() < deadline, (home / "log").read_text()
        time.sleep(0.1)
    return [int(pid) for pid in pids]


def test_what_is_killed_starts_again_and_all_of_it_ends_with_the_demo(
    start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    demo = start("sleep 1000")
    (first,) = births(tmp_path, 1)
    time.sleep(_LIVES)
    os.kill(first, signal.SIGKILL)
    _, second = births(tmp_path, 2)

    demo.send_signal(signal.SIGINT)

    assert demo.wait(timeout=20) == 0
    assert not psutil.pid_exists(first)
    assert not psutil.pid_exists(second)


def test_what_cannot_run_ends_the_demo_and_says_why(
    start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    demo = start("cat no-such-file")

    assert demo.wait(timeout=20) == 1
    assert "No such file" in (tmp_path / "log").read_text()
