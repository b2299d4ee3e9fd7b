from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    rounds: int = 3
    """Two things that are compared take turns so often; the median counts."""

    load_seconds: int = 8
    load_connections: int = 32

    projected_conversations: int = 5000
    texts_each: int = 4
    mirrored_messages: int = 1_000_000

    pages: int = 500
    deliveries_per_second: int = 50
    watched_seconds: int = 30

    replies_per_second: int = 5
    replied_seconds: int = 20


FULL = Sizes()
QUICK = Sizes(
    rounds=1,
    load_seconds=2,
    projected_conversations=500,
    mirrored_messages=40_000,
    pages=50,
    watched_seconds=6,
    replied_seconds=4,
)
