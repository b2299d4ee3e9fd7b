from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from engage.models.sealed_bytes import SealedBytesField
from engage.models.workspace import Workspace

# An `event_type` of ours, with the id of the load behind it: what was posted to that load's own address.
LIST_LOAD = "list-load:"
# So much of a token's fingerprint tells tokens apart.
TOKEN_NAME_LENGTH = 16
# How the note begins of one that was applied, though not all of it was understood.
NO_GUIDE_NAMES = "an event that no guide names"
NOT_UNDERSTOOD = "not understood"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def pending(self) -> DeliveryQuerySet:
        return self.filter(state=Delivery.State.PENDING).order_by("id")

    def noted(self) -> DeliveryQuerySet:
        """Applied, and odd: what nobody but a forger has a reason to post."""
        return self.filter(state=Delivery.State.APPLIED).exclude(error="")

    def applied_in_part(self) -> DeliveryQuerySet:
        """Applied, and not all of it was understood."""
        is_in_part = Q(error__startswith=NO_GUIDE_NAMES) | Q(error__contains=f"{NOT_UNDERSTOOD}: ")
        return self.noted().filter(is_in_part)

    def quarantined(self) -> DeliveryQuerySet:
        return self.filter(state=Delivery.State.QUARANTINED)


class Delivery(models.Model):
    """One webhook exactly as received. The ledger of these rows can rebuild the mirror."""

    class State(models.TextChoices):
        PENDING = "pending"
        APPLIED = "applied"
        IGNORED = "ignored", "Ignored (unknown event)"
        QUARANTINED = "quarantined"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    received_at = models.DateTimeField(default=timezone.now)
    event_type = models.CharField(max_length=100, blank=True, help_text="the x-event-type header")
    event_origin = models.CharField(max_length=200, blank=True, help_text="the x-event-origin header")
    token_name = models.CharField(
        max_length=TOKEN_NAME_LENGTH,
        blank=True,
        default="",
        db_default="",
        help_text="the beginning of the fingerprint of the token it came by",
    )
    # The addresses in it hold keys of conversations, and those of a campaign our own token.
    body = SealedBytesField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.PENDING)
    error = models.CharField(max_length=500, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = (
            # Serves the foreign key too, and finds the newest of each workspace.
            models.Index(fields=("workspace", "-id"), name="delivery_of_workspace"),
            models.Index(fields=("id",), name="delivery_pending", condition=Q(state="pending")),
            models.Index(fields=("-id",), name="delivery_quarantined", condition=Q(state="quarantined")),
            models.Index(fields=("-id",), name="delivery_noted", condition=Q(state="applied") & ~Q(error="")),
        )

    def __str__(self) -> str:
        return f"delivery {self.pk}"
