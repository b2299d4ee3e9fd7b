"""Bodies in every way a sender may write them, to gunicorn over real sockets: a 2xx means that all of it is kept."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.engage.deliveries import body, message
from tests.migrated import copy_migrated

pytestmark = pytest.mark.whole

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "token-of-the-workspace"
# Beside the server, on its database: makes the workspace, says so, and tells and empties the ledger for each line.
OPERATE = """
import django
django.setup()
import json, sys
from engage.mirror.projector import project_all
from engage.models import Delivery, Message
from tests.engage.deliveries import make_workspace
make_workspace(token="token-of-the-workspace")
print("ready", flush=True)
for line in sys.stdin:
    project_all()
    deliveries = [[row.state, len(row.body)] for row in Delivery.objects.order_by("id")]
    texts = list(Message.objects.order_by("sent_at").values_list("text", flat=True))
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    print(json.dumps({"deliveries": deliveries, "texts": texts}), flush=True)
"""


@dataclass(frozen=True)
class Server:
    """A console on a database file of its own; `port` is gunicorn's or that of a proxy before it."""

    operator: subprocess.Popen[str]
    port: int

    def take_in(self) -> dict[str, Any]:
        """What is in the ledger and what the mirror made of it; both are empty afterwards."""
        assert self.operator.stdin
        assert self.operator.stdout
        self.operator.stdin.write("go on\n")
        self.operator.stdin.flush()
        answer: dict[str, Any] = json.loads(self.operator.stdout.readline())
        return answer

    def post(self, *pieces: bytes, head: bytes, hang_up: bool = False) -> int:
        """The status that answers raw bytes on a connection of their own; 0 when it was closed without one."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(_request_line() + head + b"\r\n")
            for piece in pieces:
                connection.sendall(piece)
            if hang_up:
                # Who has refused the beginning may have closed it already.
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_WR)
            return _status(connection)


def _request_line() -> bytes:
    return f"POST /hooks/engage/{TOKEN}/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n".encode()


def _status(connection: socket.socket) -> int:
    answer = b""
    while b"\r\n" not in answer:
        try:
            received = connection.recv(4096)
        except ConnectionResetError:
            return 0
        if not received:
            return 0
        answer += received
    return int(answer.split(b" ", 2)[1])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("served")
    port = _free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": str(ROOT),
        "CONSOLE_DATABASE_URL": f"sqlite:///{copy_migrated(home / 'console.sqlite3')}",
        "PORT": str(port),
        "CONSOLE_BIND": "127.0.0.1",
        "CONSOLE_WEB_PROCESSES": "1",
    }
    pipe = subprocess.PIPE
    operator = subprocess.Popen(
        [sys.executable, "-c", OPERATE], cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True
    )
    assert operator.stdout
    assert operator.stdout.readline() == "ready\n"
    command = [sys.executable, "-m", "gunicorn", "-c", "console/gunicorn_conf.py", "console.wsgi"]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log)
    try:
        _wait_until_answered(port)
        yield Server(operator, port)
    finally:
        for started in (process, operator):
            started.terminate()
            started.wait(timeout=20)


@pytest.fixture(scope="module", params=["gunicorn", "nginx that buffers", "nginx that streams"])
def server(
    request: pytest.FixtureRequest, direct: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    if request.param == "gunicorn":
        yield direct
        return
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed")
    home, port = tmp_path_factory.mktemp("nginx"), _free_port()
    buffering = "on" if request.param == "nginx that buffers" else "off"
    (home / "nginx.conf").write_text(_configuration(home, port, direct.port, buffering))
    process = subprocess.Popen([nginx, "-c", str(home / "nginx.conf"), "-e", str(home / "error.log")])
    try:
        _wait_until_answered(port)
        yield Server(direct.operator, port)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _configuration(home: Path, port: int, to: int, buffering: str) -> str:
    kept = "".join(f" {kind}_temp_path {home}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return f"""
        {"user root;" if os.geteuid() == 0 else ""} daemon off; pid {home}/pid;
        events {{}}
        http {{
            access_log off;{kept}
            server {{
                listen 127.0.0.1:{port}; client_max_body_size 4m;
                location / {{
                    proxy_pass http://127.0.0.1:{to};
                    proxy_http_version 1.1; proxy_request_buffering {buffering};
                }}
            }}
        }}
    """


def _wait_until_answered(port: int) -> None:
    deadline = time.monotonic() + 90
    while True:
        try:
            requests.get(f"http://127.0.0.1:{port}/nothing/here/", timeout=10)
            return
        except (requests.ConnectionError, requests.Timeout):
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)


def _text(words: str) -> bytes:
    return json.dumps(body(messages=[message(1, 1, words)])).encode()


def _chunks(raw: bytes, size: int, extension: bytes = b"") -> list[bytes]:
    pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
    return [*(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces), b"0\r\n\r\n"]


CHUNKED = b"Transfer-Encoding: chunked\r\n"


@pytest.mark.parametrize("size", [1, 7, 700, 100_000])
def test_a_webhook_in_chunks_is_stored_whole(server: Server, size: int) -> None:
    raw = _text("Sent in chunks")

    status = server.post(*_chunks(raw, size), head=CHUNKED)

    kept = server.take_in()
    assert status == 204
    assert kept["deliveries"] == [["applied", len(raw)]]
    assert kept["texts"] == ["Sent in chunks"]


def test_chunks_with_extensions_trailers_and_other_letters_are_stored_whole(server: Server) -> None:
    raw = _text("With trailers")
    chunks = [*_chunks(raw, 900, b";name=value")[:-1], b"0\r\nX-Checksum: 7\r\n\r\n"]

    status = server.post(*chunks, head=b"transfer-encoding: CHUNKED\r\n")

    assert (status, server.take_in()["texts"]) == (204, ["With trailers"])


def test_two_webhooks_on_one_connection_in_chunks_are_two(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        statuses = []
        for words in ("The first", "The second"):
            raw = json.dumps(body(messages=[message(len(words), len(words), words)])).encode()
            connection.sendall(_request_line() + CHUNKED + b"\r\n" + b"".join(_chunks(raw, 500)))
            statuses.append(_status(connection))

    assert statuses == [204, 204]
    assert server.take_in()["texts"] == ["The first", "The second"]


def test_a_body_over_a_mebibyte_is_413_also_in_chunks(server: Server) -> None:
    large = b" " * (2 * 1024 * 1024)

    assert server.post(*_chunks(large, 64 * 1024), head=CHUNKED) in (413, 0)
    assert server.take_in()["deliveries"] == []


@pytest.mark.parametrize("kind", ["half a chunk", "no last chunk", "a size that is none", "less than its length"])
def test_a_body_that_is_cut_off_is_refused_and_not_kept(server: Server, kind: str) -> None:
    raw = _text("Cut off")
    head, pieces = {
        "half a chunk": (CHUNKED, [b"%x\r\n" % len(raw), raw[:100]]),
        "no last chunk": (CHUNKED, _chunks(raw, 500)[:-1]),
        "a size that is none": (CHUNKED, [b"zz\r\n", raw]),
        "less than its length": (b"Content-Length: %d\r\n" % len(raw), [raw[:-10]]),
    }[kind]

    # nginx closes such a connection without a word, which no sender takes for a 2xx.
    assert server.post(*pieces, head=head, hang_up=True) in (400, 408, 0)
    assert server.take_in()["deliveries"] == []


def test_a_body_without_length_and_chunks_is_not_answered_2xx(server: Server) -> None:
    status = server.post(head=b"")

    # nginx names a length of nothing where there was none: an empty body is kept and told to an admin.
    deliveries = server.take_in()["deliveries"]
    assert (status, deliveries) in [(411, []), (204, [["quarantined", 0]])]


def test_a_sender_that_waits_for_100_continue_is_told_to_go_on(server: Server) -> None:
    raw = _text("After 100")
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(_request_line() + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(raw))
        assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(raw)
        status = _status(connection)

    assert (status, server.take_in()["texts"]) == (204, ["After 100"])


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize("is_chunked", [True, False])
def test_a_compressed_body_is_kept_as_it_came_and_read(server: Server, encoding: str, is_chunked: bool) -> None:
    plain = _text("Compressed")
    raw = gzip.compress(plain) if encoding == "gzip" else zlib.compress(plain)
    length = CHUNKED if is_chunked else b"Content-Length: %d\r\n" % len(raw)

    status = server.post(
        *(_chunks(raw, 100) if is_chunked else [raw]), head=length + f"Content-Encoding: {encoding}\r\n".encode()
    )

    kept = server.take_in()
    assert status == 204
    assert kept["deliveries"] == [["applied", len(raw)]]
    assert kept["texts"] == ["Compressed"]


def test_an_encoding_that_nobody_could_read_later_is_refused(server: Server) -> None:
    raw = _text("Brotli")

    status = server.post(raw, head=b"Content-Encoding: br\r\nContent-Length: %d\r\n" % len(raw))

    assert (status, server.take_in()["deliveries"]) == (415, [])
