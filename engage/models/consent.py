from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.db.models import Exists, F, OuterRef

from engage.models.conversation import Conversation, Disposition
from engage.models.message import Message
from engage.models.workspace import Workspace


class ConsentQuerySet(models.QuerySet["Consent"]):
    def for_numbers(self, workspace_id: int, phones: Iterable[str]) -> ConsentQuerySet:
        return self.filter(workspace_id=workspace_id, phone__among=phones)

    def unshown(self) -> ConsentQuerySet:
        """What only webhooks said, so long ago that GETs since then should have shown it."""
        return self.filter(is_confirmed=False, heard_at__lte=F("conversation__disproved_through"))

    def disproved(self) -> ConsentQuerySet:
        """What only webhooks said, and Engage would have shown by now.

        An opt-out event is shown by the text it came with. A disposition is by any later one too, which took its place.
        """
        shown = Message.objects.filter(conversation=OuterRef("conversation"), is_confirmed=True, sent_at=OuterRef("at"))
        replaced = Disposition.objects.filter(
            conversation=OuterRef("conversation"), is_confirmed=True, chosen_at__gte=OuterRef("at")
        )
        return self.unshown().exclude(Exists(shown)).exclude(Exists(replaced), kind=Consent.Kind.DO_NOT_CONTACT)


class Consent(models.Model):
    """One piece of evidence on whether a number may be texted. Append-only; the state is computed from all of it."""

    class Kind(models.TextChoices):
        OPTED_OUT = "opted_out"
        OPTED_IN = "opted_in"
        DO_NOT_CONTACT = "do_not_contact"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="consents")
    phone = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    at = models.DateTimeField(help_text="the platform's time of the words or event")
    evidence = models.CharField(max_length=250, help_text="what says so: message, event or disposition, by remote id")
    is_confirmed = models.BooleanField(default=False, help_text="seen in a GET; an opt-in counts only then")
    heard_at = models.DateTimeField(
        null=True, blank=True, help_text="first webhook to say so; empty when no GET could ever show it, or one has"
    )
    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.SET_NULL, related_name="consents")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("workspace", "phone", "kind", "evidence"), name="consent_is_one_row"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"
