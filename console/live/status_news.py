"""Whether all is well, told to every page: to everybody when it stands still, in full to who looks after it."""

from __future__ import annotations

import time
from collections.abc import Callable

from console.live.partials import partial, render
from console.live.topics import Topics
from console.operations import vitals
from console.operations.status import Status

_LOOK_EVERY = 5.0


class StatusNews:
    """Belongs to one thread. A round is `refresh`, `news` or `welcome` for every page, `mark_told`."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._look_at = 0.0
        self._standstill = self._status = ""
        self._told: tuple[str, str] = ("", "")

    def is_due(self) -> bool:
        return self._clock() >= self._look_at

    def refresh(self) -> None:
        if self.is_due():
            self._standstill, self._status = render_status(Status.of(vitals.recent()))
            self._look_at = self._clock() + _LOOK_EVERY

    def news(self, topics: Topics) -> list[str]:
        """What is different from what this page was told."""
        told_standstill, told_status = self._told
        parts = [self._standstill] if self._standstill != told_standstill else []
        return parts + ([self._status] if topics.sees_operations and self._status != told_status else [])

    def welcome(self, topics: Topics) -> list[str]:
        return [part for part in (self._standstill, self._status if topics.sees_operations else "") if part]

    def mark_told(self) -> None:
        self._told = (self._standstill, self._status)


def render_status(status: Status) -> tuple[str, str]:
    """The parts for everybody, and for who looks after the whole."""
    context = {"status": status}
    standstill = partial("#standstill", "outerMorph", render("operations/_standstill.html", context))
    return standstill, partial("#status", "outerMorph", render("operations/_status.html", context))
