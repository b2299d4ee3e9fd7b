"""The page Connection: what Engage last said and when, what of it was not understood, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Max, QuerySet

from console.audit import trail
from console.operations.status import Status
from console.operations.vitals import Vitals
from engage.mirror import account
from engage.mirror.account import Finding
from engage.mirror.projector import replay
from engage.models import Attempt, Conversation, Delivery, Reach, Trouble, Workspace
from engage.models.trouble import CAMPAIGN_LIST

# What a page shows has an end: kinds of webhooks, groups of what was not understood, and rows looked at for both.
MOST_KINDS = 20
MOST_GROUPS = 20
MOST_ROWS = 2000
MOST_WORKSPACES = 20
_NOT_UNDERSTOOD = (Delivery.State.QUARANTINED, Delivery.State.IGNORED)


@dataclass(frozen=True)
class Heard:
    """One way in which Engage speaks; `is_bad`: what it said last is trouble."""

    name: str
    words: str
    at: datetime | None = None
    is_bad: bool = False


@dataclass(frozen=True)
class Group:
    """Webhooks that were not taken in for the same reason."""

    state: str
    event_type: str
    error: str
    count: int
    newest: int
    newest_at: datetime


@dataclass(frozen=True)
class Connection:
    workspace: Workspace
    heard: tuple[Heard, ...]
    webhooks: tuple[Heard, ...]
    findings: tuple[Finding, ...]
    troubles: tuple[Trouble, ...]
    groups: tuple[Group, ...]

    @property
    def is_well(self) -> bool:
        return not (self.findings or self.troubles or self.groups or any(heard.is_bad for heard in self.heard))


def load_connections() -> list[Connection]:
    return [_load(workspace) for workspace in Workspace.objects.order_by("name")[:MOST_WORKSPACES]]


def context(now: Vitals) -> dict[str, object]:
    connections = load_connections()
    return {"connections": connections, "status": Status.of(now), "is_well": all(item.is_well for item in connections)}


def replay_group(*, workspace: Workspace, state: str, event_type: str, error: str, by: User) -> int:
    """Put the newest webhooks of one group in front of the projector again; returns how many."""
    rows = _in_part(workspace) if state == Delivery.State.APPLIED else _not_understood(workspace)
    same = rows.filter(state=state, event_type=event_type, error=error)
    ids = list(same.values_list("id", flat=True)[:MOST_ROWS])
    with transaction.atomic():
        count = replay(ids)
        after = {"count": count, "reason": error, "event": event_type}
        trail.record(by=by, action="replayed webhooks", subject=workspace.name, after=after)
    return count


def _load(workspace: Workspace) -> Connection:
    troubles = list(Trouble.objects.filter(workspace=workspace).order_by("-last_at")[:MOST_GROUPS])
    return Connection(
        workspace,
        tuple(_heard(workspace, troubles)),
        tuple(_webhooks(workspace)),
        (*account.compare(workspace), *_strange_events(troubles)),
        tuple(trouble for trouble in troubles if not trouble.event),
        tuple(_groups(workspace)),
    )


def _strange_events(troubles: list[Trouble]) -> Iterator[Finding]:
    if events := sorted(trouble.event for trouble in troubles if trouble.event):
        kinds = "1 kind of event is" if len(events) == 1 else f"{len(events)} kinds of event are"
        yield Finding(
            f"{kinds} not understood: {', '.join(events)}",
            "nothing is lost; ask your contact at Engage what they mean, and after an update take them in again",
        )


def _heard(workspace: Workspace, troubles: list[Trouble]) -> Iterator[Heard]:
    rows = {row.kind: row for row in Reach.objects.filter(workspace=workspace)}
    for kind in Reach.Kind:
        row = rows.get(kind)
        if row is None:
            yield Heard(kind.label, "Not asked yet")
        elif row.failing_since is not None:
            since = f", {row.failures} times in a row"
            yield Heard(kind.label, f"Engage {row.trouble}{since}", row.answered_at, is_bad=True)
        elif kind == Reach.Kind.CAMPAIGNS and any(trouble.about == CAMPAIGN_LIST for trouble in troubles):
            yield Heard(kind.label, "Answered, and not all of it was understood", row.answered_at, is_bad=True)
        else:
            yield Heard(kind.label, "Answered well", row.answered_at)
    if unknown := Conversation.objects.filter(workspace=workspace).unknown_to_platform().count():
        count = "1 is" if unknown == 1 else f"{unknown:,} are"
        yield Heard("Conversations that webhooks named", f"{count} unknown to Engage, and nobody can answer there")
    attempts = Attempt.objects.filter(command__workspace=workspace, ended_at__isnull=False).order_by("-id")
    last = attempts.first()
    if last is None:
        yield Heard("What we sent", "Nothing yet")
    else:
        status = f" ({last.http_status})" if last.http_status else ""
        words = {Attempt.Outcome.SENT: "Accepted"}.get(Attempt.Outcome(last.outcome), last.reason or "Not accepted")
        yield Heard("What we sent", f"{words}{status}", last.ended_at, is_bad=last.outcome != Attempt.Outcome.SENT)


def _webhooks(workspace: Workspace) -> Iterator[Heard]:
    """By kind, of the newest."""
    newest = Delivery.objects.filter(workspace=workspace).order_by("-id").values("id")[:MOST_ROWS]
    kinds = (
        Delivery.objects.filter(id__in=newest).values("event_type").annotate(count=Count("id"), at=Max("received_at"))
    )
    for row in kinds.order_by("-at")[:MOST_KINDS]:
        name = row["event_type"] or "Without a name"
        yield Heard(name, f"{row['count']:,} of the newest", row["at"])


def _not_understood(workspace: Workspace) -> QuerySet[Delivery]:
    return Delivery.objects.filter(workspace=workspace, state__in=_NOT_UNDERSTOOD).order_by("-id")


def _in_part(workspace: Workspace) -> QuerySet[Delivery]:
    return Delivery.objects.filter(workspace=workspace).applied_in_part().order_by("-id")


def _groups(workspace: Workspace) -> Iterator[Group]:
    for found in (_not_understood(workspace), _in_part(workspace)):
        newest = found.values("id")[:MOST_ROWS]
        rows = Delivery.objects.filter(id__in=newest).values("state", "event_type", "error")
        counted = rows.annotate(count=Count("id"), newest=Max("id"), newest_at=Max("received_at"))
        for row in counted.order_by("-newest")[:MOST_GROUPS]:
            yield Group(**row)
