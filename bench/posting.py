"""Requests that leave at a steady pace, whatever becomes of the earlier ones."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection

from bench.figures import MeasureFailed

# More than are ever under way at once, fewer than would be closed for being idle.
_CONNECTIONS = 8


@dataclass(frozen=True)
class Post:
    path: str
    body: bytes
    headers: dict[str, str]


def post_steadily(port: int, posts: Sequence[Post], *, per_second: float) -> list[float]:
    """Post each when it is due; returns those moments by the wall clock. Raises MeasureFailed when one is refused.

    Latencies are counted from these moments: a slow server cannot hide behind a client that had to wait for it.
    """
    begin = time.time() + 0.1
    due = [begin + number / per_second for number in range(len(posts))]
    count = min(_CONNECTIONS, max(1, int(per_second)))
    is_over = threading.Event()

    def post_share(first: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            for number in range(first, len(posts), count):
                if is_over.wait(max(0.0, due[number] - time.time())):
                    return
                _post(connection, posts[number])
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        try:
            for share in [threads.submit(post_share, first) for first in range(count)]:
                share.result()
        finally:
            is_over.set()
    return due


def _post(connection: HTTPConnection, post: Post) -> None:
    connection.request("POST", post.path, post.body, post.headers)
    answer = connection.getresponse()
    text = answer.read()
    if not 200 <= answer.status < 300:
        raise MeasureFailed(f"{answer.status} for a POST: {text[:500].decode(errors='replace')}")
