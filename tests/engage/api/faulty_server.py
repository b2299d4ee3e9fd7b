"""A platform on a raw socket, which answers as badly as it is told to, and keeps every byte it was sent."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qs, urlsplit

Answer = Callable[[socket.socket], None]

JSON_HEADERS = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class ReceivedRequest:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True, strict_parsing=True)

    @property
    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode("ascii"), keep_blank_values=True, strict_parsing=True)

    @property
    def parts(self) -> list[tuple[str, bytes]]:
        """Headers and content of each part of a multipart body."""
        kind, _, boundary = self.headers["content-type"].partition("; boundary=")
        assert kind == "multipart/form-data"
        start, *parts, end = (b"\r\n" + self.body).split(b"\r\n--" + boundary.encode())
        assert (start, end) == (b"", b"--\r\n")
        heads_and_contents = (part.removeprefix(b"\r\n").partition(b"\r\n\r\n") for part in parts)
        return [(head.decode(), content) for head, _, content in heads_and_contents]


class FaultyServer:
    """`answer` is run for each connection after its request was read, or at once when `reads` is False."""

    def __init__(self, answer: Answer, *, reads: bool = True, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.answer = answer
        self.requests: list[ReceivedRequest] = []
        self.connections = 0
        self._reads = reads
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []

    @property
    def origin(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        # A shutdown, unlike a close, wakes the thread that waits in accept.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            self._open.append(connection)
            if self._reads:
                self.requests.append(read_request(connection))
            self.answer(connection)
        with contextlib.suppress(OSError):
            connection.close()


def read_request(connection: socket.socket) -> ReceivedRequest:
    received = b""
    while b"\r\n\r\n" not in received:
        received += _some(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += _some(connection)
    return ReceivedRequest(method, target, headers, body)


def _some(connection: socket.socket) -> bytes:
    received = connection.recv(65536)
    if not received:
        raise ConnectionError("the client closed")
    return received


def status(code: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
    """A whole answer."""
    lines = {**JSON_HEADERS, **(headers or {}), "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return raw(f"HTTP/1.1 {code} Words\r\n{head}\r\n".encode() + body)


def raw(sent: bytes) -> Answer:
    """These bytes, then the end of the stream."""
    return lambda connection: connection.sendall(sent)


def drip(start: bytes, drop: bytes, *, pause: float = 0.05, count: int = 200) -> Answer:
    """Never silent for longer than `pause`, and never done."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(count):
            time.sleep(pause)
            connection.sendall(drop)

    return answer


def close(connection: socket.socket) -> None:
    """No answer at all."""


def reset(connection: socket.socket) -> None:
    """RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def stall(connection: socket.socket) -> None:
    """Holds the connection open and says nothing, until the server is stopped."""
    while connection.recv(65536):
        pass


@contextlib.contextmanager
def refusing_origin() -> Iterator[str]:
    """A port that is taken, so that no other process gets it, and on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@contextlib.contextmanager
def unanswering_origin() -> Iterator[str]:
    """A listener whose queue is full: the kernel drops what else knocks."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filler.connect(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
