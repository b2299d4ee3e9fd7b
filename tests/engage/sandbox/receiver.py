"""A webhook receiver on loopback that keeps what it is sent."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Event:
    kind: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def texts(self) -> list[str]:
        return [message["message"] for message in self.body["data"]["messages"]]


class Receiver:
    def __init__(self) -> None:
        self.events: list[Event] = []
        # Statuses to answer with before all is well.
        self.refusals: deque[int] = deque()
        self._arrived = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hooks/secret/"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def wait_for(self, count: int, timeout: float = 60) -> list[Event]:
        """The events once `count` have arrived; asserts that they do."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.events) >= count, timeout), self.kinds()
            return list(self.events)

    def wait_and_see(self, seconds: float = 0.3) -> list[Event]:
        """The events after some time in which more could have arrived."""
        time.sleep(seconds)
        return list(self.events)

    def _handler(self) -> Callable[..., BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.refusals.popleft() if receiver.refusals else 204
                if status == 204:
                    headers = {name.lower(): value for name, value in self.headers.items()}
                    with receiver._arrived:
                        receiver.events.append(Event(headers.get("x-event-type", ""), headers, json.loads(body)))
                        receiver._arrived.notify_all()
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler
