from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from engage.models.campaign import Campaign
from engage.models.disposition_names import means_do_not_contact
from engage.models.lead import Lead, found_by
from engage.models.workspace import Workspace
from engage.vault import Secret, unseal

LATEST_WISH = timedelta(hours=2)

Row = TypeVar("Row", bound="Conversation", covariant=True)


class ConversationQuerySet(models.QuerySet[Row]):
    def in_campaigns(self, campaign_ids: Iterable[int]) -> Self:
        return self.filter(campaign_id__in=campaign_ids)

    def awaiting_reply(self) -> Self:
        return self.filter(waiting_since__isnull=False)

    def open(self) -> Self:
        return self.filter(status=Conversation.Status.OPEN)

    def closed(self) -> Self:
        return self.filter(status=Conversation.Status.CLOSED)

    def opted_out(self) -> Self:
        return self.filter(status=Conversation.Status.OPTED_OUT)

    def answerable(self) -> Self:
        """Whose key the platform has answered for."""
        return self.filter(denied_at=None).exclude(key_fingerprint="")

    def unknown_to_platform(self) -> Self:
        """Which the platform denies to know."""
        return self.filter(denied_at__isnull=False)

    def matching(self, text: str) -> Self:
        """Those whose name or number holds every word of it, a number in any format; all when it is blank."""
        return self.filter(found_by(text, "lead__search_text"))

    def due_for_read(self, now: datetime) -> Self:
        """Seen in webhooks only so far, or changed in a way that only a GET can vouch for; oldest first."""
        # None is wanted for so late: a clock that was ahead wrote that down.
        is_due = Q(read_wanted_at__lte=now) | Q(read_wanted_at__gt=now + LATEST_WISH)
        return self.filter(is_due).order_by("read_wanted_at")

    def stale_since(self, moment: datetime) -> Self:
        """Open ones that no GET has looked at since, longest unseen first: where a lost webhook would show."""
        # One looked at in the future was looked at by a clock that was ahead.
        is_stale = Q(read_at__lt=moment) | Q(read_at__gt=timezone.now() + timedelta(minutes=5))
        return self.open().filter(is_stale, denied_at=None).order_by("read_at")


