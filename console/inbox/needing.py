"""What waits for a person: commands that no machine may settle, and those that failed and nobody has acknowledged."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Case, Count, Exists, IntegerField, Max, Min, OuterRef, Q, QuerySet, Sum, Value, When
from django.urls import reverse
from django.utils import timezone

from console.accounts.scope import Scope
from console.display.pages import cut
from console.inbox import times, untold
from engage.models import Command

_State: Final = Command.State
_STATES: Final = (
    *Command.NEEDS_DECISION,
    _State.HELD,
    _State.CHECKING,
    _State.EXPIRED,
    _State.REJECTED,
)
# Looks settle a reply within five minutes, unless nobody answers them.
CHECKED_WITHIN: Final = timedelta(minutes=6)
# After that it stands in its thread and in the audit trail.
FAILURES_TOLD_FOR: Final = timedelta(days=7)
# When the oldest waits for longer, the bar says so.
ALARM_AFTER: Final = times.LATE
SHOWN: Final = 200

# Counter names: what concerns conversations is everybody's, what concerns campaigns is for who runs them.
OF_CONVERSATIONS: Final = "decisions"
OF_EVERYTHING: Final = "decisions-all"


def needing_decision(scope: Scope, now: datetime) -> QuerySet[Command]:
    """All of it, in no order."""
    waits = Q(state__in=(*Command.NEEDS_DECISION, _State.HELD))
    overdue = Q(state=_State.CHECKING, state_since__lt=now - CHECKED_WITHIN)
    failed = Q(
        ~_is_overtaken(),
        state__in=(_State.EXPIRED, _State.REJECTED),
        state_since__gt=now - FAILURES_TOLD_FOR,
        acknowledgement=None,
        # What the console chose to tell of an opt-out stands there as what has to be told.
        telling=None,
    )
    # The states once more, plainly: they are what the index holds.
    return visible_commands(scope).filter(waits | overdue | failed, state__in=_STATES)


def visible_commands(scope: Scope) -> QuerySet[Command]:
    if scope.campaign_ids is None:
        return Command.objects.all()
    visible = Q(conversation__campaign_id__in=scope.campaign_ids) | Q(campaign_id__in=scope.campaign_ids)
    return Command.objects.filter(visible)


def _is_overtaken() -> Q:
    """The same was asked for again: what failed before is of no concern any more. Two loads are never the same."""
    later = Command.objects.filter(kind=OuterRef("kind"), id__gt=OuterRef("pk"))
    in_thread = later.filter(conversation=OuterRef("conversation"))
    of_target = Command.objects.exclude(kind__in=Command.LOADS).filter(
        campaign=OuterRef("campaign"), target=OuterRef("target"), id__gt=OuterRef("pk")
    )
    return Q(Exists(in_thread)) | Q(Exists(of_target))


def count_decisions(scope: Scope) -> dict[str, int]:
    """Counter name → number, in one query.

    Of both names: how many; `-oldest`: since when the oldest waits, in seconds of the epoch; `-mark`: differs when the
    list does, so that a page knows when to read it again.
    """
    of_campaign = Case(When(conversation=None, then=Value(1)), default=Value(0), output_field=IntegerField())
    groups = needing_decision(scope, timezone.now()).order_by().values(of_campaign=of_campaign)
    rows = groups.annotate(
        count=Count("id"),
        oldest=Min("state_since"),
        newest=Max("state_since"),
        ids=Sum("id"),
        moves=Sum("fence"),
    )
    # An aggregate over nothing is a row all the same.
    found: list[dict[str, Any]] = [dict(row) for row in rows.union(untold.counted(scope), all=True) if row["count"]]
    return _summed(OF_CONVERSATIONS, [row for row in found if not row["of_campaign"]]) | _summed(OF_EVERYTHING, found)


def _summed(name: str, rows: list[dict[str, Any]]) -> dict[str, int]:
    parts = [str((row["of_campaign"], row["count"], row["ids"], row["moves"], row["newest"])) for row in rows]
    oldest = min((row["oldest"] for row in rows), default=None)
    return {
        name: sum(row["count"] for row in rows),
        f"{name}-oldest": int(oldest.timestamp()) if oldest else 0,
        f"{name}-mark": zlib.crc32(" ".join(sorted(parts)).encode()),
    }


def counter_name(*, with_campaigns: bool) -> str:
    return OF_EVERYTHING if with_campaigns else OF_CONVERSATIONS


def is_alarming(oldest: int, now: datetime) -> bool:
    """`oldest` as the counter has it; 0: nothing waits."""
    return bool(oldest) and now.timestamp() - oldest >= ALARM_AFTER.total_seconds()


@dataclass(frozen=True)
class Waiting:
    """One command as the list shows it."""

    command: Command

    @property
    def what(self) -> str:
        return self.command.get_kind_display()

    @property
    def has_failed(self) -> bool:
        """Nothing more can be done about it but to know."""
        return self.command.state in (_State.EXPIRED, _State.REJECTED)

    @property
    def can_be_decided_here(self) -> bool:
        """What was asked of a campaign is decided on its own page, which says what follows from it."""
        return self.command.conversation_id is not None and self.command.state != _State.CHECKING

    @property
    def text_at_platform(self) -> str:
        """Of the text that may be this reply, where it is not word for word the same."""
        message = self.command.message
        return message.text if message and message.text != self.command.text else ""

    @property
    def campaign(self) -> object:
        conversation = self.command.conversation
        return conversation.campaign if conversation else self.command.campaign

    @property
    def address(self) -> str:
        """Where all of it is seen; what concerns a campaign is decided there."""
        command = self.command
        if command.conversation_id is not None:
            return reverse("inbox:conversation", args=[command.conversation_id])
        rooms = {Command.Kind.MESSAGES.value: "templates"} | dict.fromkeys(Command.LOADS, "lists")
        return reverse(f"campaigns:{rooms.get(command.kind, 'campaign')}", args=[command.campaign_id])


def list_context(scope: Scope, *, with_campaigns: bool, page: int = 1) -> dict[str, Any]:
    """What one page of the list shows, longest wait first."""
    # Counted first: what comes in meanwhile makes the page read itself again.
    counts = count_decisions(scope)
    name = counter_name(with_campaigns=with_campaigns)
    commands = load(needing_decision(scope, timezone.now()))
    if not with_campaigns:
        commands = commands.filter(conversation__isnull=False)
    found, pages = cut(commands.order_by("state_since", "id"), number=page, size=SHOWN, address=_address)
    return untold.list_context(scope) | {
        "waiting": [Waiting(command) for command in found],
        "pages": pages,
        "decisions_name": name,
        "decisions_count": counts[name],
        "decisions_mark": counts[f"{name}-mark"],
    }


def _address(page: int) -> str:
    return urlencode({"page": page}) if page > 1 else ""


def load(commands: QuerySet[Command]) -> QuerySet[Command]:
    """With all that the list shows of them, in one query; the keys stay in the database."""
    related = commands.select_related(
        "conversation__lead", "conversation__campaign", "campaign", "created_by", "message"
    )
    return related.defer(
        "conversation__sealed_key",
        "conversation__sealed_offered_key",
        "conversation__dispositions",
        "conversation__campaign__document",
        "conversation__lead__data",
        "conversation__lead__unknown_fields",
        "campaign__document",
    )
