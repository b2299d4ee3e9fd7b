"""When things happen: waits, looks, leases. One value, so that a test can live faster."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

_MINUTE = 60.0
_HOUR = 60 * _MINUTE


@dataclass(frozen=True)
class Pace:
    """All in seconds. Looks are counted from the end of the POST."""

    # How long a claim lasts, and what must be left of it when a POST begins: its deadline and a margin.
    lease: float = 60.0
    least_lease_left: float = 25.0
    # Waits after a try of which it is certain that nothing left. The last one repeats until the command expires.
    retries: tuple[float, ...] = (2, 5, 15, 60)
    longest_wait: float = 300.0
    # Until the last of these a text may still turn up by itself; then a person is asked.
    looks: tuple[float, ...] = (1, 3, 8, 20, 45, 90, 180, 300)
    least_looks: int = 3
    # Accepted and never seen, or never once readable: a person is asked after this.
    gives_up_after: float = 30 * _MINUTE
    # Rare looks for what may yet turn up; after the last one nobody looks any more.
    late_looks: tuple[float, ...] = (
        *(minutes * _MINUTE for minutes in (7, 10, 15, 20, 30)),
        *(hours * _HOUR for hours in (1, 3, 6, 12, *range(24, 7 * 24 + 1, 12))),
    )
    # Between looks for what is held after a restore: texts may turn up late.
    looks_at_held: float = 10 * _MINUTE
    # A look in progress is not begun again within this time.
    look_takes: float = 45.0
    # Between the rounds of a pause; the last one repeats until the platform reads otherwise. A round is short.
    pauses: tuple[float, ...] = (0, 1, 2, 5, 10, 15)
    pause_lease: float = 45.0
    # How long a POST without an answer may still take effect, counted from its mark: its deadline.
    may_land_for: float = 20.0
    # An activation looks this often whether a pause before it is through.
    activation_waits: float = 0.5
    # What only a webhook can confirm (a list, a load) is shown to a person after this.
    hears_within: float = 10 * _MINUTE
    # An upload takes up to five minutes.
    upload_lease: float = 6 * _MINUTE
    # Between polls for due commands, for texts that turned up by themselves, and for abandoned work.
    poll: float = 0.03
    match_poll: float = 1.0
    sweep: float = 10.0

    @property
    def settles_after(self) -> timedelta:
        return timedelta(seconds=self.looks[-1])

    def retry_at(self, now: datetime, tries: int) -> datetime:
        """Full jitter: those who failed together do not come back together."""
        wait = self.retries[min(max(tries, 1), len(self.retries)) - 1]
        return now + timedelta(seconds=random.uniform(0, wait))

    def retry_when_told(self, now: datetime, retry_after: float) -> datetime:
        """Not before the platform wants it."""
        wait = min(retry_after, self.longest_wait)
        return now + timedelta(seconds=wait + random.uniform(0, 1))

    def next_look(self, posted_at: datetime, now: datetime) -> datetime | None:
        """The first look after `now`; None when the last one is over."""
        moments = (posted_at + timedelta(seconds=seconds) for seconds in (*self.looks, *self.late_looks))
        return next((moment for moment in moments if moment > now), None)

    def next_needed_look(self, planned_at: datetime | None, now: datetime, *, looks: int) -> datetime | None:
        """When to look after so many complete looks: as planned, but soon while they are too few for a verdict.

        Where nobody was at work meanwhile, the next one that was planned may be hours away.
        """
        if looks >= self.least_looks:
            return planned_at
        soon = now + timedelta(seconds=self.looks[min(looks, len(self.looks) - 1)])
        return soon if planned_at is None else min(planned_at, soon)

    def next_round(self, now: datetime, rounds: int, *, is_refused: bool = False) -> datetime:
        """When to pause again, after so many rounds; what is refused, at a distance that goes on growing."""
        wait = self.pauses[min(max(rounds, 1), len(self.pauses)) - 1]
        further = min(max(rounds - len(self.pauses), 0), 4) if is_refused else 0
        return now + timedelta(seconds=wait * 2**further)

    def hears_until(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.hears_within)

    def lease_end(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.lease)


DEFAULT_PACE = Pace()
