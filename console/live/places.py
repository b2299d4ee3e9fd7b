"""How many streams a process holds, and how many of them for one session and one address: so one cannot take all."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from django.conf import settings


class Places:
    """Counts for one process. Who gets no place is not in trouble: the page asks every few seconds instead."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: Counter[tuple[str, str]] = Counter()

    def take(self, *, session: str, address: str) -> Callable[[], None] | None:
        """What gives the place back, at its first call; None when there is none."""
        holders = (("session", session), ("address", address), ("process", ""))
        with self._lock:
            if any(self._taken[holder] >= _most(holder[0]) for holder in holders):
                return None
            self._taken.update(holders)
        is_back = threading.Lock()

        def give_back() -> None:
            if is_back.acquire(blocking=False):
                with self._lock:
                    self._taken.subtract(holders)
                    for holder in holders:
                        if not self._taken[holder]:
                            del self._taken[holder]

        return give_back

    def count(self) -> int:
        with self._lock:
            return self._taken["process", ""]


def _most(kind: str) -> int:
    return int(getattr(settings, f"STREAMS_PER_{kind.upper()}"))


_places = Places()
take = _places.take
count = _places.count
