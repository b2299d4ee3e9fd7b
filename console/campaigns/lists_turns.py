"""Whose rows are checked next in this process: one file at a time, and each its step in turn."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# A page that waits asks again every second. One that was closed keeps nobody waiting for longer.
_FORGOTTEN_AFTER: Final = 4.0

_lock: Final = threading.Lock()
_last_asked: Final[dict[int, float]] = {}
_is_checking: Final = threading.Event()


@contextmanager
def turn(upload_id: int) -> Iterator[bool]:
    """True when it is this upload's turn; else its page asks again, and no thread waits meanwhile.

    A step takes a processor and the memory of thousands of rows: of files that are checked side by side none would be
    checked any sooner.
    """
    has_turn = _take(upload_id)
    try:
        yield has_turn
    finally:
        if has_turn:
            _is_checking.clear()


def _take(upload_id: int) -> bool:
    now = time.monotonic()
    with _lock:
        for id_ in [id_ for id_, asked_at in _last_asked.items() if now - asked_at > _FORGOTTEN_AFTER]:
            del _last_asked[id_]
        # Whoever has asked keeps their place.
        _last_asked[upload_id] = now
        if _is_checking.is_set() or next(iter(_last_asked)) != upload_id:
            return False
        del _last_asked[upload_id]
        _is_checking.set()
        return True
