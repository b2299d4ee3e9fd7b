from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from engage.models import Campaign, Conversation


class AuditEntry(models.Model):
    """One thing a person did: who, what, when, from where, before and after. Only ever added to."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60, help_text="verb and noun: paused campaign, approved change request")
    # Bare facts outlive the rows they speak of.
    campaign = models.ForeignKey(
        Campaign, null=True, blank=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    conversation = models.ForeignKey(
        Conversation, null=True, blank=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    subject = models.CharField(max_length=300, blank=True, help_text="what it was done to, in words")
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True, help_text="where the request came from")
    request_id = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name_plural = "audit entries"
        # Nobody may be granted what the database refuses to everybody.
        default_permissions = ("view",)
        indexes = (models.Index(fields=("campaign", "-at"), name="audit_of_campaign"),)

    def __str__(self) -> str:
        return f"{self.by} {self.action}"
