"""The sandbox's tables. Times are milliseconds since 1970, as precise as the platform writes them.

Names that Django adds by itself are declared: this app is none of the console's, so type checkers cannot look them up.
"""

from __future__ import annotations

from typing import ClassVar, cast

from django.db import models
from django.db.models import Count, Q


class Direction(models.TextChoices):
    INBOUND = "INBOUND"
    OUTBOUND = "OUTBOUND"


class CampaignStatus(models.TextChoices):
    DRAFT = "DRAFT"
    PENDING_APPROVAL = "PENDING_APPROVAL"
    READY = "READY"
    ACTIVE = "ACTIVE"


class Campaign(models.Model):
    id = models.CharField(max_length=24, primary_key=True)
    name = models.CharField(max_length=200)
    topic = models.CharField(max_length=20, help_text="which script its leads follow")
    status = models.CharField(max_length=20, choices=CampaignStatus.choices)
    from_number = models.CharField(max_length=20)
    sender_source_type = models.CharField(max_length=20)
    sender_source_id = models.CharField(max_length=36)
    schedule = models.JSONField()
    messages = models.JSONField()
    dispositions = models.JSONField()
    events = models.JSONField()
    created_at = models.BigIntegerField()
    updated_at = models.BigIntegerField()

    lists: models.QuerySet[LeadList]
    objects: ClassVar[models.Manager[Campaign]] = models.Manager()

    class Meta:
        app_label = "sandbox"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=CampaignStatus.values), name="campaign_status_is_known")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_approved(self) -> bool:
        return self.status in (CampaignStatus.READY, CampaignStatus.ACTIVE)

    def has_disposition(self, name: str) -> bool:
        return any(entry["disposition"] == name for entry in self.dispositions)


class LeadList(models.Model):
    id = models.CharField(max_length=24, primary_key=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="lists")
    campaign_id: str
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=20, choices=[("READY", "READY"), ("ACTIVE", "ACTIVE")])
    created_at = models.BigIntegerField()
    updated_at = models.BigIntegerField()

    objects: ClassVar[models.Manager[LeadList]] = models.Manager()

    class Meta:
        app_label = "sandbox"
        constraints = [models.UniqueConstraint(fields=["campaign", "name"], name="list_name_is_its_address")]

    def __str__(self) -> str:
        return self.name


class LeadQuerySet(models.QuerySet["Lead"]):
    def by_key(self, key: str) -> LeadQuerySet:
        return self.filter(key=key).select_related("campaign")

    def awaiting_reply(self) -> LeadQuerySet:
        return self.filter(is_waiting=True)

    def silent(self) -> LeadQuerySet:
        """Got the broadcast and has not answered it."""
        return self.filter(started_at=None, is_opted_out=False)

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

    def matching(self, text: str) -> LeadQuerySet:
        return self.filter(Q(name__icontains=text) | Q(phone__contains=text)) if text else self

    def for_list(self) -> LeadQuerySet:
        counted: LeadQuerySet = self.select_related("campaign").annotate(message_count=Count("messages"))
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
    lat = models.FloatField()
    lon = models.FloatField()
    sent_at = models.BigIntegerField()
    result_at = models.BigIntegerField()

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
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_started(self) -> bool:
        return self.started_at is not None

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
    subject = models.CharField(max_length=200, help_text="whom or what it is about")
    lane_key = models.CharField(max_length=24, help_text="events of one lead or campaign leave in order")
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
