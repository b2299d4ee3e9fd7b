from __future__ import annotations

from typing import ClassVar, cast

from django.db import models

from engage.sandbox.models.campaign import LeadList


class ListLoadQuerySet(models.QuerySet["ListLoad"]):
    def unfinished(self) -> ListLoadQuerySet:
        return self.filter(finished_at=None).order_by("n")


class ListLoad(models.Model):
    """One file of leads on its way into a list. Its counts are committed with the leads they count."""

    n = models.BigAutoField(primary_key=True)
    lead_list = models.ForeignKey(LeadList, on_delete=models.CASCADE, related_name="loads")
    lead_list_id: str
    path = models.TextField(help_text="the file, until the load is finished")
    request = models.JSONField(help_text="processRequest as it was understood")
    total = models.PositiveIntegerField()
    read = models.PositiveIntegerField(default=0, help_text="rows dealt with; a restart goes on after them")
    accepted = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list, help_text="the first ones")
    finished_at = models.BigIntegerField(null=True)

    objects: ClassVar[ListLoadQuerySet] = cast(ListLoadQuerySet, ListLoadQuerySet.as_manager())

    class Meta:
        app_label = "sandbox"

    def __str__(self) -> str:
        return f"{self.n} {self.path}"
