"""Addresses that are not what they seem, all of which end at a listener that nobody may ever reach."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self


class Sentinel:
    """Listens on loopback, on both protocols, and counts whoever knocks."""

    def __init__(self) -> None:
        self.connections = 0
        self._four = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._four.getsockname()[1]
        self._listeners = [self._four]
        with contextlib.suppress(OSError):
            self._listeners.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))

    def __enter__(self) -> Self:
        for listener in self._listeners:
            threading.Thread(target=self._count, args=(listener,), daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        for listener in self._listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _count(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self.connections += 1
                connection.close()


def hosts(real: str) -> list[str]:
    """The sentinel's machine in every spelling, alone and behind the platform's name (`real`, with its port)."""
    name = real.rpartition(":")[0]
    plain = ["127.0.0.1", "localhost", "[::1]"]
    disguised = [
        "0177.0.0.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "127.1",
        "127.0.1",
        "0",
        "0.0.0.0",
        "127.000.000.001",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[0:0:0:0:0:0:0:1]",
        "[::]",
        "127.0.0.1.",
        "localhost.",
        "LOCALHOST",
        "ⓛocalhost",
        "１２７.０.０.１",
        "127。0。0。1",
        "%31%32%37.0.0.1",
        "loc\u00adalhost",
        "127.0.0.1%00",
    ]
    behind_the_name = [
        f"{real}@127.0.0.1",
        f"{name}@127.0.0.1",
        f"user:pass@{real}@127.0.0.1",
        f"{real}\\@127.0.0.1",
        f"{real}%5c@127.0.0.1",
        f"{name}%2f@127.0.0.1",
        f"{name}#@127.0.0.1",
        f"{name}?@127.0.0.1",
        f"{name};@127.0.0.1",
        f"{name}\t@127.0.0.1",
        f"{name}\r\nHost: 127.0.0.1\r\n\r\n@127.0.0.1",
        f"{name}.127.0.0.1",
    ]
    return [*plain, *disguised, *behind_the_name]


def addresses(real: str, port: int, key: str) -> list[str]:
    """400 of them, each with the key where the platform puts it."""
    tail = f"/api/public/engage/conversation?key={key}"
    starts = ["http://", "https://", "HTTP://", "//", "\\\\", "http:\\\\", "http:///", "http:", "ftp://", "gopher://"]
    listed = [f"{start}{host}:{port}{tail}" for start in starts for host in hosts(real)]
    odd = [
        f"http://{real}:{port}{tail}",
        f"http://{real}\\{tail}",
        f"http://{real}/redirect?to=http://127.0.0.1:{port}/&key={key}",
        f"http://{real}/..//127.0.0.1:{port}{tail}",
        f"http://{real}{tail}\r\nLocation: http://127.0.0.1:{port}/",
        f" http://127.0.0.1:{port}{tail}",
        f"\u0000http://127.0.0.1:{port}{tail}".replace("\u0000", "\u0001"),
        f"data:text/html,http://127.0.0.1:{port}?key={key}",
        f"javascript:fetch('http://127.0.0.1:{port}')?key={key}",
        f"file:///proc/self/environ?key={key}",
    ]
    return listed + odd
