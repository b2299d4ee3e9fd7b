from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, models
from django.utils import timezone


class ChangeQuerySet(models.QuerySet["Change"]):
    def after(self, change_id: int) -> ChangeQuerySet:
        return self.filter(id__gt=change_id).order_by("id")

    def newest_id(self) -> int:
        """Of two readings the later one never finds a smaller number; 0 before the first change."""
        return self.order_by("-id").values_list("id", flat=True).first() or 0


class Change(models.Model):
    """One row of the feed: something a page may show is different now. It says which, never what."""

    at = models.DateTimeField(default=timezone.now)
    # Bare ids: the feed is written on every path and read by nobody who needs the database to check them.
    conversation_id = models.BigIntegerField(null=True, blank=True)
    campaign_id = models.BigIntegerField(null=True, blank=True)

    objects = ChangeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"change {self.pk}"

    @staticmethod
    def record_conversations(conversations: Iterable[tuple[int, int]], *, at: datetime | None = None) -> None:
        """Announce (conversation id, campaign id) pairs inside the transaction that changed them."""
        at = at or timezone.now()
        rows = list(conversations)
        if not rows:
            return
        if connection.vendor != "postgresql":
            Change.objects.bulk_create(Change(at=at, conversation_id=a, campaign_id=b) for a, b in rows)
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO engage_change (at, conversation_id, campaign_id)"
                " SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[])",
                [at, *map(list, zip(*rows, strict=True))],
            )

    @staticmethod
    def record_campaigns(campaign_ids: Iterable[int]) -> None:
        """Announce campaigns (their lists and board lines too) inside the transaction that changed them."""
        Change.objects.bulk_create(Change(campaign_id=campaign_id) for campaign_id in campaign_ids)
