"""Many open pages in one small program: it holds their streams and notes when which text reached which page."""

from __future__ import annotations

import multiprocessing
import selectors
import signal
import socket
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

from bench.figures import Figures, MeasureFailed, latencies

# Stands on both sides of a text's number, and nowhere else on a page.
MARK = "¶"
_MARK = MARK.encode()
_OPENS_WITHIN = 60.0
# Who has not seen a text so long after the last one was posted has missed it.
_PATIENCE = 10.0


@dataclass
class _Page:
    connection: socket.socket
    arrived_at: array[float]
    unread: bytes = b""
    is_open: bool = False


@dataclass
class OpenPages:
    _pipe: Connection

    def judge(self, due: list[float]) -> Figures:
        """How long after it was due each text was on each page; those that never or repeatedly came are counted."""
        self._pipe.send(due)
        return self._receive()

    def _receive(self) -> Figures:
        answer = self._pipe.recv()
        if isinstance(answer, str):
            raise MeasureFailed(answer)
        return dict(answer)


@contextmanager
def open_pages(port: int, path: str, cookies: list[str], texts: int) -> Iterator[OpenPages]:
    """A stream for each cookie, all of them up. `texts`: how many numbered texts will come."""
    ours, theirs = multiprocessing.Pipe()
    arguments = (theirs, port, path, cookies, texts)
    process = multiprocessing.get_context("spawn").Process(target=_run, args=arguments, daemon=True)
    process.start()
    theirs.close()
    pages = OpenPages(ours)
    try:
        pages._receive()
        yield pages
    finally:
        process.terminate()
        process.join()
        ours.close()


def _run(pipe: Connection, port: int, path: str, cookies: list[str], texts: int) -> None:
    # A Ctrl+C is for our parent, who stops us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        watch = _Watch(port, path, cookies, texts)
        watch.wait_until_open()
        pipe.send({})
        while not pipe.poll():
            watch.read(0.05)
        due: list[float] = pipe.recv()
        watch.wait_until_complete(_PATIENCE)
        pipe.send(watch.judge(due))
    except Exception as error:
        pipe.send(f"{type(error).__name__}: {error}")


class _Watch:
    def __init__(self, port: int, path: str, cookies: list[str], texts: int) -> None:
        self._selector = selectors.DefaultSelector()
        self._pages: list[_Page] = []
        self._repeated = 0
        self._left = texts * len(cookies)
        for cookie in cookies:
            page = _Page(_ask(port, path, cookie), array("d", [0.0]) * texts)
            self._pages.append(page)
            self._selector.register(page.connection, selectors.EVENT_READ, page)

    def wait_until_open(self) -> None:
        """Until each has had its first event."""
        deadline = time.monotonic() + _OPENS_WITHIN
        while not all(page.is_open for page in self._pages):
            if time.monotonic() > deadline:
                raise MeasureFailed("not every stream opened")
            self.read(0.1)

    def wait_until_complete(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self._left and time.monotonic() < deadline:
            self.read(0.1)

    def read(self, timeout: float) -> None:
        for key, _ in self._selector.select(timeout):
            self._read_page(key.data)

    def _read_page(self, page: _Page) -> None:
        received = page.connection.recv(262_144)
        now = time.time()
        if not received:
            raise MeasureFailed("a stream ended")
        # An event ends with an empty line, and the server puts whole events into a chunk: so a text is never torn, and
        # the sizes of chunks between events need not be read.
        whole, _, page.unread = (page.unread + received).rpartition(b"\n\n")
        if not page.is_open:
            page.is_open = _is_welcomed(whole or page.unread)
        for number in whole.split(_MARK)[1::2]:
            self._note(page, int(number), now)

    def _note(self, page: _Page, number: int, now: float) -> None:
        if page.arrived_at[number]:
            self._repeated += 1
        else:
            page.arrived_at[number] = now
            self._left -= 1

    def judge(self, due: list[float]) -> Figures:
        seconds = [at - due_at for page in self._pages for at, due_at in zip(page.arrived_at, due, strict=True) if at]
        return {**latencies(seconds), "missed": self._left, "repeated": self._repeated}


def _ask(port: int, path: str, cookie: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\nCookie: {cookie}\r\n\r\n"
    connection.sendall(head.encode())
    connection.setblocking(False)
    return connection


def _is_welcomed(received: bytes) -> bool:
    if received.startswith(b"HTTP") and not received.startswith(b"HTTP/1.1 200"):
        raise MeasureFailed(f"a stream was refused: {received[:200].decode(errors='replace')}")
    return b"\nid: " in received
