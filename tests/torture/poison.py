"""What P20 puts among healthy things: answers nobody can read, deliveries nobody can apply, texts made to hurt."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from tests.engage.deliveries import body

# So many texts, as short as can be, fit into a webhook of 1 MiB.
_CROWD = 33_000
_ENDLESS = 256 * 1024 * 1024
_PIECE = b" " * 64 * 1024

# Texts of a lead: for expressions that go back, for counters, for what reads words, and for who looks at them.
HOSTILE_TEXTS = (
    f"stop {'text messages ' * 24}zebra",
    f"{'stop calling and ' * 80}x",
    "(" * 1500,
    f"{'remove my ' * 150}!",
    "st\u200bo\u200dp\u2060 " * 150,
    "👩‍👩‍👧‍👦" * 200,
    "a" * 1590 + "\u202e",
    f"Liked “{'“' * 700}”",
    f"{'1' * 1500}.{'0' * 90}",
    f"{'quit ' * 300}?",
)

# Kind → what a GET of one conversation is answered, as (length that is claimed, pieces).
Spoilt = Callable[[], tuple[int | None, Iterator[bytes]]]


def _whole(answer: bytes) -> Spoilt:
    return lambda: (len(answer), iter([answer]))


def _endless() -> Iterator[bytes]:
    yield b'{"data": {"lead": "'
    for _ in range(_ENDLESS // len(_PIECE)):
        yield _PIECE


def _slow() -> Iterator[bytes]:
    for byte in b'{"data": {}}' * 5:
        yield bytes([byte])
        time.sleep(1)


UNREADABLE: dict[str, Spoilt] = {
    "a web page": _whole(b"<!doctype html><title>Please wait</title>"),
    "numbers": _whole(b"[1, 2, 3]"),
    "nothing": _whole(b""),
    "an empty object": _whole(b"{}"),
    "no lead": _whole(b'{"data": {"campaign": {"id": "c"}, "lead": null, "messages": [{"id": null}]}}'),
    "cut off": lambda: (10_000, iter([b'{"data": {"lead": {"id"'])),
    "nested": _whole(b"[" * 200_000),
    "endless": lambda: (None, _endless()),
    "a byte a second": lambda: (None, _slow()),
}
ODD_CAMPAIGNS: tuple[Any, ...] = (
    None,
    17,
    "ACTIVE",
    {},
    {"id": None, "name": None},
    {"id": {"oid": 7}, "name": ["a"]},
    {
        "id": "odd-campaign", "name": 7, "dispositions": "none", "schedule": [1], "messages": 3, "webhooks": "off",
        "allCampaignFields": {"a": 1}, "leadLists": "all", "events": [None, 3], "updated": "yesterday",
        "campaignStatus": {"is": "ACTIVE"}, "sendingStatus": 5, "conversationEmail": [], "carrierDailyLimits": "many",
    },
    {"id": "large-campaign", "name": "A large one", "events": [{"message": "x" * 500}] * 3000},
)  # fmt: skip


class PoisonedPlatform:
    """Passes everything on to the sandbox, but for the conversations that are spoilt and the campaigns that are odd."""

    def __init__(self, origin: str) -> None:
        self.spoilt: dict[str, Spoilt] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self, origin))
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> PoisonedPlatform:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler_for(platform: PoisonedPlatform, origin: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            [key] = parse_qs(parts.query).get("key", [""])
            if parts.path.endswith("/conversation") and key in platform.spoilt:
                self._answer(200, *platform.spoilt[key]())
                return
            said = self._pass_on("GET", b"")
            content = said.content
            if parts.path.endswith("/campaigns") and said.ok:
                content = json.dumps([*said.json(), *ODD_CAMPAIGNS]).encode()
            self._answer(said.status_code, len(content), iter([content]))

        def do_POST(self) -> None:
            said = self._pass_on("POST", self.rfile.read(int(self.headers.get("Content-Length", 0))))
            self._answer(said.status_code, len(said.content), iter([said.content]))

        def _pass_on(self, method: str, content: bytes) -> requests.Response:
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            return requests.request(
                method, f"{origin}{self.path}", data=content, headers=headers, timeout=60, allow_redirects=False
            )

        def _answer(self, status: int, length: int | None, pieces: Iterator[bytes]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if length is not None:
                self.send_header("Content-Length", str(length))
            self.end_headers()
            try:
                for piece in pieces:
                    self.wfile.write(piece)
                    self.wfile.flush()
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


class SilentPlatform:
    """Whoever calls is connected, and never hears a word."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.origin = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> SilentPlatform:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._listener.close()


def event(number: int, text: str, *, messages: list[dict[str, Any]] | None = None) -> bytes:
    """A webhook about a lead that no platform knows, of this moment."""
    said = {
        "id": f"{10**13 + number:024x}",
        "sender": "+15555551212",
        "direction": "INBOUND",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "message": text,
    }
    payload = body(lead_id=f"stranger-{number}", phone=f"+1{3_000_000_000 + number}", messages=messages or [said])
    return json.dumps(payload, separators=(",", ":")).encode()


def crowded(number: int) -> bytes:
    """Nearly 1 MiB, made of messages that are as short as they can be."""
    return event(number, "", messages=[{"id": f"{number}{index}", "message": "x"} for index in range(_CROWD)])


def odd_deliveries(number: int) -> list[bytes]:
    """Requests behind their first lines: bodies that nobody can read or apply, in encodings that nobody expects."""
    valid = event(number, "As it should be")
    null = event(number + 1, "A NUL \0 and half a pair \ud83d")
    plain = [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"NewMessage"',
        b"\xff\xfe\x00\x00",
        b"NaN",
        b"[" * 200_000,
        b'{"eventType": "NewMessage"}',
        b'{"eventType": ["NewMessage"], "data": 7}',
        b'{"eventType": "NewMessage", "data": {"lead": {"id": ' + b"9" * 5000 + b"}}}",
        b'{"eventType": "Unheard", "data": {}}',
        null,
        valid.replace(b'"lead"', b'"lead": 3, "leads"', 1),
        b"\xef\xbb\xbf" + valid,
        valid.decode().encode("utf-16"),
        b"x" * 900_000,
    ]
    long = [_headed(content, f"Content-Length: {len(content)}") for content in plain]
    return [
        *long,
        _headed(_in_chunks(event(number + 2, IN_CHUNKS)), "Transfer-Encoding: chunked"),
        _headed(_in_chunks(valid)[:-9], "Transfer-Encoding: chunked"),
        _headed(b"zz\r\n" + valid, "Transfer-Encoding: chunked"),
        _headed(valid[:100], f"Content-Length: {len(valid)}"),
        _headed(gzip.compress(valid), f"Content-Encoding: gzip\r\nContent-Length: {len(gzip.compress(valid))}"),
        _headed(valid, f"Content-Type: application/json; charset=utf-16\r\nContent-Length: {len(valid)}"),
        _headed(valid, f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {len(valid)}"),
        _headed(valid, "Content-Length: -1"),
    ]


IN_CHUNKS = "This one came in chunks"


def _headed(content: bytes, headers: str) -> bytes:
    return f"{headers}\r\n\r\n".encode() + content


def _in_chunks(content: bytes) -> bytes:
    pieces = [content[begin : begin + 300] for begin in range(0, len(content), 300)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def post_raw(port: int, path: str, rest: bytes) -> int:
    """The status of the answer; 0 when there is none within ten seconds. The sender says no more after it."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        try:
            line.sendall(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n".encode() + rest)
            line.shutdown(socket.SHUT_WR)
            answer = line.recv(4096)
        except OSError:
            return 0
    words = answer.split(maxsplit=2)
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
