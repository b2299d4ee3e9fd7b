"""When a workspace's platform last gave a good answer about a conversation: kept in memory, for this process alone."""

from __future__ import annotations

import time

# One store of a float by its key is atomic, and only the newest counts: no lock.
_answered_at: dict[int, float] = {}


def note(workspace_id: int) -> None:
    """A conversation was read, or a POST about one was taken: whoever asked, the platform lives."""
    _answered_at[workspace_id] = time.monotonic()


def answered_at(workspace_id: int) -> float:
    """By the monotonic clock, in seconds; minus infinity while nothing was ever answered."""
    return _answered_at.get(workspace_id, float("-inf"))
