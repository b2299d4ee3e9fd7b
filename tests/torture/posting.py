"""Webhooks posted over many connections by a sender that notes what it was told about each."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

HEADERS = {"Content-Type": "application/json", "x-event-origin": "purecallerid.app"}


@dataclass
class Posted:
    """`acknowledged`: numbers of the bodies that a 2xx answered; `statuses`: 0 where there was no answer."""

    acknowledged: set[int] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def server_errors(self) -> int:
        return sum(count for status, count in self.statuses.items() if status >= 500)


def post_all(
    port: int,
    path: str,
    bodies: Sequence[bytes],
    *,
    connections: int,
    is_over: threading.Event | None = None,
    posted: Posted | None = None,
) -> Posted:
    """Each once, in order per connection, as fast as they are taken. `is_over`: post no more; `posted`: to look on."""
    posted, lock = posted or Posted(), threading.Lock()
    is_over = is_over or threading.Event()

    def post(first: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        for number in range(first, len(bodies), connections):
            if is_over.is_set():
                break
            try:
                connection.request("POST", path, bodies[number], HEADERS)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, HTTPException):
                connection.close()
                status = 0
                is_over.wait(0.02)
            with lock:
                posted.statuses[status] += 1
                if 200 <= status < 300:
                    posted.acknowledged.add(number)
        connection.close()

    with ThreadPoolExecutor(connections) as threads:
        try:
            for share in [threads.submit(post, first) for first in range(connections)]:
                share.result()
        finally:
            is_over.set()
    return posted
