"""What somebody missed who comes back: read once for all who come back together."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Min
from django.utils import timezone

from engage.models import Change

# Beyond this it is less work, and surer, that the page reads itself again.
MOST_CHANGES = 1000
LONGEST = timedelta(minutes=10)


class Backlog:
    def __init__(self, since: int) -> None:
        """Reads the newest changes after this id."""
        newest_first = Change.objects.filter(id__gt=since).order_by("-id").values_list("id", "conversation_id", "at")
        self._changes = list(newest_first[: MOST_CHANGES + 1])
        self._oldest_kept: int | None = Change.objects.aggregate(oldest=Min("id"))["oldest"]
        self._is_whole = len(self._changes) <= MOST_CHANGES
        self._begin = since if self._is_whole else self._changes[-1][0]

    def conversations_after(self, change_id: int) -> set[int] | None:
        """Whose changes came after this one; None when that is too much, too long ago or not known any more."""
        missed = [change for change in self._changes if change[0] > change_id]
        if change_id < self._begin or self._is_pruned_after(change_id):
            return None
        if missed and missed[-1][2] < timezone.now() - LONGEST:
            return None
        return {conversation_id for _, conversation_id, _ in missed if conversation_id is not None}

    def _is_pruned_after(self, change_id: int) -> bool:
        """Whether rows that followed it may have been deleted meanwhile."""
        return self._oldest_kept is not None and change_id < self._oldest_kept - 1
