from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from engage.models.command import Command
from engage.models.consent import Consent
from engage.models.conversation import Conversation


class TellingQuerySet(models.QuerySet["Telling"]):
    def open(self) -> TellingQuerySet:
        return self.filter(state__in=Telling.OPEN)

    def needing_decision(self) -> TellingQuerySet:
        return self.filter(state=Telling.State.NEEDS_DECISION)


class Telling(models.Model):
    """What became of telling the platform of an opt-out that it does not know of by itself: one row per lock."""

    class State(models.TextChoices):
        ON_ITS_WAY = "on_its_way", "Engage is being told"
        NEEDS_DECISION = "needs_decision", "Somebody has to tell Engage"
        KNOWN = "known", "Engage knows"
        ENDED = "ended", "The number may be texted again"
        COVERED = "covered", "Told by another opt-out of this number"
        ANSWERED = "answered", "Answered by a person"

    class Answer(models.TextChoices):
        BY_PHONE = "by_phone", "Told by phone or mail"
        BY_HAND = "by_hand", "Chosen by hand"
        LEFT = "left", "Left as it is"

    OPEN = (State.ON_ITS_WAY, State.NEEDS_DECISION)

    consent = models.OneToOneField(Consent, on_delete=models.CASCADE, related_name="telling")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="tellings")
    command = models.OneToOneField(
        Command,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="telling",
        help_text="by which it is told",
    )
    state = models.CharField(max_length=20, choices=State.choices)
    state_since = models.DateTimeField(default=timezone.now)
    looked_at = models.DateTimeField(default=timezone.now, help_text="last look whether the platform knows by now")
    reason = models.CharField(max_length=300, blank=True, help_text="why a person is asked, in their words")
    answer = models.CharField(max_length=20, blank=True, choices=Answer.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = TellingQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=("looked_at",), name="telling_open", condition=Q(state__in=("on_its_way", "needs_decision"))
            ),
            models.Index(fields=("state_since",), name="telling_asks", condition=Q(state="needs_decision")),
        )

    def __str__(self) -> str:
        return f"telling {self.pk}"
