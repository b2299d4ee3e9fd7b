"""What goes wrong while the load is on, and how often it did."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Evil:
    """One thing that is done again and again, at random moments so many seconds apart."""

    name: str
    act: Callable[[], object]
    every: tuple[float, float]


class Havoc:
    """`with Havoc(evils): …` on a thread for each, which end with the block; an act under way is finished first."""

    def __init__(self, *evils: Evil, seed: int = 1) -> None:
        self.counts: Counter[str] = Counter()
        self.errors: list[str] = []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(evil, random.Random(seed + number)), daemon=True)
            for number, evil in enumerate(evils)
        ]

    def __enter__(self) -> Havoc:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def __str__(self) -> str:
        return ", ".join(f"{count} × {name}" for name, count in self.counts.items()) or "none"

    def _run(self, evil: Evil, chance: random.Random) -> None:
        while not self._stop.wait(chance.uniform(*evil.every)):
            try:
                evil.act()
                self.counts[evil.name] += 1
            except Exception as error:
                # The act failed, not the product: it is told, and it does not count.
                self.errors.append(f"{evil.name}: {error!r}")
