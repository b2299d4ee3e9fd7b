"""The programs of the ring as they run in production: own processes, real sockets, ports that happen to be free."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from bench.figures import MeasureFailed

ROOT = Path(__file__).resolve().parent.parent
# Above the seconds that the server grants its requests at the end.
_STOPS_WITHIN = 15.0
_STARTS_WITHIN = 60.0


@dataclass(frozen=True)
class Web:
    port: int
    process: psutil.Process

    def count_connections(self) -> list[int]:
        """Open connections of each serving process."""
        return [
            sum(found.status == psutil.CONN_ESTABLISHED for found in child.net_connections(kind="tcp"))
            for child in self.process.children()
        ]

    def megabytes(self) -> list[float]:
        """Resident memory of each serving process; what they share is in each of them."""
        return [round(child.memory_info().rss / 1e6, 1) for child in self.process.children()]


@contextmanager
def web_server(application: str = "console.wsgi", port: int | None = None) -> Iterator[Web]:
    """Gunicorn with the product's own configuration, all of its processes ready."""
    port = port or free_port()
    command = ["-m", "gunicorn", "-c", "console/gunicorn_conf.py", application]
    environment = {"PORT": str(port), "CONSOLE_BIND": "127.0.0.1"}
    # All pages are one browser's here.
    environment |= {"CONSOLE_STREAMS_PER_SESSION": "1000", "CONSOLE_STREAMS_PER_ADDRESS": "1000"}
    with program("the web server", *command, environment=environment) as process:
        web = Web(port, psutil.Process(process.pid))
        _wait_until_serving(web, process)
        yield web


@contextmanager
def worker() -> Iterator[None]:
    with program("the worker", "manage.py", "worker"):
        yield


@contextmanager
def program(name: str, *command: str, environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A Python program for as long as it is needed. When something fails, what it wrote last is shown."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdout=log,
            stderr=log,
            # A Ctrl+C is for us; we stop what we started.
            start_new_session=True,
        )
        try:
            yield process
            if process.poll() is not None:
                raise MeasureFailed(f"{name} ended by itself with status {process.returncode}")
        except Exception:
            print(f"Last words of {name}:\n{_tail(log)}", file=sys.stderr)
            raise
        finally:
            _stop(process)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_serving(web: Web, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", web.port)) == 0:
                break
        time.sleep(0.1)
    # It listens before its processes have loaded the application; loading costs processor time, waiting none.
    while time.monotonic() < deadline and process.poll() is None:
        before = _processor_seconds(web)
        time.sleep(0.5)
        if before and _processor_seconds(web) - before < 0.02:
            return
    raise MeasureFailed("the web server did not start")


def _processor_seconds(web: Web) -> float:
    return sum(sum(child.cpu_times()[:2]) for child in web.process.children())


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _tail(log: IO[bytes]) -> str:
    log.seek(max(0, log.seek(0, os.SEEK_END) - 4000))
    return log.read().decode(errors="replace")
