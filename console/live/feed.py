"""Reading the feed: each change once, also where the database hands out ids in one order and commits in another."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import Q
from django.utils import timezone

from engage.models import Change

# A transaction that took an id and has not committed after so long will not be waited for.
PATIENCE_SECONDS = 10.0
# A page was put together after it was asked for: what changed meanwhile is told to it once more.
_PAGE_TAKES = timedelta(seconds=3)
# How far back a start looks for holes; below the number of changes that a stream is ready to replay.
_START_WINDOW = 800
_USUAL_WINDOW = 40
_ROWS_PER_READ = 2000


@dataclass(frozen=True)
class FeedRow:
    id: int
    conversation_id: int | None
    campaign_id: int | None


@dataclass
class _Hole:
    """Ids that were passed over: still being written, or rolled back and never to come."""

    first: int
    last: int
    noticed_at: float


class Feed:
    """A reader with a memory of holes. Not thread-safe: it belongs to one thread."""

    def __init__(self, position: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._top = position
        self._holes: list[_Hole] = []
        self._clock = clock
        # In seconds, of the last reading: how long ago the earliest of what was new had happened.
        self.lag = 0.0

    @property
    def top(self) -> int:
        """The largest id seen."""
        return self._top

    @property
    def settled(self) -> int:
        """Everything up to this id was seen, or is given up: whoever comes back with it misses nothing."""
        return self._holes[0].first - 1 if self._holes else self._top

    def read(self) -> list[FeedRow]:
        """What was not read before, in the order of ids, at most a few thousand rows."""
        wanted = Q(id__gt=self._top)
        for hole in self._holes:
            wanted |= Q(id__range=(hole.first, hole.last))
        found = Change.objects.filter(wanted).order_by("id").values_list("id", "conversation_id", "campaign_id", "at")
        read = list(found[:_ROWS_PER_READ])
        rows = [FeedRow(*row[:3]) for row in read]
        if read:
            self.lag = max((timezone.now() - min(row[3] for row in read)).total_seconds(), 0.0)
        # In this order: a hole is looked at one last time before it is given up.
        self._close_holes([row.id for row in rows])
        self._give_up_old_holes()
        self._open_holes([row.id for row in rows if row.id > self._top])
        return rows

    def _close_holes(self, ids: list[int]) -> None:
        if self._holes:
            self._holes = [rest for hole in self._holes for rest in _without(hole, ids)]

    def _give_up_old_holes(self) -> None:
        oldest = self._clock() - PATIENCE_SECONDS
        self._holes = [hole for hole in self._holes if hole.noticed_at > oldest]

    def _open_holes(self, new_ids: list[int]) -> None:
        now = self._clock()
        for before, after in pairwise([self._top, *new_ids]):
            if after - before > 1:
                self._holes.append(_Hole(before + 1, after - 1, now))
        self._top = max([self._top, *new_ids])


def _without(hole: _Hole, ids: list[int]) -> list[_Hole]:
    """What is left of the hole when these ids, in ascending order, have come."""
    left, first = [], hole.first
    for id_ in (id_ for id_ in ids if hole.first <= id_ <= hole.last):
        if id_ > first:
            left.append(_Hole(first, id_ - 1, hole.noticed_at))
        first = id_ + 1
    if first <= hole.last:
        left.append(_Hole(first, hole.last, hole.noticed_at))
    return left


def find_start() -> int:
    """An id up to which nothing can come any more, judged by the rows of the last seconds."""
    return _find_position(timedelta(0))


def find_position() -> int:
    """As `find_start`, and before anything that a page now being put together may have missed."""
    return _find_position(_PAGE_TAKES)


def _find_position(margin: timedelta) -> int:
    now = timezone.now()
    position: int | None = None
    newer: int | None = None
    for id_, at in _read_newest(now):
        if at > now - margin:
            position = None
        elif position is None or (newer is not None and newer - id_ > 1):
            # The first one that is old enough, and again below every hole that is young enough to fill.
            position = id_
        if _is_at_rest(at, now):
            break
        newer = id_
    if position is not None:
        return position
    return newer - 1 if newer is not None else 0


def _read_newest(now: datetime) -> list[tuple[int, datetime]]:
    """The rows of the last seconds and one before them, newest first; a few rows, but where much is going on."""
    rows: list[tuple[int, datetime]] = []
    for window in (_USUAL_WINDOW, _START_WINDOW):
        rows = list(Change.objects.order_by("-id").values_list("id", "at")[:window])
        if len(rows) < window or _is_at_rest(rows[-1][1], now):
            break
    return rows


def _is_at_rest(at: datetime, now: datetime) -> bool:
    """Nothing older than a row of that time is waited for."""
    return at < now - timedelta(seconds=PATIENCE_SECONDS)
