from __future__ import annotations

import json
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from engage.models.status_words import NOT_APPROVED, Meaning, is_sending, meaning_of, words_that_mean
from engage.models.workspace import Workspace
from engage.sms.blanks import first_shown

# One list may leave something out; so many do not.
READINGS_UNTIL_UNLISTED = 3


class BoardIndex(models.Index):
    """Of all its fields on SQLite, of the first one alone elsewhere."""

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        if schema_editor.connection.vendor == "sqlite":
            return super().create_sql(model, schema_editor, using, **kwargs)
        return models.Index(fields=self.fields[:1], name=self.name).create_sql(model, schema_editor, using, **kwargs)


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def known(self) -> CampaignQuerySet:
        """Without those that only webhooks named, and that a complete list of campaigns does not hold.

        A campaign that the list never holds (CORE_CAMPAIGN) is real when Engage answered for a conversation in it.
        """
        conversations = apps.get_model("engage", "Conversation").objects
        answered = conversations.filter(campaign=OuterRef("pk")).exclude(key_fingerprint="")
        is_real = Q(missing_since=None) | Q(confirmed_at__isnull=False)
        return self.filter(is_real | Exists(answered))

    def begun(self) -> CampaignQuerySet:
        """Without drafts and those that wait for approval, whatever letters the platform writes that in."""
        # A handful of words, read from an index: `order_by` nothing, or they would be told apart by name.
        words = self.model.objects.order_by().values_list("status", flat=True).distinct()
        return self.exclude(status__in=words_that_mean(words, *NOT_APPROVED))


class Campaign(models.Model):
    """A campaign as the platform last described it. `document` is that description whole, unknown fields included."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="campaigns")
    remote_id = models.CharField(max_length=200)
    name = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=100, blank=True, help_text="campaignStatus; an open set of words")
    sending_status = models.CharField(max_length=100, blank=True)
    sender_source_type = models.CharField(max_length=100, blank=True)
    was_active = models.BooleanField(default=False, help_text="seen ACTIVE before; READY then reads as paused")
    document = models.JSONField(default=dict, blank=True)
    version = models.CharField(max_length=100, blank=True, help_text="orders what was said of it; the greatest wins")
    named_versions = models.JSONField(
        default=dict, blank=True, help_text="of parts of the document that the newest statement does not name"
    )
    filled_for = models.CharField(
        max_length=60, blank=True, default="", db_default="", help_text="`updated` for which it was read by itself"
    )
    filled_at = models.DateTimeField(null=True, blank=True, help_text="last time it was read by itself to fill it")
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text="last time our own API key could see it")
    missing_since = models.DateTimeField(
        null=True, blank=True, help_text="first complete list of campaigns without it; empty: it is listed"
    )
    missing_readings = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="complete lists without it")

    objects = CampaignQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("workspace", "remote_id"), name="campaign_is_one_row"),)
        indexes = (
            # What a board reads of every campaign. SQLite keeps long documents in the middle of the row, and would walk
            # over each to the columns behind it; PostgreSQL keeps them apart, and the whole may be too long for it.
            BoardIndex(
                fields=(
                    *("status", "missing_since", "missing_readings", "confirmed_at", "was_active", "sending_status"),
                    *("workspace", "name", "remote_id", "version"),
                ),
                name="campaigns_at_a_glance",
            ),
        )

    def __str__(self) -> str:
        return first_shown(self.name, self.remote_id) or f"campaign {self.pk}"

    @property
    def messages(self) -> dict[str, str]:
        """The five templates by their documented names; absent and null ones are empty."""
        templates = self.document.get("messages")
        return {name: str(text or "") for name, text in templates.items()} if isinstance(templates, dict) else {}

    @property
    def schedule(self) -> Any:
        """The sending hours: each part as it was understood, else as it was told; an empty object where none were."""
        as_told = self.document.get("scheduleAsTold")
        schedule = self.document.get("schedule", {})
        if isinstance(as_told, str) and as_told:
            told = json.loads(as_told)
            if not isinstance(told, dict) or not isinstance(schedule, dict):
                return told
            # One odd day costs no other.
            return told | {day: hours for day, hours in schedule.items() if day in told and hours is not None}
        # A reading that named no hours holds both as null.
        return {} if schedule is None and "scheduleAsTold" in self.document else schedule

    @property
    def is_unlisted(self) -> bool:
        """Our key could see it once, and Engage lists it no longer: deleted or archived, most likely."""
        return self.confirmed_at is not None and self.missing_readings >= READINGS_UNTIL_UNLISTED

    @property
    def meaning(self) -> Meaning:
        return meaning_of(self.status)

    @property
    def is_sending(self) -> bool:
        return is_sending(self.status)

    @property
    def is_paused(self) -> bool:
        """The guide names no word for it: a campaign that was active and is READY was paused. Others say PAUSED."""
        return self.meaning is Meaning.PAUSED or (self.meaning is Meaning.READY and self.was_active)

    @property
    def is_draft(self) -> bool:
        return self.meaning is Meaning.DRAFT


class LeadList(models.Model):
    """A list of leads inside a campaign, named verbatim as it was loaded."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="lead_lists")
    remote_id = models.CharField(max_length=200)
    name = models.TextField(blank=True)
    status = models.CharField(max_length=100, blank=True)
    document = models.JSONField(default=dict, blank=True)
    version = models.CharField(max_length=100, blank=True, help_text="orders what was said of it; the greatest wins")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("campaign", "remote_id"), name="lead_list_is_one_row"),)

    def __str__(self) -> str:
        return first_shown(self.name) or f"List {self.remote_id[:4]}…"

    @property
    def meaning(self) -> Meaning:
        return meaning_of(self.status)

    @property
    def is_sending(self) -> bool:
        return is_sending(self.status)
