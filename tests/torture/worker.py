"""The worker as it is, living faster: what takes minutes at a desk takes seconds here, in the same proportions.

A verdict on a reply falls, as in earnest, later than the lease and the deadline of its POST together.
"""

from __future__ import annotations

import sys

import django

from engage.outbox.pace import Pace

# More at once than the product's default, as an operator may tell it to: a third of the calls are slow on purpose.
_THREADS = 8

PACES = {
    "steady": Pace(
        lease=10,
        least_lease_left=5,
        retries=(0.2, 0.5, 1, 2),
        longest_wait=2,
        looks=(0.5, 2, 6, 12),
        gives_up_after=20,
        late_looks=(25, 50, 100, 200, 600),
        look_takes=8,
        # What two workers do while nothing is due comes off the time of the others: there are two cores.
        poll=0.1,
        match_poll=1,
        sweep=1,
    ),
    # Where little is going on at once, and many lives are to be lived.
    "quick": Pace(
        lease=2.5,
        least_lease_left=1.5,
        retries=(0.1, 0.2),
        longest_wait=1,
        looks=(0.1, 0.3, 0.6, 1, 2),
        gives_up_after=3,
        late_looks=(4, 5, 6, 8, 10, 15, 30, 60),
        look_takes=2,
        pauses=(0, 0.2, 0.5),
        pause_lease=2.5,
        may_land_for=1,
        poll=0.06,
        match_poll=0.2,
        sweep=0.2,
    ),
}


def run(pace: str) -> int:
    """Live until told to stop; returns the exit status."""
    from engage import worker

    return worker.run(dispatcher_threads=_THREADS, pace=PACES[pace])


if __name__ == "__main__":
    django.setup()
    sys.exit(run(sys.argv[1]))
