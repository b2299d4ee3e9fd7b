"""What was last asked for a campaign and each of its lists, and how far it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Max

from engage.models import Campaign, Command

CAMPAIGN = "campaign"
MESSAGES = "messages"
LOADS = "loads"


def list_target(list_name: str) -> str:
    """One target per list. By digest, since a name may be longer than an index can hold."""
    return f"list:{hashlib.sha256(list_name.encode()).hexdigest()[:32]}"


@dataclass(frozen=True)
class Intents:
    """The newest command of each kind of target. Its state, reason and person are on the command itself.

    `campaign`: activate or pause; `lists`: by verbatim list name; `messages`: the template update.
    """

    campaign: Command | None = None
    lists: dict[str, Command] = field(default_factory=dict)
    messages: Command | None = None

    @property
    def needing_somebody(self) -> list[Command]:
        """Those that a person has to look at: not confirmed by the platform."""
        everything = [self.campaign, self.messages, *self.lists.values()]
        return [command for command in everything if command is not None and command.needs_decision]


def intent_of(campaign: Campaign) -> Intents:
    return intents_of([campaign.pk])[campaign.pk]


def intents_of(campaign_ids: Iterable[int]) -> dict[int, Intents]:
    """As `intent_of`, for many campaigns in two queries."""
    ids = list(campaign_ids)
    newest = Command.objects.of_campaigns(ids).exclude(kind__in=Command.LOADS).order_by()
    newest_ids = newest.values("campaign_id", "target").annotate(newest=Max("id")).values_list("newest", flat=True)
    found: dict[int, list[Command]] = {campaign_id: [] for campaign_id in ids}
    for command in Command.objects.filter(id__in=list(newest_ids)).select_related("created_by").order_by("id"):
        if command.campaign_id is not None:
            found[command.campaign_id].append(command)
    return {campaign_id: _sort(commands) for campaign_id, commands in found.items()}


def _sort(commands: list[Command]) -> Intents:
    by_target = {command.target: command for command in commands}
    lists = {command.list_name: command for command in commands if command.kind in Command.OF_LISTS}
    return Intents(campaign=by_target.get(CAMPAIGN), lists=lists, messages=by_target.get(MESSAGES))
