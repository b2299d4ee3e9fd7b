"""Something on the line between us and a platform that decides the fate of each POST. GETs pass untouched."""

from __future__ import annotations

import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

import requests

# What becomes of a POST: does it reach the platform, and what do we hear of it?
PASS = "pass"
REFUSE = "refuse"
LOSE_500 = "lose_500"
CUT = "cut"
PASS_THEN_500 = "pass_then_500"
STALL = "stall"
HALF_HEADERS = "half_headers"
LATE = "late"
TOO_MANY = "429"
OVERLOADED = "503"
ARRIVED_UNHEARD = (CUT, PASS_THEN_500, STALL, HALF_HEADERS)
LOST = (REFUSE, LOSE_500)
# Answered by something in front of the platform, which never sees it.
REFUSALS = ("401", "403", "404", "410")

Reply = tuple[int, bytes]


class Platform(Protocol):
    def handle(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply: ...


class Forward:
    """The platform is another server."""

    def __init__(self, url: str) -> None:
        self._url = url

    def handle(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        wanted = {name: value for name, value in headers.items() if name.lower() in ("content-type", "x-api-key")}
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(method, f"{self._url}{path}", headers=wanted, data=body, timeout=30)
        return answer.status_code, answer.content


@dataclass(frozen=True)
class Post:
    path: str
    fate: str
    body: bytes


class Meddler(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, platform: Platform) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.platform = platform
        self.posts: list[Post] = []
        # Fates of the POSTs to come, first come first served; then `usual` for all that follow.
        self.fates: deque[str] = deque()
        self.usual = PASS
        # Called with the path while a POST, or a GET, is under way: before it reaches the platform.
        self.during_post: Callable[[str], None] = _nothing
        self.during_get: Callable[[str], None] = _nothing
        self.stall_seconds = 0.4
        # One of REFUSALS, while GETs are answered so as well.
        self.refuses_gets = ""
        # What a POST that is late will do when it lands; whoever drives the test lets it.
        self.late: list[Callable[[], object]] = []
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Meddler:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def calls(self, ending: str) -> list[Post]:
        """The POSTs whose path ends so, whatever became of them."""
        return [post for post in self.posts if post.path.partition("?")[0].endswith(ending)]


def _nothing(path: str) -> None:
    pass


class _Handler(BaseHTTPRequestHandler):
    server: Meddler

    def do_GET(self) -> None:
        self.server.during_get(self.path)
        if self.server.refuses_gets:
            return self._answer(int(self.server.refuses_gets), b"<h1>Forbidden</h1>")
        return self._answer(*self._pass_on(b""))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fates = self.server.fates
        fate = fates.popleft() if fates else self.server.usual
        self.server.posts.append(Post(self.path, fate, body))
        self.server.during_post(self.path)
        if fate == REFUSE:
            return self._reset()
        if fate == LOSE_500:
            return self._answer(500, b"nothing was done")
        if fate == TOO_MANY:
            return self._answer(429, b"slow down", retry_after="0")
        if fate == OVERLOADED:
            return self._answer(503, b"come back later", retry_after="1")
        if fate in REFUSALS:
            return self._answer(int(fate), b"<h1>Forbidden</h1>")
        if fate == LATE:
            self.server.late.append(lambda: self._pass_on(body))
            return self._close()
        reply = self._pass_on(body)
        match fate:
            case "cut":
                self._close()
            case "stall":
                # As long as a test can wait, then the line goes dead.
                threading.Event().wait(self.server.stall_seconds)
                self._close()
            case "half_headers":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Ty")
                self._close()
            case "pass_then_500":
                self._answer(500, b"something went wrong")
            case _:
                self._answer(*reply)
        return None

    def _pass_on(self, body: bytes) -> Reply:
        return self.server.platform.handle(self.command, self.path, dict(self.headers), body)

    def _answer(self, status: int, body: bytes, *, retry_after: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(body)

    def _close(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""
