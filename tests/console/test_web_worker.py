"""The console as gunicorn serves it, over real sockets."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
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
def web(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Web]:
    """A server that the test may stop."""
    with serving(tmp_path, getattr(request, "param", "")) as web:
        yield web


@pytest.fixture(scope="module")
def shared_web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """For whoever only asks."""
    with serving(tmp_path_factory.mktemp("shared")) as web:
        yield web


@contextmanager
def serving(home: Path, extra: str = "") -> Iterator[Web]:
    """One web process; its database has no tables, and the pages asked for here need none."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PORT": str(port),
        "CONSOLE_BIND": "127.0.0.1",
        "CONSOLE_WEB_PROCESSES": "1",
        "CONSOLE_DATABASE_URL": f"sqlite:///{home / 'empty.sqlite3'}",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "console/gunicorn_conf.py", *extra.split(), "console.wsgi"]
    environment |= {"CONSOLE_LOG_FORMAT": "json"} if "json" in extra else {}
    log = home / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=errors, stdout=errors)
    try:
        _wait_until_answered(port)
        yield Web(process, f"http://127.0.0.1:{port}", port, log)
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_clients_slow_to_hang_up_do_not_hold_up_the_others(shared_web: Web) -> None:
    slow = [_ask_and_stay(shared_web.port) for _ in range(3)]

    started = time.monotonic()
    response = requests.get(f"{shared_web.url}/nothing/here/", timeout=10)
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


# gunicorn makes nothing of these names; they only choose the format of the log.
_ACCESS = "--access-logfile -"


@pytest.mark.parametrize("web", ["", "--name json", _ACCESS, f"{_ACCESS} --name json"], indirect=True)
def test_no_line_of_gunicorns_own_tells_a_secret(web: Web) -> None:
    path = b"/hooks/engage/c4n4ry/?key=c4n4ry"
    lines = [
        b"POST " + path + b"\r\n\r\n",
        b"POST " + path + b" HTTP/9.9\r\n\r\n",
        b"p*st\x00 " + path + b" HTTP/1.1\r\n\r\n",
        b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nSCRIPT_NAME: /x\r\n\r\n",
        b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-KEY c4n4ry\r\n\r\n",
        b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie sessionid=c4n4ry\r\n\r\n",
        b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nReferer: " + path + b"\r\n folded c4n4ry\r\n\r\n",
        b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: c4n4ry\r\n\r\n",
        b"POST " + path + b' HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}"my name is c4n4ry"\r\n\r\n',
        b"POST " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nc4n4ry\r\n",
        b"GET "
        + path
        + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer c4n4ry\r\nTransfer-Encoding: x\r\n\r\n",
        b"GET /" + b"a" * 5000 + path + b" HTTP/1.1\r\n\r\n",
    ]

    # Side by side: after some of them the server waits for more, and so do we.
    with ThreadPoolExecutor(len(lines)) as pool:
        answers = list(pool.map(partial(_say, web.port), lines))
    web.stop()

    log = web.log.read_text()
    assert all(answer.startswith(b"HTTP/1.1 ") for answer in answers)
    assert log
    assert "c4n4ry" not in log
    assert not any(b"c4n4ry" in answer for answer in answers)


def test_header_that_names_a_script_changes_nothing(shared_web: Web) -> None:
    answer = _say(
        shared_web.port,
        b"GET /nothing/here/ HTTP/1.1\r\nHost: 127.0.0.1\r\nSCRIPT_NAME: /x\r\nConnection: close\r\n\r\n",
    )

    assert answer.startswith(b"HTTP/1.1 404 ")


def test_answer_to_what_is_no_request_is_guarded_like_any_other(web: Web) -> None:
    answer = _say(web.port, b"no request\r\n\r\n")
    web.stop()

    assert answer.startswith(b"HTTP/1.1 400 ")
    for header in (b"Content-Security-Policy: default-src 'none'", b"X-Content-Type-Options: nosniff", b"no-store"):
        assert header in answer
    assert len(web.log.read_text()) < 2000


def test_request_cut_off_in_the_middle_is_refused(shared_web: Web) -> None:
    with socket.create_connection(("127.0.0.1", shared_web.port), timeout=10) as connection:
        connection.sendall(b"POST /hooks/engage/x/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
        connection.shutdown(socket.SHUT_WR)

        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_requests_sent_in_one_piece_are_answered_one_after_the_other(shared_web: Web) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    last = b"POST /nothing/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"

    answers = _say(shared_web.port, one + one + last)

    assert answers.count(b"HTTP/1.1 200 ") == 2
    assert answers.count(b"HTTP/1.1 40") == 1


def _say(port: int, what: bytes) -> bytes:
    """All that comes back until the connection is closed or still."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=4) as connection:
        connection.sendall(what)
        try:
            while piece := connection.recv(65536):
                heard += piece
        except (TimeoutError, ConnectionResetError):
            pass
    return heard


def _ask_and_stay(port: int) -> socket.socket:
    """A client that has its answer, the last of this connection, and does not hang up."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(b"GET /nothing/here/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert connection.recv(12) == b"HTTP/1.1 404"
    return connection


def _wait_until_answered(port: int) -> None:
    deadline = time.monotonic() + 90
    while True:
        try:
            requests.get(f"http://127.0.0.1:{port}/nothing/here/", timeout=10)
            return
        except (requests.ConnectionError, requests.Timeout):
            assert time.monotonic() < deadline, "gunicorn did not start"
            time.sleep(0.1)


def test_d7_no_request_holds_a_transaction() -> None:
    assert not settings.DATABASES["default"].get("ATOMIC_REQUESTS")
