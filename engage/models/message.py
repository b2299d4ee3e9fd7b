from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from engage.models.conversation import Conversation


class MessageQuerySet(models.QuerySet["Message"]):
    def in_order(self) -> MessageQuerySet:
        """By the platform's clock, never by arrival."""
        return self.order_by("sent_at", "remote_id")

    def inbound(self) -> MessageQuerySet:
        return self.filter(is_inbound=True)

    def outbound(self) -> MessageQuerySet:
        return self.filter(is_inbound=False)

    def standing(self) -> MessageQuerySet:
        """Without what only a webhook ever said, and Engage does not show."""
        is_late = Q(heard_at__gt=F("conversation__disproved_through"))
        return self.filter(Q(heard_at=None) | Q(conversation__disproved_through=None) | is_late)


class Message(models.Model):
    """One text, as the platform holds it."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    remote_id = models.CharField(max_length=200)
    is_inbound = models.BooleanField()
    sender = models.CharField(max_length=60, blank=True)
    text = models.TextField(blank=True)
    sent_at = models.DateTimeField(help_text="the platform's time; the lead's `sent` or the epoch where it gave none")
    signal = models.CharField(
        max_length=20, blank=True, help_text="what the words mean for consent: stop, start, help …"
    )
    is_confirmed = models.BooleanField(default=False, help_text="seen in a GET, not only in a webhook")
    heard_at = models.DateTimeField(null=True, blank=True, help_text="first webhook to say so, while no GET shows it")
    is_dated_ahead = models.BooleanField(
        default=False, db_default=False, help_text="Engage dated it in the future; it counts as of when we heard it"
    )
    is_judged = models.BooleanField(
        default=False, db_default=False, help_text="a person has said whether it is an opt-out"
    )

    is_undated = models.BooleanField(
        default=False, db_default=False, help_text="Engage gave it no time; it counts as of when we heard it"
    )
    unknown_fields = models.JSONField(default=dict, blank=True, help_text="what the guide does not name, kept")

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("conversation", "remote_id"), name="message_is_one_row"),)
        indexes = (models.Index(fields=("conversation", "sent_at", "remote_id"), name="thread_in_order"),)

    def __str__(self) -> str:
        return f"message {self.pk}"

    @property
    def is_disproved(self) -> bool:
        """Only a webhook ever said so, and Engage does not show it."""
        return self.conversation.disproves(self.heard_at)
