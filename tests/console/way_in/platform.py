"""A platform that says what a test tells it to, over a real socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Platform:
    """`campaigns` and `conversation` are answered to the two GETs; a status instead of them is answered bare."""

    def __init__(self) -> None:
        self.campaigns: Any = []
        self.conversation: Any = 404
        self.url = ""
        self.keys: list[str] = []


@contextmanager
def running() -> Iterator[Platform]:
    platform = Platform()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if key := self.headers.get("X-API-KEY"):
                platform.keys.append(key)
            answer = platform.campaigns if "campaign" in self.path else platform.conversation
            status, body = (answer, b"") if isinstance(answer, int) else (200, json.dumps(answer).encode())
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        platform.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield platform
        server.shutdown()
