from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from engage.models.conversation import Conversation, Disposition
from engage.models.delivery import TOKEN_NAME_LENGTH
from engage.models.message import Message
from engage.models.workspace import Workspace

# Evidence that is the lead's state as Engage gives it.
STATE = "status:"

_ANSWERS = {
    "asked_at": F("conversation__asked_at"),
    "denied_at": F("conversation__denied_at"),
    "disproved_through": F("conversation__disproved_through"),
    "confirmed_key": F("conversation__key_fingerprint"),
}


# Evidence of an opt-out that an agent wrote down begins so.
BY_DESK = "desk:"


class ConsentQuerySet(models.QuerySet["Consent"]):
    def for_numbers(self, workspace_id: int, phones: Iterable[str]) -> ConsentQuerySet:
        return self.filter(workspace_id=workspace_id, phone__among=phones)

    def locking(self) -> ConsentQuerySet:
        return self.filter(kind__in=(Consent.Kind.OPTED_OUT, Consent.Kind.DO_NOT_CONTACT))

    def with_answers(self) -> ConsentQuerySet:
        """With what Engage has answered about the conversation of each: `is_answered` and `is_of_nobody` ask for it."""
        return self.annotate(**_ANSWERS)

    def unshown(self) -> ConsentQuerySet:
        """What only webhooks said, so long ago that GETs since then should have shown it."""
        return self.filter(is_confirmed=False, heard_at__lte=F("conversation__disproved_through"))

    def disproved(self) -> ConsentQuerySet:
        """What only webhooks said, and Engage would have shown by now.

        A text is shown by itself. A disposition is by any later one too, which took its place.
        """
        shown = Message.objects.filter(conversation=OuterRef("conversation"), is_confirmed=True, sent_at=OuterRef("at"))
        replaced = Disposition.objects.filter(
            conversation=OuterRef("conversation"), is_confirmed=True, chosen_at__gte=OuterRef("at")
        )
        # A state names no text; that it is as of one shows nothing of it.
        unshown = self.unshown().exclude(Exists(shown), ~Q(evidence__startswith=STATE))
        return unshown.exclude(Exists(replaced), kind=Consent.Kind.DO_NOT_CONTACT)


class Consent(models.Model):
    """One piece of evidence on whether a number may be texted. Append-only; the state is computed from all of it."""

    class Kind(models.TextChoices):
        OPTED_OUT = "opted_out"
        OPTED_IN = "opted_in"
        DO_NOT_CONTACT = "do_not_contact"
        LIFTED = "lifted"

    LOCKS = (Kind.OPTED_OUT, Kind.DO_NOT_CONTACT)

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="consents")
    phone = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    at = models.DateTimeField(help_text="the platform's time of the words or event")
    evidence = models.CharField(max_length=250, help_text="what says so: message, event or disposition, by remote id")
    is_confirmed = models.BooleanField(default=False, help_text="seen in a GET; an opt-in counts only then")
    heard_at = models.DateTimeField(
        null=True, blank=True, help_text="first webhook to say so; empty when no GET could ever show it, or one has"
    )
    # By our clock, of every statement whether a GET brought it or a webhook; empty in rows older than these columns.
    first_heard_at = models.DateTimeField(null=True, blank=True, help_text="first statement of it")
    last_heard_at = models.DateTimeField(null=True, blank=True, help_text="last statement of it, of events alone")
    shown_at = models.DateTimeField(null=True, blank=True, help_text="first GET to show it; empty: dated in the future")
    token_name = models.CharField(
        max_length=TOKEN_NAME_LENGTH, blank=True, default="", db_default="", help_text="token of the first webhook"
    )
    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.SET_NULL, related_name="consents")
    recorded_at = models.DateTimeField(auto_now_add=True)
    # A person's word: of kind LIFTED, with what it ended, or an opt-out by the desk.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=500, blank=True, default="", db_default="")
    # Whether Engage is told of it, and how that went, stands in a row of Telling once it is taken up.
    tell_from = models.DateTimeField(
        null=True, blank=True, help_text="Engage does not know it by itself and is told from then on; then empty again"
    )
    lifted_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="lifted")

    objects = ConsentQuerySet.as_manager()

    # Only in rows `with_answers`.
    asked_at: datetime | None
    denied_at: datetime | None
    disproved_through: datetime | None
    confirmed_key: str | None

    class Meta:
        indexes = (
            models.Index(fields=("tell_from",), name="consent_to_tell", condition=models.Q(tell_from__isnull=False)),
        )
        constraints = (
            models.UniqueConstraint(fields=("workspace", "phone", "kind", "evidence"), name="consent_is_one_row"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"

    @property
    def is_lock(self) -> bool:
        """It forbids to text the number, for as long as nothing ends it."""
        return self.kind in self.LOCKS and self.lifted_by_id is None

    @property
    def is_by_desk(self) -> bool:
        """One of us says so, whatever Engage knows of the lead."""
        return self.evidence.startswith(BY_DESK)

    @property
    def is_answered(self) -> bool:
        """A GET begun after it was heard answered for its conversation."""
        is_asked = (
            self.asked_at is not None and self.first_heard_at is not None and self.first_heard_at <= self.asked_at
        )
        return is_asked and bool(self.confirmed_key) and self.denied_at is None

    @property
    def is_of_nobody(self) -> bool:
        """Said by a lead whom Engage denies, and denied again an hour or more after it was said."""
        if self.is_by_desk:
            return False
        if self.denied_at is None or self.confirmed_key or self.disproved_through is None:
            return False
        return (self.last_heard_at or self.first_heard_at or self.recorded_at) <= self.disproved_through
