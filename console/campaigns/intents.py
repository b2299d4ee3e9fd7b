"""What was last asked of campaigns and their lists, and how far it is, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from engage.models import Campaign, Command, LeadList
from engage.models.status_words import is_at_rest, is_not_approved
from engage.outbox.campaigns import intents_of
from engage.outbox.campaigns.templates import asks_for_approval

# What could not be done is told for so long; after that it is in the audit trail.
_TOLD_FOR: Final = timedelta(days=1)
_UNDER_WAY: Final = {
    Command.State.RETRY_WAIT.value: "Engage is not reachable, it will be asked when it is back",
    Command.State.SENDING.value: "Engage is being asked",
    Command.State.ACCEPTED.value: "Engage accepted it, the new state has not been seen yet",
    Command.State.CHECKING.value: "No answer from Engage, checking",
}


@dataclass(frozen=True)
class Intent:
    """The newest wish for one campaign or one list, as long as people need to know of it."""

    command: Command

    @property
    def is_pause(self) -> bool:
        return self.command.kind in Command.PAUSES

    @property
    def is_under_way(self) -> bool:
        return not self.command.is_settled and not self.needs_decision

    @property
    def needs_decision(self) -> bool:
        return self.command.needs_decision

    @property
    def is_failed(self) -> bool:
        return self.command.state in Command.FAILED

    @property
    def tone(self) -> str:
        """A pause that is not certain is harm until it is."""
        return "bad" if self.is_pause or self.is_failed else "warn"

    @property
    def again_url(self) -> str:
        return switch_url(self.command.campaign_id or 0, self.command.list_name, is_pause=self.is_pause)

    @property
    def what(self) -> str:
        if asks_for_approval(self.command):
            return "Request for approval"
        if self.command.kind == Command.Kind.MESSAGES:
            return "Update of the messages"
        return "Pause" if self.is_pause else "Activation"

    @property
    def headline(self) -> str:
        if self.is_under_way and asks_for_approval(self.command):
            return "Asking Engage for approval"
        if self.is_under_way:
            doing = {Command.Kind.MESSAGES.value: "Updating the messages"}
            return doing.get(self.command.kind, "Pausing" if self.is_pause else "Activating")
        if self.needs_decision:
            return f"{self.what} could not be confirmed"
        return f"{self.what}: {self.command.get_state_display()}"

    @property
    def explanation(self) -> str:
        """What is known, and what it means for the leads."""
        reason = self.command.reason or (_UNDER_WAY.get(self.command.state, "") if self.is_under_way else "")
        if self.is_under_way and self.is_pause:
            return _join(reason, "Until Engage confirms it, texts may still go out")
        return _join(reason)


def _join(*sentences: str) -> str:
    return " ".join(f"{sentence.rstrip('.')}." for sentence in sentences if sentence)


@dataclass(frozen=True)
class Intents:
    """Of one campaign: for itself, for its lists by verbatim name, for its messages. What went well is left out."""

    campaign: Intent | None = None
    lists: dict[str, Intent] = field(default_factory=dict)
    messages: Intent | None = None

    @property
    def all(self) -> list[Intent]:
        return [intent for intent in (self.campaign, *self.lists.values(), self.messages) if intent]


def find_intents(campaign_ids: Iterable[int], now: datetime) -> dict[int, Intents]:
    """Campaign id → what is worth knowing of what was asked for."""

    def tell(command: Command | None) -> Intent | None:
        return Intent(command) if command and _is_worth_telling(command, now) else None

    return {
        campaign_id: Intents(
            campaign=tell(asked.campaign),
            lists={name: intent for name, command in asked.lists.items() if (intent := tell(command))},
            messages=tell(asked.messages),
        )
        for campaign_id, asked in intents_of(campaign_ids).items()
    }


def campaigns_asked_of(now: datetime) -> list[int]:
    """Those of which something may have to be told: few of many, found by the states of commands."""
    commands = Command.objects.filter(campaign__isnull=False).exclude(kind__in=Command.LOADS).order_by()
    open_or_lately = ~Q(state__in=Command.SETTLED) | Q(
        state__in=set(Command.SETTLED) - {Command.State.CONFIRMED, Command.State.DISCARDED},
        state_since__gt=now - _TOLD_FOR,
    )
    return list(commands.filter(open_or_lately).values_list("campaign_id", flat=True).distinct())


def _is_worth_telling(command: Command, now: datetime) -> bool:
    if command.state in (Command.State.CONFIRMED, Command.State.DISCARDED):
        return False
    if command.state == Command.State.CANCELLED and command.reason.startswith("Cancelled by "):
        # Somebody changed their mind; nothing went wrong.
        return False
    return not command.is_settled or command.state_since > now - _TOLD_FOR


def switch_url(campaign_id: int, list_name: str, *, is_pause: bool) -> str:
    """Where a campaign or one of its lists is paused or activated; the list is named verbatim."""
    what, verb = "list" if list_name else "campaign", "pause" if is_pause else "activate"
    address = reverse(f"campaigns:{what}-{verb}", args=[campaign_id])
    return f"{address}?{urlencode({'list_name': list_name})}" if list_name else address


def may_pause(campaign: Campaign, intent: Intent | None) -> bool:
    """While it sends, and while it is about to."""
    if campaign.is_unlisted:
        return False
    # What is not certain to rest may be sending; of what was never read nothing is known at all.
    may_send = not is_at_rest(campaign.status) and _is_told_of(campaign)
    return may_send or _is_on_its_way(intent, is_pause=False)


def may_activate(campaign: Campaign, intent: Intent | None) -> bool:
    if campaign.is_unlisted or campaign.is_sending or is_not_approved(campaign.status):
        return False
    return _is_told_of(campaign) and not _is_on_its_way(intent, is_pause=False)


def _is_told_of(campaign: Campaign) -> bool:
    return bool(campaign.status.strip()) or campaign.confirmed_at is not None


def may_pause_list(lead_list: LeadList, intent: Intent | None) -> bool:
    # What a list's state is may not be known at all; then both are possible. One without a name cannot be spoken of.
    is_possible = not is_at_rest(lead_list.status) or _is_on_its_way(intent, is_pause=False)
    return bool(lead_list.name) and is_possible


def may_activate_list(lead_list: LeadList, intent: Intent | None) -> bool:
    return bool(lead_list.name) and not lead_list.is_sending and not _is_on_its_way(intent, is_pause=False)


def _is_on_its_way(intent: Intent | None, *, is_pause: bool) -> bool:
    return intent is not None and intent.is_pause is is_pause and intent.is_under_way
