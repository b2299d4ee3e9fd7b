"""The console as gunicorn serves it, over real sockets."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from django.conf import settings

pytestmark = pytest.mark.whole

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Web:
    process: subprocess.Popen[bytes]
    url: str
    port: int
    log: Path

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    """One web process of its own; its database has no tables, and the pages asked for here need none."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PORT": str(port),
        "CONSOLE_BIND": "127.0.0.1",
        "CONSOLE_WEB_PROCESSES": "1",
        "CONSOLE_DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "console/gunicorn_conf.py", "console.wsgi"]
    log = tmp_path / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=errors)
    try:
        _wait_until_answered(port)
        yield Web(process, f"http://127.0.0.1:{port}", port, log)
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_clients_slow_to_hang_up_do_not_hold_up_the_others(web: Web) -> None:
    slow = [_ask_and_stay(web.port) for _ in range(3)]

    started = time.monotonic()
    response = requests.get(f"{web.url}/nothing/here/", timeout=10)
    waited = time.monotonic() - started

    assert response.status_code == 404
    # gunicorn's own worker waits two seconds for each of them, one after the other.
    assert waited < 3
    for connection in slow:
        connection.close()


def test_stop_waits_for_clients_slow_to_hang_up_without_being_killed(web: Web) -> None:
    slow = [_ask_and_stay(web.port) for _ in range(10)]

    status = web.stop()

    assert status == 0
    assert "SIGKILL" not in web.log.read_text()
    for connection in slow:
        connection.close()


def test_secret_address_of_a_webhook_stays_out_of_the_log(web: Web) -> None:
    response = requests.post(f"{web.url}/hooks/engage/for-your-eyes-only/?key=secret", data=b"{}", timeout=10)
    web.stop()

    assert response.status_code >= 400
    assert "for-your-eyes-only" not in web.log.read_text()
    assert "key=secret" not in web.log.read_text()


def _ask_and_stay(port: int) -> socket.socket:
    """A client that has its answer, the last of this connection, and does not hang up."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(b"GET /nothing/here/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert connection.recv(12) == b"HTTP/1.1 404"
    return connection


def _wait_until_answered(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            requests.get(f"http://127.0.0.1:{port}/nothing/here/", timeout=10)
            return
        except requests.ConnectionError:
            assert time.monotonic() < deadline, "gunicorn did not start"
            time.sleep(0.1)


def test_d7_no_request_holds_a_transaction() -> None:
    assert not settings.DATABASES["default"].get("ATOMIC_REQUESTS")
