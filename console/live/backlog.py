"""What somebody missed who comes back: read once for all who come back together."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Min
from django.utils import timezone

from console.live.feed import FeedRow
from engage.models import Change

# Beyond this it is less work, and surer, that the page reads itself again.
MOST_CHANGES = 1000
LONGEST = timedelta(minutes=10)


class Backlog:
    def __init__(self, since: int) -> None:
        """Reads the newest changes after this id."""
        newest_first = Change.objects.filter(id__gt=since).order_by("-id")
        rows = newest_first.values_list("id", "conversation_id", "campaign_id", "at")[: MOST_CHANGES + 1]
        self._changes = [(FeedRow(*row[:3]), row[3]) for row in rows]
        self._oldest_kept: int | None = Change.objects.aggregate(oldest=Min("id"))["oldest"]
        self._is_whole = len(self._changes) <= MOST_CHANGES
        self._begin = since if self._is_whole else self._changes[-1][0].id

    def changes_after(self, change_id: int) -> list[FeedRow] | None:
        """What came after this one; None when that is too much, too long ago or not known any more."""
        missed = [change for change in self._changes if change[0].id > change_id]
        if change_id < self._begin or self._is_pruned_after(change_id):
            return None
        if missed and missed[-1][1] < timezone.now() - LONGEST:
            return None
        return [row for row, _ in missed]

    def _is_pruned_after(self, change_id: int) -> bool:
        """Whether rows that followed it may have been deleted meanwhile."""
        return self._oldest_kept is not None and change_id < self._oldest_kept - 1
