from __future__ import annotations

from datetime import datetime

from django.db import models

from engage.models.workspace import Workspace

# One that fails alone may have its own reasons.
_IN_A_ROW = 2


class ReachQuerySet(models.QuerySet["Reach"]):
    def failing(self, workspace: Workspace, *, before: datetime) -> ReachQuerySet:
        """Those without a good answer since before that moment."""
        rows = self.filter(workspace=workspace, failing_since__lt=before, failures__gte=_IN_A_ROW)
        return rows.order_by("kind")

    def unread(self, workspace: Workspace, since: datetime) -> bool:
        """Whether no conversation was shown since then, though one had been before."""
        return self.filter(workspace=workspace, kind=Reach.Kind.CONVERSATION, answered_at__lt=since).exists()


class Reach(models.Model):
    """How one kind of GET to one platform went last, whichever worker asked."""

    class Kind(models.TextChoices):
        CAMPAIGNS = "campaigns", "List of campaigns"
        CONVERSATION = "conversation", "One conversation"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="reaches")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    answered_at = models.DateTimeField(null=True, blank=True, help_text="the last good answer")
    failing_since = models.DateTimeField(null=True, blank=True, help_text="no good answer since; empty: all is well")
    failures = models.PositiveIntegerField(default=0, help_text="in a row")
    trouble = models.CharField(max_length=200, blank=True, help_text="the last failure, in words")

    objects = ReachQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("workspace", "kind"), name="reach_is_one_row"),)
        verbose_name_plural = "reaches"

    def __str__(self) -> str:
        return f"{self.kind} of workspace {self.workspace_id}"