class Conversation(models.Model):
    """The exchange with one lead. All but the keys and the read marks is a function of the messages below it."""

    class Status(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"
        OPTED_OUT = "opted_out"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="conversations")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="conversations")
    lead = models.OneToOneField(Lead, on_delete=models.CASCADE, related_name="conversation")

    # The capability to read and write it. An offered key is not used until a GET with it answers for this very lead.
    sealed_key = models.BinaryField(default=b"", blank=True)
    key_fingerprint = models.CharField(max_length=64, blank=True)
    sealed_offered_key = models.BinaryField(default=b"", blank=True)
    offered_key_fingerprint = models.CharField(max_length=64, blank=True)
    offered_version = models.CharField(max_length=100, blank=True)
    read_wanted_at = models.DateTimeField(null=True, blank=True, help_text="a GET is due since")
    read_at = models.DateTimeField(null=True, blank=True, help_text="start of the last complete GET")
    denied_at = models.DateTimeField(null=True, blank=True, help_text="the platform does not know this conversation")
    refused_since = models.DateTimeField(
        null=True, blank=True, help_text="the platform refuses it since then; denied only when that lasts"
    )
    asked_at = models.DateTimeField(null=True, blank=True, help_text="start of the newest GET that counts as proof")
    disproved_through = models.DateTimeField(
        null=True, blank=True, help_text="what only webhooks said up to then, Engage would have shown by now"
    )

    # What was said of the lead last, so that an older statement arriving late changes nothing.
    lead_version = models.CharField(max_length=100, blank=True)

    # Where it stands, computed by engage.mirror.summary.
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.OPEN)
    started_at = models.DateTimeField(null=True, blank=True, help_text="first text of the lead")
    waiting_since = models.DateTimeField(null=True, blank=True, help_text="first unanswered text; empty: nobody waits")
    heard_through = models.BigIntegerField(
        default=0, db_default=0, help_text="id of the lead's text that was heard last, wherever it stands in time"
    )
    last_inbound_at = models.DateTimeField(null=True, blank=True)
    last_message_at = models.DateTimeField(null=True, blank=True)
    last_message_text = models.CharField(max_length=200, blank=True)
    last_message_is_inbound = models.BooleanField(default=False)
    may_be_opt_out = models.BooleanField(
        default=False, help_text="words of theirs may mean stop, and nobody has said whether they do"
    )
    disposition = models.CharField(max_length=300, blank=True)
    disposition_at = models.DateTimeField(null=True, blank=True)
    dispositions = models.JSONField(default=list, blank=True, help_text="its own list, as offered by the platform")
    dispositions_version = models.CharField(max_length=100, blank=True)
    disproved = models.PositiveIntegerField(default=0, db_default=0, help_text="texts and dispositions not counted")

    objects = ConversationQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=("waiting_since", "id"), name="waiting_longest", condition=Q(waiting_since__isnull=False)
            ),
            models.Index(fields=("status", "-last_message_at", "-id"), name="by_status_newest"),
            models.Index(fields=("campaign", "status", "-last_message_at", "-id"), name="by_campaign_newest"),
            models.Index(fields=("read_wanted_at",), name="read_wanted", condition=Q(read_wanted_at__isnull=False)),
            models.Index(fields=("id",), name="conversation_disproved", condition=Q(disproved__gt=0)),
            models.Index(
                fields=("refused_since",), name="conversation_refused", condition=Q(refused_since__isnull=False)
            ),
            models.Index(fields=("id",), name="conversation_denied", condition=Q(denied_at__isnull=False)),
        )

    def __str__(self) -> str:
        return f"conversation {self.pk}"

    @property
    def key(self) -> Secret:
        return unseal(self.sealed_key)

    @property
    def offered_key(self) -> Secret:
        return unseal(self.sealed_offered_key)

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def is_opted_out(self) -> bool:
        return self.status == self.Status.OPTED_OUT

    @property
    def is_swept(self) -> bool:
        """A GET looks at it from time to time by itself."""
        return self.is_open and self.denied_at is None

    @property
    def is_confirmed(self) -> bool:
        """A GET at the configured origin answered for it, so its key is good."""
        return bool(self.key_fingerprint)

    def disproves(self, heard_at: datetime | None) -> bool:
        """Was it heard so long ago that Engage would show it? `heard_at`: empty when a GET has shown it."""
        return heard_at is not None and self.disproved_through is not None and heard_at <= self.disproved_through

    def find_disposition(self, name: str) -> dict[str, Any] | None:
        """The entry of its own list with exactly this name; the platform compares names to the letter.

        Of several under one name any that means "do not contact" decides: nobody could tell which will be taken.
        """
        found: dict[str, Any] | None = next((row for row in self.dispositions if row.get("disposition") == name), None)
        if found is None:
            return None
        return found | {"doNotContact": means_do_not_contact(name, self.dispositions)}


class Disposition(models.Model):
    """One disposition chosen for a conversation, at the platform's time. The newest is the current one."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="disposition_history")
    name = models.CharField(max_length=300)
    chosen_at = models.DateTimeField(help_text="as Engage dates it")
    as_of = models.DateTimeField(
        null=True, blank=True, help_text="when it was heard first, where Engage dated it in the future of that"
    )
    is_confirmed = models.BooleanField(default=False, db_default=False, help_text="seen in a GET")
    heard_at = models.DateTimeField(null=True, blank=True, help_text="first webhook to say so, while no GET shows it")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("conversation", "chosen_at", "name"), name="disposition_is_one_row"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_disproved(self) -> bool:
        """Only a webhook ever said so, and Engage shows none or an earlier one."""
        current = self.conversation.disposition_at
        return self.conversation.disproves(self.heard_at) and (current is None or self.counts_at > current)

    @property
    def counts_at(self) -> datetime:
        """When it was chosen, as far as that can be: not later than it was heard of."""
        return self.as_of or self.chosen_at
