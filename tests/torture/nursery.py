"""Workers that are at work at once: forked by a small program that has loaded what they need and does nothing else.

What is killed is a process like any other. Only its start is spared, which takes seconds of a small machine: in them
nothing would be under torture. A few lines that are to be run inside the product are born in the same way.
"""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

from tests.browser.ring import ROOT, Part
from tests.sandbox_process import end_with_parent

_LOOKS_EVERY = 0.02
_BORN_WITHIN = 60.0


class Newborn:
    """A worker of the nursery, as far as a Part needs to know it: like `subprocess.Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._has_ended = threading.Event()

    def end(self, status: int) -> None:
        self.returncode = status
        self._has_ended.set()

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if not self._has_ended.wait(timeout) or self.returncode is None:
            raise subprocess.TimeoutExpired(f"worker {self.pid}", timeout or 0)
        return self.returncode

    def terminate(self) -> None:
        os.kill(self.pid, signal.SIGTERM)


class Nursery:
    """The program that forks, seen from here. It starts with the first birth and ends with `end`, or with us."""

    def __init__(self, pace: str, environment: dict[str, str], log: Path) -> None:
        self._pace, self._environment, self._log = pace, environment, log
        self._lock = threading.Lock()
        self._line: Connection | None = None
        self._children: dict[int, Newborn] = {}
        self._born = threading.Semaphore(0)
        self._newest: Newborn | None = None

    def bear(self, log: Path, environment: dict[str, str], program: str = "") -> Newborn:
        """`program`: what it runs instead of a worker, printing into the log."""
        with self._lock:
            self._line = self._line or self._start()
            self._line.send((str(log), environment, program))
            assert self._born.acquire(timeout=_BORN_WITHIN), f"no worker was born:\n{self._log.read_text()[-3000:]}"
            assert self._newest
            return self._newest

    def end(self) -> None:
        if self._line:
            # It takes this for our end, and ends with all that it bore.
            self._line.send(None)
            self._process.wait(timeout=20)
            self._line.close()

    def _start(self) -> Connection:
        ours, theirs = Pipe()
        with self._log.open("ab") as log, theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.torture.nursery", self._pace, str(theirs.fileno())],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[theirs.fileno()],
            )
        threading.Thread(target=self._listen, args=(ours,), daemon=True).start()
        return ours

    def _listen(self, line: Connection) -> None:
        while True:
            try:
                pid, status = line.recv()
            except (EOFError, OSError):
                # It ended, and all that it bore with it.
                for child in self._children.values():
                    child.end(-signal.SIGKILL)
                return
            if status is None:
                self._newest = self._children[pid] = Newborn(pid)
                self._born.release()
            else:
                self._children.pop(pid).end(status)


class WarmWorker(Part):
    """A worker that comes from the nursery."""

    def __init__(self, name: str, nursery: Nursery, log: Path) -> None:
        super().__init__(name, [], {}, log)
        self._nursery = nursery

    def start(self, **environment: str) -> None:
        self._process = self._nursery.bear(self.log, environment)  # type: ignore[assignment]  # see Newborn


# From here on: inside that program. It has neither threads nor connections, which do not survive a fork.


def main() -> None:
    import django

    django.setup()
    # Whatever is not loaded by now, each of them would load for itself.
    importlib.import_module("engage.worker")
    from tests.torture import worker

    line, children = Connection(int(sys.argv[2])), set[int]()
    # Whoever is at the other end may die at any moment: no more is wanted then.
    with suppress(EOFError, OSError):
        _bear_all(worker.run, line, children)
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _bear_all(run: Callable[[str], int], line: Connection, children: set[int]) -> None:
    """As many as are asked for, until no more are. `children`: those alive."""
    while True:
        if line.poll(_LOOKS_EVERY):
            wanted = line.recv()
            if wanted is None:
                return
            pid = os.fork()
            if not pid:
                line.close()
                _live(run, *wanted)
            _lead_a_group(pid)
            children.add(pid)
            line.send((pid, None))
        while children and (ended := os.waitpid(-1, os.WNOHANG))[0]:
            children.remove(ended[0])
            line.send((ended[0], os.waitstatus_to_exitcode(ended[1])))


def _lead_a_group(pid: int) -> None:
    """Done by both sides: whoever knows of the newborn can kill its group, and it begins nothing outside of it."""
    with suppress(ProcessLookupError, PermissionError):
        os.setpgid(pid, pid)


def _live(run: Callable[[str], int], log: str, environment: dict[str, str], program: str) -> NoReturn:
    status = 1
    try:
        end_with_parent()
        _lead_a_group(0)
        output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        # What a program complains of is no part of what it prints, and stands in the log of the nursery.
        for number in (1,) if program else (1, 2):
            os.dup2(output, number)
        os.environ.update(environment)
        from engage import crash_points

        # It asks the environment when it is loaded: here, where that was before our birth, once more.
        importlib.reload(crash_points)
        if program:
            exec(program, {})
            status = 0
        else:
            status = run(sys.argv[1])
    except BaseException:
        traceback.print_exc()
    finally:
        # Nobody else does: this end leaves out all that Python does at its own.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
