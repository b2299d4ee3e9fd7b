"""The time that all of it may take: each part gets its share, and what one leaves is for those after it."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# Within this much more than its share a part ends what it has begun, tears down, and judges.
_GRACE = 1.5
_LEAST = 0.2


class OutOfTime(BaseException):
    """The part took much longer than its share. No Exception: nothing on the way may take it for its own error."""


class Clock:
    """`seconds` for all `shares`, which are scaled to what there is; `spare`: a part may take after their end."""

    def __init__(self, seconds: float, shares: dict[str, float], *, spare: float = 0.0) -> None:
        self._ends_at = time.monotonic() + seconds
        self._spare = spare
        self._shares = dict(shares)
        self.part_ends_at = self._ends_at

    @property
    def left(self) -> float:
        """Of the part that runs."""
        return max(0.0, self.part_ends_at - time.monotonic())

    def spend(self, wanted: float, *, rest: float) -> float:
        """Seconds for a load: as wanted, or what is left of the part beside the rest of its work.

        Raises OutOfTime when so little is left that it would show nothing.
        """
        seconds = min(wanted, self.left - rest)
        if seconds < wanted * _LEAST:
            raise OutOfTime
        return seconds

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Raises OutOfTime in the middle of it, when it neither ends by itself nor by looking at what is left."""
        now, others = time.monotonic(), sum(self._shares.values())
        left = max(0.0, self._ends_at - now)
        mine = left * self._shares.pop(name) / others
        self.part_ends_at = now + mine
        before = signal.signal(signal.SIGALRM, _interrupt)
        signal.setitimer(signal.ITIMER_REAL, max(0.1, min(mine * _GRACE, left + self._spare)))
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise OutOfTime
