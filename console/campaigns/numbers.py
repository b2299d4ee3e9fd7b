"""How campaigns do, counted from their conversations: for many campaigns in three queries, whatever their number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from engage.models import Campaign, Conversation
from engage.models.disposition_names import DoNotContact, kept_name


@dataclass(frozen=True)
class Numbers:
    """`finished_as`: disposition → conversations that carry it now."""

    open: int = 0
    waiting: int = 0
    opted_out: int = 0
    closed: int = 0
    finished_as: Mapping[str, int] = field(default_factory=dict)

    @property
    def conversations(self) -> int:
        return self.open + self.closed + self.opted_out

    @property
    def finished(self) -> int:
        return sum(self.finished_as.values())


@dataclass(frozen=True)
class Outcome:
    """One disposition of a campaign, and how often it was the end of a conversation."""

    name: str
    is_success: bool
    is_do_not_contact: bool
    count: int
    share: float
    is_known: bool = True

    @property
    def percent(self) -> str:
        return f"{self.share:.0%}" if self.count else ""

    @property
    def width(self) -> str:
        return f"{self.share:.2%}"


def count_campaigns(campaign_ids: Iterable[int]) -> dict[int, Numbers]:
    """Campaign id → its numbers; those without conversations are all zeros."""
    wanted = set(campaign_ids)
    if not wanted:
        return {}
    conversations = Conversation.objects.in_campaigns(wanted).order_by()
    # Apart, so that the first two are answered from indexes alone.
    by_status = conversations.values_list("campaign_id", "status").annotate(Count("id"))
    waiting = conversations.awaiting_reply().values_list("campaign_id").annotate(Count("id"))
    by_disposition = conversations.exclude(disposition="").values_list("campaign_id", "disposition")
    found: dict[int, dict[str, Any]] = {id_: {"finished_as": {}} for id_ in wanted}
    for id_, status, count in by_status:
        found[id_][status] = count
    for id_, count in waiting:
        found[id_]["waiting"] = count
    for id_, disposition, count in by_disposition.annotate(Count("id")):
        found[id_]["finished_as"][disposition] = count
    return {id_: Numbers(**numbers) for id_, numbers in found.items()}


def outcomes(campaign: Campaign, numbers: Numbers) -> list[Outcome]:
    """The campaign's dispositions in their own order, then those of conversations that it offers no longer."""
    entries = _dispositions(campaign)
    offered = {kept_name(name): entry for entry in entries if (name := str(entry.get("disposition") or ""))}
    forbidding = DoNotContact(entries)
    names = [*offered, *sorted(numbers.finished_as.keys() - offered.keys())]
    return [
        Outcome(
            name=name,
            is_success=bool(offered.get(name, {}).get("success")),
            is_do_not_contact=name in forbidding,
            count=numbers.finished_as.get(name, 0),
            share=numbers.finished_as.get(name, 0) / max(1, numbers.finished),
            is_known=name in offered,
        )
        for name in names
    ]


def success_share(campaign: Campaign, numbers: Numbers) -> float | None:
    """Of the conversations that were finished, how many with a success; None when none was."""
    if not numbers.finished:
        return None
    return sum(outcome.share for outcome in outcomes(campaign, numbers) if outcome.is_success)


def _dispositions(campaign: Campaign) -> list[dict[str, Any]]:
    entries = campaign.document.get("dispositions")
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
