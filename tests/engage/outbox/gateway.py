"""A gateway in front of the sandbox that spoils what is asked about some conversations, and passes the rest."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import requests

# What becomes of a call about a spoilt conversation.
MALFORMED = "malformed"
OVERSIZED = "oversized"
NO_JSON = "no_json"
BROKEN_500 = "500"
CUT = "cut"
SILENT = "silent"
SHAPES = (MALFORMED, OVERSIZED, NO_JSON, BROKEN_500, CUT)

_ANSWERS: dict[str, tuple[int, bytes]] = {
    MALFORMED: (200, json.dumps({"event": "x", "data": {"lead": {"id": None}, "messages": [{"id": None}]}}).encode()),
    OVERSIZED: (200, b'{"padding": "' + b"x" * (3 * 1024 * 1024) + b'"}'),
    NO_JSON: (200, b"<!doctype html><title>Gateway</title>"),
    BROKEN_500: (500, b"it broke"),
    "401": (401, b"who are you"),
    "403": (403, b"<h1>Forbidden</h1>"),
    "404": (404, b"not here"),
    "410": (410, b"gone"),
    "422": (422, b"not like this"),
    "429": (429, b"slow down"),
}


class Gateway(ThreadingHTTPServer):
    """`spoilt`: what is done to calls whose conversation or API key is this; `method` limits it to one method."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.platform_url = url
        self.spoilt: dict[str, str] = {}
        self.methods: tuple[str, ...] = ("GET", "POST")
        # The platform acts on it before the answer is spoilt.
        self.acts_first = False
        self.asked: list[tuple[str, str]] = []
        self.fate: Callable[[str, str], str] | None = None
        self.released = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Gateway:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.released.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def count(self, method: str, key: str) -> int:
        return self.asked.count((method, key))


class _Handler(BaseHTTPRequestHandler):
    server: Gateway

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""

    def do_GET(self) -> None:
        self._handle("GET")

    def do_POST(self) -> None:
        self._handle("POST")

    def _handle(self, method: str) -> None:
        self.close_connection = True
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        key = (parse_qs(urlsplit(self.path).query).get("key") or [self.headers.get("X-API-KEY", "")])[0]
        self.server.asked.append((method, key))
        fate = self.server.spoilt.get(key, "") if method in self.server.methods else ""
        if self.server.fate is not None:
            fate = self.server.fate(method, key)
        if not fate or self.server.acts_first:
            status, answer = self._pass_on(method, body)
        if fate == SILENT:
            self.server.released.wait(60)
            return
        if fate == CUT:
            return
        if fate:
            status, answer = _ANSWERS[fate]
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        if status == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(answer)

    def _pass_on(self, method: str, body: bytes) -> tuple[int, bytes]:
        wanted = {n: v for n, v in self.headers.items() if n.lower() in ("content-type", "x-api-key")}
        with requests.Session() as session:
            session.trust_env = False
            url = f"{self.server.platform_url}{self.path}"
            answer = session.request(method, url, headers=wanted, data=body, timeout=30)
        return answer.status_code, answer.content
