from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from console.accounts.scope import Scope
from engage.models import Command, Conversation
from engage.models.conversation import ConversationQuerySet
from engage.models.lead import nearness

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class Assignment(models.Model):
    """Who works a conversation now. Ours alone: the platform knows nothing of it.

    Without an agent where their account was deleted, until the sweep has told everybody.
    """

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="assignment")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="assignments"
    )
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.agent} works {self.conversation}"


class DeskEvent(models.Model):
    """A line in the thread about what one of us did: claimed, released, assigned, read."""

    class Kind(models.TextChoices):
        CLAIMED = "claimed", "claimed this conversation"
        RELEASED = "released", "released this conversation"
        ASSIGNED = "assigned", "assigned this conversation"
        LEFT = "left", "can work this conversation no longer"
        NO_OPT_OUT = "no_opt_out", "read it: not an opt-out"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="desk_events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=("conversation", "at"), name="desk_events_in_order"),)

    def __str__(self) -> str:
        return f"{self.by} {self.get_kind_display()}"


class Acknowledgement(models.Model):
    """Somebody has seen that a command failed, and leaves it at that: nobody is asked about it any more."""

    command = models.OneToOneField(Command, on_delete=models.CASCADE, related_name="acknowledgement")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.by} has seen {self.command_id}"


class DeskQuerySet(ConversationQuerySet["DeskConversation"]):
    def within(self, scope: Scope) -> Self:
        return self if scope.campaign_ids is None else self.filter(campaign_id__in=scope.campaign_ids)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.within(Scope.of(user))

    def assigned_to(self, agent_id: int) -> Self:
        return self.filter(assignment__agent_id=agent_id)

    def unassigned(self) -> Self:
        """Nobody's, or of somebody whose account is switched off or deleted: who is gone holds no work."""
        return self.filter(Q(assignment__agent__isnull=True) | Q(assignment__agent__is_active=False))

    def longest_wait_first(self) -> Self:
        """Who waits, longest first; behind them who does not, newest first."""
        return self.order_by(F("waiting_since").asc(nulls_last=True), "-last_message_at", "-id")

    def newest_first(self) -> Self:
        return self.order_by(F("last_message_at").desc(nulls_last=True), "-id")

    def nearest_first(self, text: str) -> Self:
        """Who is called so to the letter comes before who only may be meant; among those the newest first."""
        near = self.annotate(nearness=nearness(text, "lead__"))
        return near.order_by("nearness", F("last_message_at").desc(nulls_last=True), "-id")

    def for_rows(self) -> Self:
        """With all that a row of the queue shows, in one query; the keys stay in the database."""
        return self.select_related("lead", "campaign", "assignment__agent").defer(
            "sealed_key",
            "sealed_offered_key",
            "dispositions",
            "campaign__document",
            "lead__data",
            "lead__unknown_fields",
        )


DeskManager = models.Manager.from_queryset(DeskQuerySet)


class DeskConversation(Conversation):
    """A conversation as the desk sees it: with who works it, and for whom it is visible."""

    objects: ClassVar[DeskManager[DeskConversation]] = DeskManager()
    # Set where it was searched for.
    nearness: int | None = None

    @property
    def worked_by(self) -> User | None:
        """Whose it is; of somebody whose account is switched off it is not."""
        assignment: Assignment | None = getattr(self, "assignment", None)
        agent = assignment.agent if assignment else None
        return agent if agent and agent.is_active else None

    class Meta:
        proxy = True
        permissions = (
            ("release_held", "Can release replies and dispositions that are held back"),
            ("open_widget", "Can open a conversation in the platform's own page"),
            ("lift_locks", "Can lift what forbids to text a number, with a reason"),
        )
