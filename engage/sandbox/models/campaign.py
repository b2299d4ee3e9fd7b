from __future__ import annotations

from typing import ClassVar, cast

from django.db import models
from django.db.models import Q

from engage.sandbox import stamps


class CampaignStatus(models.TextChoices):
    DRAFT = "DRAFT"
    PENDING_APPROVAL = "PENDING_APPROVAL"
    READY = "READY"
    ACTIVE = "ACTIVE"


class SendingStatus(models.TextChoices):
    IDLE = "IDLE"
    SENDING = "SENDING"


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def active(self) -> CampaignQuerySet:
        return self.filter(status=CampaignStatus.ACTIVE)

    def asked_for_approval_before(self, at: int) -> CampaignQuerySet:
        return self.filter(status=CampaignStatus.PENDING_APPROVAL, approval_asked_at__lte=at)


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

    carrier_daily_limits = models.JSONField(default=list)
    webhooks = models.JSONField(default=dict, help_text="addresses of its own, by their documented names")
    notifications = models.JSONField(default=dict, help_text="empty: no e-mails")
    approved_messages = models.JSONField(null=True, help_text="while new texts await approval: those before them")
    approval_ticket = models.CharField(max_length=20, null=True)  # noqa: DJ001 - null until approval is asked for
    approval_asked_at = models.BigIntegerField(null=True)
    sending_status = models.CharField(max_length=10, choices=SendingStatus.choices, default=SendingStatus.IDLE)
    sending_status_description = models.CharField(max_length=200, null=True)  # noqa: DJ001 - as documented
    next_run_at = models.BigIntegerField(null=True)

    lists: models.QuerySet[LeadList]
    objects: ClassVar[CampaignQuerySet] = cast(CampaignQuerySet, CampaignQuerySet.as_manager())

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

    def save_changed(self) -> None:
        """With a new `updated`: later than the last one, even within one millisecond."""
        self.updated_at = max(stamps.now(), self.updated_at + 1)
        self.save()


class LeadListQuerySet(models.QuerySet["LeadList"]):
    def running(self) -> LeadListQuerySet:
        """Those that are sent: active lists of active campaigns."""
        return self.filter(status="ACTIVE", campaign__status=CampaignStatus.ACTIVE).order_by("id")


class LeadList(models.Model):
    id = models.CharField(max_length=24, primary_key=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="lists")
    campaign_id: str
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=20, choices=[("READY", "READY"), ("ACTIVE", "ACTIVE")])
    created_at = models.BigIntegerField()
    updated_at = models.BigIntegerField()

    objects: ClassVar[LeadListQuerySet] = cast(LeadListQuerySet, LeadListQuerySet.as_manager())

    class Meta:
        app_label = "sandbox"
        constraints = [models.UniqueConstraint(fields=["campaign", "name"], name="list_name_is_its_address")]

    def __str__(self) -> str:
        return self.name

    def save_changed(self) -> None:
        self.updated_at = max(stamps.now(), self.updated_at + 1)
        self.save()
