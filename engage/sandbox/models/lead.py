from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, cast

from django.db import models
from django.db.models import Count, Q

from engage.sandbox.models.campaign import Campaign, CampaignStatus, LeadList


class Direction(models.TextChoices):
    INBOUND = "INBOUND"
    OUTBOUND = "OUTBOUND"


class LeadStatus(models.TextChoices):
    """QUEUED is not stored: a new lead is queued while its list and campaign are active."""

    NEW = "NEW"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


class LeadQuerySet(models.QuerySet["Lead"]):
    def by_key(self, key: str) -> LeadQuerySet:
        return self.filter(key=key).select_related("campaign", "lead_list")

    def unsent(self) -> LeadQuerySet:
        return self.filter(status=LeadStatus.NEW)

    def to_retry(self, at: int) -> LeadQuerySet:
        return self.unsent().in_running_campaigns().filter(retry_at__lte=at).order_by("retry_at", "id")

    def result_due(self, at: int) -> LeadQuerySet:
        return self.filter(result_due_at__lte=at).order_by("result_due_at")

    def with_phones(self, phones: Iterable[str]) -> LeadQuerySet:
        return self.filter(phone__in=list(phones))

    def awaiting_reply(self) -> LeadQuerySet:
        return self.filter(is_waiting=True)

    def silent(self) -> LeadQuerySet:
        """Got the broadcast and has not answered it."""
        return self.filter(started_at=None, is_opted_out=False, status=LeadStatus.DELIVERED)

    def in_running_campaigns(self) -> LeadQuerySet:
        return self.filter(campaign__status=CampaignStatus.ACTIVE, lead_list__status="ACTIVE")

    def simulated(self) -> LeadQuerySet:
        return self.filter(is_held=False)

    def quiet_since(self, at: int) -> LeadQuerySet:
        return self.filter(last_message_at__lt=at)

    def opted_out(self) -> LeadQuerySet:
        return self.filter(is_opted_out=True)

    def due(self, at: int) -> LeadQuerySet:
        return self.filter(reacts_at__lte=at).order_by("reacts_at")

    def texted(self) -> LeadQuerySet:
        """Those with a thread to look at."""
        return self.filter(last_message_at__gt=0)

    def matching(self, text: str) -> LeadQuerySet:
        return self.filter(Q(name__icontains=text) | Q(phone__contains=text))

    def for_list(self) -> LeadQuerySet:
        counted: LeadQuerySet = self.select_related("campaign", "lead_list").annotate(message_count=Count("messages"))
        return counted.order_by("id")


class Lead(models.Model):
    id = models.CharField(max_length=24, primary_key=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="leads")
    campaign_id: str
    lead_list = models.ForeignKey(LeadList, on_delete=models.CASCADE, related_name="leads")
    lead_list_id: str
    key = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    phone = models.CharField(max_length=20)
    data = models.JSONField(help_text="leadData: the columns of the loaded list")
    carrier = models.CharField(max_length=100)
    normalized_carrier = models.CharField(max_length=100)
    time_zone = models.CharField(max_length=60, null=True)  # noqa: DJ001 - null is what the platform says, "" is not
    zip = models.CharField(max_length=10)
    state = models.CharField(max_length=2)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)

    status = models.CharField(max_length=10, choices=LeadStatus.choices, default=LeadStatus.DELIVERED)
    status_message = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null is what the platform says
    loaded_at = models.BigIntegerField(null=True, help_text="null: came into being with the broadcast")
    sent_at = models.BigIntegerField(null=True)
    result_due_at = models.BigIntegerField(null=True, help_text="when the carrier says what became of it")
    result_at = models.BigIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.BigIntegerField(null=True, help_text="the carrier could not take it; not before then")

    started_at = models.BigIntegerField(null=True, help_text="first answer to the broadcast")
    is_opted_out = models.BooleanField(default=False)
    is_waiting = models.BooleanField(default=False, help_text="the last word is theirs and nobody finished it")
    disposition = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null until chosen, as documented
    disposition_at = models.BigIntegerField(null=True)
    last_message_at = models.BigIntegerField()
    last_text = models.TextField(blank=True)

    is_held = models.BooleanField(default=False, help_text="a person has their phone: the simulation keeps out")
    mood = models.CharField(max_length=20, help_text="how the simulated person answers")
    turns = models.PositiveSmallIntegerField(default=0, help_text="simulated answers so far")
    reacts_at = models.BigIntegerField(null=True, help_text="when the simulated person answers next")

    messages: models.QuerySet[Message]
    message_count: int  # annotated by `for_list`

    objects: ClassVar[LeadQuerySet] = cast(LeadQuerySet, LeadQuerySet.as_manager())

    class Meta:
        app_label = "sandbox"
        indexes = [
            models.Index(fields=["reacts_at"], name="lead_due", condition=Q(reacts_at__isnull=False)),
            models.Index(fields=["is_waiting"], name="lead_waiting", condition=Q(is_waiting=True)),
            models.Index(fields=["-last_message_at"], name="lead_latest"),
            models.Index(fields=["started_at"], name="lead_silent", condition=Q(started_at__isnull=True)),
            # Answers what is left to send, and who is next in one zone and with one carrier, without reading rows.
            models.Index(
                fields=["status", "lead_list", "time_zone", "normalized_carrier", "retry_at", "id"], name="lead_to_send"
            ),
            models.Index(fields=["retry_at"], name="lead_to_retry", condition=Q(retry_at__isnull=False)),
            models.Index(fields=["result_due_at"], name="lead_result_due", condition=Q(result_due_at__isnull=False)),
            models.Index(fields=["phone", "campaign"], name="lead_phone"),
            models.Index(fields=["phone"], name="lead_opted_out", condition=Q(is_opted_out=True)),
            models.Index(fields=["campaign", "sent_at"], name="lead_sent", condition=Q(sent_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_started(self) -> bool:
        return self.started_at is not None

    @property
    def is_reached(self) -> bool:
        """A text has gone to this phone, so that there is something to answer."""
        return self.status in (LeadStatus.SENT, LeadStatus.DELIVERED)

    @property
    def remote_status(self) -> str:
        is_running = self.campaign.status == CampaignStatus.ACTIVE and self.lead_list.status == "ACTIVE"
        return "QUEUED" if is_running and self.status == LeadStatus.NEW else self.status

    @property
    def from_number(self) -> str:
        return str(self.campaign.from_number)


class Message(models.Model):
    class Origin(models.TextChoices):
        BROADCAST = "broadcast"
        AUTOMATIC = "automatic"
        AGENT = "agent"
        LEAD = "lead"

    id = models.CharField(max_length=24, primary_key=True)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="messages", db_index=False)
    direction = models.CharField(max_length=8, choices=Direction.choices)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    at = models.BigIntegerField()
    text = models.TextField()

    objects: ClassVar[models.Manager[Message]] = models.Manager()

    class Meta:
        app_label = "sandbox"
        indexes = [models.Index(fields=["lead", "at", "id"], name="message_thread")]
        constraints = [
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="message_direction_is_known")
        ]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def is_from_lead(self) -> bool:
        return self.direction == Direction.INBOUND
