from __future__ import annotations

from typing import ClassVar, cast

from django.db import models
from django.db.models import Q


class LedgerEntry(models.Model):
    """One call that took effect, or that was swallowed by the `drop` fault (`is_accepted` false)."""

    n = models.BigAutoField(primary_key=True)
    at = models.BigIntegerField()
    call = models.CharField(max_length=20)
    lead_id = models.CharField(max_length=24, blank=True)
    campaign_id = models.CharField(max_length=24, blank=True)
    text = models.TextField(blank=True)
    is_accepted = models.BooleanField(default=True)

    objects: ClassVar[models.Manager[LedgerEntry]] = models.Manager()

    class Meta:
        app_label = "sandbox"

    def __str__(self) -> str:
        return f"{self.n} {self.call}"


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def waiting(self) -> WebhookQuerySet:
        return self.filter(state=Webhook.State.WAITING).order_by("n")

    def newest_first(self) -> WebhookQuerySet:
        return self.order_by("-n")


class Webhook(models.Model):
    """One event on its way to the receiver, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        GIVEN_UP = "given up"
        DROPPED = "dropped"
        NO_ADDRESS = "no address"

    n = models.BigAutoField(primary_key=True)
    event = models.CharField(max_length=30)
    header = models.CharField(max_length=60, blank=True, help_text="x-event-type; blank: there is no such header")
    subject = models.CharField(max_length=200, help_text="whom or what it is about")
    lane_key = models.CharField(max_length=24, help_text="events of one lead or campaign leave in order")
    url = models.TextField(blank=True, help_text="blank: the account's own address, as it is when posted")
    body = models.TextField()
    created_at = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    answer = models.CharField(max_length=100, blank=True, help_text="last status or error")

    objects: ClassVar[WebhookQuerySet] = cast(WebhookQuerySet, WebhookQuerySet.as_manager())

    class Meta:
        app_label = "sandbox"
        indexes = [models.Index(fields=["n"], name="webhook_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.n} {self.event}"
