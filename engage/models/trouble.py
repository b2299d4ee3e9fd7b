from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from engage.models.workspace import Workspace

# What some of them are about.
CAMPAIGN_LIST = "list of campaigns"
EVENT, EVENT_OF_LEAD = "event: ", "event about a lead: "
# An event of an unknown name may be nothing; one that comes again and again is told of for a reason.
FREQUENT = 3


class TroubleQuerySet(models.QuerySet["Trouble"]):
    def pressing(self) -> TroubleQuerySet:
        """Without events that are about no lead and came once or twice."""
        return self.exclude(about__startswith=EVENT, times__lt=FREQUENT)

    def of_events(self) -> TroubleQuerySet:
        return self.filter(Q(about__startswith=EVENT) | Q(about__startswith=EVENT_OF_LEAD))


class Trouble(models.Model):
    """What was set aside so that all else could go on: one row per thing, until it is read whole again.

    `words` say what it is without a text or a number of a person; they are for an admin.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="troubles")
    about = models.CharField(max_length=250, help_text="what it is about, such as a conversation or the campaign list")
    words = models.CharField(max_length=500)
    since = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)

    objects = TroubleQuerySet.as_manager()

    class Meta:
        verbose_name = "thing set aside"
        verbose_name_plural = "things set aside"
        constraints = (models.UniqueConstraint(fields=("workspace", "about"), name="one_trouble_per_thing"),)
        indexes = (models.Index(fields=("-last_at",), name="trouble_newest"),)

    def __str__(self) -> str:
        return self.about

    @property
    def event(self) -> str:
        """The name of the event, where it is about one; else empty."""
        of_event = self.about.startswith((EVENT, EVENT_OF_LEAD))
        return self.about.partition(": ")[2] or "without a name" if of_event else ""

    @staticmethod
    def note(workspace_id: int, about: str, words: str, *, at: datetime | None = None, times: int = 1) -> None:
        at, about, words = at or timezone.now(), about[:250], words[:500]
        rows = Trouble.objects.filter(workspace_id=workspace_id, about=about)
        if not rows.update(words=words, last_at=at, times=F("times") + times):
            # Another worker may be writing it down this very moment.
            row = Trouble(workspace_id=workspace_id, about=about, words=words, since=at, last_at=at, times=times)
            Trouble.objects.bulk_create([row], ignore_conflicts=True)

    @staticmethod
    def end(workspace_id: int, about: str) -> None:
        """It was read whole."""
        rows = Trouble.objects.filter(workspace_id=workspace_id, about=about[:250])
        # Looked first: nearly always there is none, and to SQLite every deletion is a writer.
        if rows.exists():
            rows.delete()
