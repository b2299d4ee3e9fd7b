"""Which threads serve what: each kind of request has threads that no other kind can take."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from console import env

_WEBHOOKS = b"/hooks/engage/"
_PROBES = (b"/healthz", b"/readyz", b"/readyz/web", b"/metrics")
_STREAM = b"/live/stream/"


class Lane(Enum):
    # Webhooks and probes: they never wait for people.
    MACHINES = "machines"
    PAGES = "pages"
    # Files on their way in, which take as long as somebody's line is slow.
    UPLOADS = "uploads"
    STREAMS = "streams"


class Size(NamedTuple):
    """`most` are under way or wait for a thread; who comes then is refused at once."""

    threads: int
    most: int


def sizes(streams: int) -> dict[Lane, Size]:
    """For a process that holds so many streams."""
    machines = 6
    # Each holds a connection of the pool. More threads would wait for one, and webhooks behind them; two are left for
    # the hub and for what streams ask.
    pages = max(4, env.number("CONSOLE_DATABASE_POOL", 16, least=2) - machines - 2)
    return {
        Lane.MACHINES: Size(machines, 1000),
        Lane.PAGES: Size(pages, 2000),
        Lane.UPLOADS: Size(8, 16),
        # A few more than streams, so that who is refused is refused by a view that knows why.
        Lane.STREAMS: Size(streams + 16, streams + 16),
    }


def most_connections(streams: int) -> int:
    """More than all lanes hold: what is left over is idle or slow, and makes room."""
    return sum(size.most for size in sizes(streams).values()) + 1000


def lane_of(path: bytes, *, is_large: bool) -> Lane:
    if path.startswith(_WEBHOOKS) or path in _PROBES:
        return Lane.MACHINES
    if path == _STREAM:
        return Lane.STREAMS
    return Lane.UPLOADS if is_large else Lane.PAGES
