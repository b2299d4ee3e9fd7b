"""How long work that took long is not done again, so that it leaves the database to others."""

from __future__ import annotations

_CHEAP_SECONDS = 0.03
# It never takes more than a twentieth of the time.
_PAUSE_PER_COST = 20
# Unless it takes longer than a second. Then it was most likely the database that stood still for a while, and no page
# may show old numbers for minutes because of that.
LONGEST_PAUSE_SECONDS = 20.0


def pause_after(cost: float) -> float:
    """Seconds to wait after something that took so many; none after what is cheap."""
    return min(_PAUSE_PER_COST * cost, LONGEST_PAUSE_SECONDS) if cost > _CHEAP_SECONDS else 0.0
