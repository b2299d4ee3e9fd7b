"""Workers that each die at a place of their own, many at a time; whoever is dead is followed by the next."""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engage.crash_points import VARIABLE
from tests.browser.ring import Part
from tests.torture.rig import Rig

# Deaths here leave what the sweeper dies of; so they go on when all that is left to die is a sweeper.
_LEAVES_THE_MOST = "send.after_mark"
_KILLED = -9


@dataclass
class _Candidate:
    worker: Part
    place: str


class Cemetery:
    """`rounds`: how many are to die at each place. Whoever lives in the end lives on, until `clear`."""

    def __init__(self, rig: Rig, places: Sequence[str], rounds: int, *, at_once: int) -> None:
        self._rig, self._places, self._rounds = rig, places, rounds
        self._chance = random.Random(12)
        self.deaths: Counter[str] = Counter()
        self.odd_ends: list[str] = []
        self._candidates = [_Candidate(rig.make_worker(f"candidate {number}"), "") for number in range(at_once)]
        for candidate in self._candidates:
            self._send_out(candidate)

    @property
    def is_full(self) -> bool:
        return all(self.deaths[place] >= self._rounds for place in self._places)

    def bury(self) -> int:
        """How many have died since the last time; each has its follower now."""
        count = 0
        for candidate in self._candidates:
            try:
                status = candidate.worker.wait(0)
            except subprocess.TimeoutExpired:
                continue
            count += 1
            if status == _KILLED:
                self.deaths[candidate.place] += 1
            else:
                self.odd_ends.append(f"{candidate.place}: ended with status {status}")
            self._send_out(candidate)
        return count

    def bury_until(self, ends_at: float, *, patience: float) -> None:
        """Until all have died, or the time is over and each place has had its death, or nobody dies for so long."""
        last_at = time.monotonic()
        while not self.is_full:
            now = time.monotonic()
            last_at = now if self.bury() else last_at
            is_enough = now > ends_at and not self.never_reached
            if is_enough or now > last_at + patience:
                return
            time.sleep(0.01)

    @property
    def never_reached(self) -> list[str]:
        return [place for place in self._places if not self.deaths[place]]

    def clear(self) -> None:
        for candidate in self._candidates:
            candidate.worker.kill()

    def _send_out(self, candidate: _Candidate) -> None:
        candidate.place = ""
        candidate.place = self._choose_place()
        self._rig.start(candidate.worker, **{VARIABLE: candidate.place})

    def _choose_place(self) -> str:
        """Where the fewest have died; one at each place, so that those who wait for something rare are not all."""
        taken = {candidate.place for candidate in self._candidates}
        left = [place for place in self._places if self.deaths[place] < self._rounds and place not in taken]
        if not left:
            return _LEAVES_THE_MOST
        return min(left, key=lambda place: (self.deaths[place], self._chance.random()))
