from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from engage import request_id
from engage.models.campaign import Campaign
from engage.models.conversation import Conversation
from engage.models.message import Message
from engage.models.workspace import Workspace


class CommandQuerySet(models.QuerySet["Command"]):
    def replies(self) -> CommandQuerySet:
        return self.filter(kind=Command.Kind.REPLY)

    def dispositions(self) -> CommandQuerySet:
        return self.filter(kind=Command.Kind.DISPOSITION)

    def of_campaigns(self, campaign_ids: Iterable[int]) -> CommandQuerySet:
        """What was asked for campaigns themselves, oldest first; the newest of a target is what counts."""
        return self.filter(campaign_id__in=campaign_ids).order_by("id")

    def in_flight(self) -> CommandQuerySet:
        return self.filter(state__in=Command.IN_FLIGHT)

    def unsettled(self) -> CommandQuerySet:
        """Not yet where nothing more can happen to it by itself or by a person's decision."""
        return self.exclude(state__in=Command.SETTLED)

    def needing_decision(self) -> CommandQuerySet:
        return self.filter(state__in=Command.NEEDS_DECISION)


class Command(models.Model):
    """One thing we want the platform to do. Committed before anything leaves; its state is what the agent sees."""

    class Kind(models.TextChoices):
        REPLY = "reply"
        DISPOSITION = "disposition"
        ACTIVATE = "activate"
        PAUSE = "pause"
        LIST_ACTIVATE = "list_activate", "Activate list"
        LIST_PAUSE = "list_pause", "Pause list"
        MESSAGES = "messages", "Update messages"
        LOAD_LIST = "load_list", "Load list"
        LOAD_LEAD = "load_lead", "Load lead"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        PREFLIGHT = "preflight", "Waiting"
        RETRY_WAIT = "retry_wait", "Engage is not reachable, will be sent when it is back"
        HELD = "held", "Held back until somebody releases it"
        SENDING = "sending", "Sending"
        ACCEPTED = "accepted", "Accepted"
        CHECKING = "checking", "No answer from Engage, checking"
        PROBABLE = "probable", "Is this the same message?"
        UNCONFIRMED = "unconfirmed", "Could not be confirmed"
        CONFIRMED = "confirmed", "Confirmed"
        REJECTED = "rejected", "Refused by Engage"
        CANCELLED = "cancelled", "Not sent"
        EXPIRED = "expired", "Too late, not sent"
        DISCARDED = "discarded", "Discarded"

    WAITING = (State.QUEUED, State.RETRY_WAIT)
    IN_FLIGHT = (State.PREFLIGHT, State.SENDING, State.CHECKING)
    WATCHED = (State.ACCEPTED, State.CHECKING, State.PROBABLE, State.UNCONFIRMED)
    NEEDS_DECISION = (State.PROBABLE, State.UNCONFIRMED)
    SETTLED = (State.CONFIRMED, State.REJECTED, State.CANCELLED, State.EXPIRED, State.DISCARDED)
    FAILED = (State.UNCONFIRMED, State.PROBABLE, State.REJECTED, State.CANCELLED, State.EXPIRED, State.DISCARDED)

    OF_CONVERSATIONS = (Kind.REPLY, Kind.DISPOSITION)
    PAUSES = (Kind.PAUSE, Kind.LIST_PAUSE)
    ACTIVATIONS = (Kind.ACTIVATE, Kind.LIST_ACTIVATE)
    OF_LISTS = (Kind.LIST_ACTIVATE, Kind.LIST_PAUSE)
    LOADS = (Kind.LOAD_LIST, Kind.LOAD_LEAD)

    key = models.UUIDField(
        unique=True, default=uuid.uuid4, help_text="made by the browser: a double click is one reply"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="commands")
    conversation = models.ForeignKey(
        Conversation, null=True, blank=True, on_delete=models.CASCADE, related_name="commands"
    )
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.CASCADE, related_name="commands")
    target = models.CharField(
        max_length=80, blank=True, help_text="what of its campaign it acts on; the newest command of a target counts"
    )
    text = models.TextField(blank=True, help_text="the reply, or the name of the disposition or list")
    details = models.JSONField(default=dict, blank=True, help_text="what its kind needs to know besides")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="engage_commands"
    )
    created_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(
        max_length=40, blank=True, default=request_id.current, db_default="", help_text="of the click, as in the logs"
    )
    expires_at = models.DateTimeField()
    seen_through = models.BigIntegerField(
        null=True, blank=True, help_text="id of the lead's text heard last of those that its author had seen; 0: none"
    )

    state = models.CharField(max_length=20, choices=State.choices, default=State.QUEUED)
    state_since = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=300, blank=True, help_text="why it is where it is, in the agent's words")
    due_at = models.DateTimeField(
        null=True, blank=True, default=timezone.now, help_text="next step not before; empty: none"
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0, help_text="rises with every claim; an older holder may not write")
    attempts_made = models.PositiveIntegerField(default=0)
    message = models.OneToOneField(
        Message,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="command",
        help_text="the text at the platform that this command became",
    )

    objects = CommandQuerySet.as_manager()

    # Of the object, not of the row: it was found by its key, since the very same was asked for before.
    is_repeated = False

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("conversation",),
                condition=Q(kind="reply", state__in=("preflight", "sending", "checking")),
                name="one_reply_in_flight",
            ),
            # A pause is not held up by an activation that nobody answers, and may be repeated at will.
            models.UniqueConstraint(
                fields=("campaign", "target"),
                condition=Q(
                    kind__in=("activate", "list_activate", "messages"), state__in=("preflight", "sending", "checking")
                ),
                name="one_change_in_flight",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("reply", "disposition")) | Q(campaign__isnull=False) & ~Q(target=""),
                name="campaign_command_has_target",
            ),
        )
        indexes = (
            models.Index(fields=("due_at", "id"), name="command_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=("conversation", "id"), name="command_of_conversation"),
            models.Index(fields=("state", "state_since"), name="command_by_state"),
            models.Index(
                fields=("campaign", "target", "id"), name="command_of_target", condition=Q(campaign__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def list_name(self) -> str:
        """The list it acts on, verbatim; empty where it is about the campaign."""
        return str(self.details.get("list_name", ""))

    @property
    def is_by_console(self) -> bool:
        """Nobody asked for it: the console does it by itself."""
        return bool(self.details.get("by_console"))

    @property
    def is_settled(self) -> bool:
        return self.state in self.SETTLED

    @property
    def needs_decision(self) -> bool:
        return self.state in self.NEEDS_DECISION

    @property
    def is_cancellable(self) -> bool:
        """Only while it is certain that no byte of it left."""
        return self.state in self.WAITING


class Attempt(models.Model):
    """One POST of a command, written down before its first byte."""

    class Outcome(models.TextChoices):
        OPEN = "open"
        NOT_SENT = "not_sent"
        SENT = "sent"
        UNKNOWN = "unknown"

    command = models.ForeignKey(Command, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    authorised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    baseline = models.JSONField(
        default=dict, help_text="what the platform showed before, so that only what is new can be its effect"
    )
    marked_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, default=Outcome.OPEN)
    reason = models.CharField(max_length=300, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    looks = models.PositiveIntegerField(default=0, help_text="complete GETs since, that did not show it")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("command", "number"), name="attempt_is_one_row"),)
        indexes = (models.Index(fields=("marked_at",), name="attempt_by_time"),)

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.command_id}"
