"""The mailbox between the hub and one open page."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from socket import socket

from console.live.events import event
from console.live.topics import Topics

# About ten busy seconds; a page that is further behind than that reads itself again.
MOST_WAITING = 100


@dataclass(frozen=True)
class Taken:
    events: list[bytes]
    is_ended: bool


class Stream:
    def __init__(self, topics: Topics, after: int | None, connection: socket | None = None) -> None:
        self.topics = topics
        self.after = after
        self.connection = connection
        self._changed = threading.Condition()
        self._events: deque[bytes] = deque()
        self._position: int | None = None
        self._is_troubled = False
        self._is_ended = False

    def put(self, message: bytes | None, position: int | None) -> None:
        """From the hub: news for this page, if there are any, and up to where it heard everything, if further now."""
        with self._changed:
            self._position = self._position if position is None else position
            if self._is_troubled and message is None:
                message = event(name="alive", id=self._position)
            self._is_troubled = False
            if message is not None:
                self._append(message)

    def put_trouble(self) -> None:
        """From the hub: there may be news, but they cannot be read now."""
        with self._changed:
            if not self._is_troubled:
                self._is_troubled = True
                self._append(event(name="trouble"))

    def end(self) -> None:
        with self._changed:
            self._is_ended = True
            self._changed.notify()

    def take(self, timeout: float) -> Taken:
        """From the page's thread: everything that came, as soon as something came or the stream is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._events or self._is_ended, max(timeout, 0.0))
            events = list(self._events)
            self._events.clear()
            return Taken(events, self._is_ended)

    def beat(self) -> bytes:
        """Says that the line is up, and moves the browser's place in the feed on when nothing concerned its page."""
        with self._changed:
            return event(name="trouble" if self._is_troubled else "alive", id=self._position)

    def _append(self, message: bytes) -> None:
        if len(self._events) >= MOST_WAITING:
            self._events.clear()
            message = event(name="reread", id=self._position)
        self._events.append(message)
        self._changed.notify()
