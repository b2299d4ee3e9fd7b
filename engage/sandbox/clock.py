"""The platform's clock: this machine's own, or one that begins elsewhere and runs faster."""

from __future__ import annotations

import time

from engage.sandbox.options import options


class Clock:
    """Milliseconds since 1970. May be moved and sped up while it runs; both at once, as every thread sees it."""

    def __init__(self, *, speed: float = 1.0, begins_at: int | None = None) -> None:
        machine = _machine_ms()
        # One tuple, replaced whole: a reader never sees half of a change.
        self._course = (machine if begins_at is None else begins_at, machine, speed)
        self.jumps = 0

    @property
    def speed(self) -> float:
        return self._course[2]

    def now(self) -> int:
        at, machine, speed = self._course
        return at + int((_machine_ms() - machine) * speed)

    def run(self, speed: float) -> None:
        self._course = (self.now(), _machine_ms(), speed)

    def jump(self, at: int) -> None:
        """What would have happened on the way does not happen."""
        self._course = (at, _machine_ms(), self.speed)
        self.jumps += 1

    def start_over(self) -> None:
        """As the options say."""
        begins_at = options().begins_at
        self._course = (_machine_ms() if begins_at is None else begins_at, _machine_ms(), options().speed)
        self.jumps += 1


def _machine_ms() -> int:
    return time.time_ns() // 1_000_000


clock = Clock(speed=options().speed, begins_at=options().begins_at)
