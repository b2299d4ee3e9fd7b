"""How the whole of it is doing, read from the database: what every process, on every machine, would say alike."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from engage.models import Command, Conversation, Delivery, Pulse, Reach, Trouble, Workspace
from engage.outbox.overdue import oldest_due

# A loop beats every five seconds; one that was silent for so long has stopped, or does not come round.
SILENT_AFTER = timedelta(seconds=30)
# Work that has been due for so long is not being done, whoever says that he is alive.
OVERDUE_AFTER = timedelta(minutes=2)
# GETs that have failed in a row for so long are no accident; the sign follows within a minute.
FAILING_AFTER = timedelta(seconds=30)
UNANSWERABLE_AFTER = timedelta(minutes=1)
# Open conversations are looked at every ten minutes.
UNREAD_AFTER = timedelta(minutes=10, seconds=45)
_FRESH_SECONDS = 1.0
_WORTH_SECONDS = 15.0

_State = Command.State
OPEN_STATES = (
    _State.QUEUED,
    _State.RETRY_WAIT,
    _State.HELD,
    _State.SENDING,
    _State.ACCEPTED,
    _State.CHECKING,
    _State.PROBABLE,
    _State.UNCONFIRMED,
)
UNKNOWN_STATES = (_State.CHECKING, _State.PROBABLE, _State.UNCONFIRMED)
# What agents are told of when it stops: the loop that sends, and the one that takes in.
SENDING, RECEIVING = "dispatcher", "projector"
# Lanes in which nothing waits long by design; the others have their own pace.
_PROMPT_LANES = ("send", "pause", "change", "delivery")


@dataclass(frozen=True)
class WorkspaceVitals:
    id: int
    name: str
    last_webhook_at: datetime | None
    unreached_since: datetime | None
    trouble: str
    refusing_since: datetime | None = None
    # How, by kind of GET, for those that have gone wrong for a while.
    failing: tuple[tuple[str, str], ...] = ()
    # People wait for a reply, for a minute or more, and no conversation of theirs can be answered.
    is_nobody_answerable: bool = False
    # Conversations are open, and no GET has shown one for longer than a sweep takes.
    is_nothing_read: bool = False


@dataclass(frozen=True)
class Vitals:
    read_at: datetime
    pulses: dict[str, datetime]
    due_since: dict[str, datetime | None]
    pending: int
    quarantined: int
    set_aside: int
    open: dict[str, int]
    workspaces: tuple[WorkspaceVitals, ...]

    @property
    def unknown(self) -> int:
        """Sends of which nobody knows yet whether they arrived."""
        return sum(self.open.get(state, 0) for state in UNKNOWN_STATES)

    @property
    def held(self) -> int:
        return self.open.get(_State.HELD, 0)

    @property
    def has_worker_run(self) -> bool:
        return bool(self.pulses)

    def age(self, moment: datetime | None) -> float | None:
        """In seconds, when this was read."""
        return max((self.read_at - moment).total_seconds(), 0.0) if moment else None

    def overdue_since(self) -> datetime | None:
        """Since when work waits that nobody does; None while all is done in time."""
        due = [since for lane in _PROMPT_LANES if (since := self.due_since.get(lane)) is not None]
        oldest = min(due, default=None)
        return oldest if oldest is not None and oldest < self.read_at - OVERDUE_AFTER else None

    def silent_since(self, loop: str) -> datetime | None:
        """Since when this loop has not come round; None while it does. One that never ran counts when work waits."""
        beat = self.pulses.get(loop)
        if beat is None:
            waiting = self.due_since.get("send" if loop == SENDING else "delivery")
            return waiting if waiting is not None and waiting < self.read_at - SILENT_AFTER else None
        return beat if beat < self.read_at - SILENT_AFTER else None


def read() -> Vitals:
    """A dozen cheap queries."""
    return Vitals(
        read_at=timezone.now(),
        pulses=dict(Pulse.objects.of_loops().values_list("loop", "at")),
        due_since=oldest_due(),
        pending=Delivery.objects.pending().order_by().count(),
        quarantined=Delivery.objects.quarantined().count(),
        set_aside=Trouble.objects.pressing().count(),
        open=count_open(),
        workspaces=tuple(_read_workspace(workspace) for workspace in Workspace.objects.order_by("name")),
    )


def count_open() -> dict[str, int]:
    """State → commands in it that are not settled."""
    counts = {str(state): 0 for state in OPEN_STATES}
    for state in counts:
        # One by one: each is a short stretch of an index, and together they would be a walk through the table.
        counts[state] = Command.objects.filter(state=state).count()
    return counts


def _read_workspace(workspace: Workspace) -> WorkspaceVitals:
    now = timezone.now()
    newest = Delivery.objects.filter(workspace=workspace).order_by("-id").values_list("received_at", flat=True)
    failing = Reach.objects.failing(workspace, before=now - FAILING_AFTER)
    conversations = Conversation.objects.filter(workspace=workspace)
    waiting = conversations.awaiting_reply()
    is_somebody_waiting = waiting.filter(waiting_since__lt=now - UNANSWERABLE_AFTER).exists()
    return WorkspaceVitals(
        workspace.pk,
        workspace.name,
        newest.first(),
        workspace.unreached_since,
        workspace.trouble,
        workspace.refusing_since,
        tuple(failing.values_list("kind", "trouble")),
        is_somebody_waiting and not waiting.answerable().exists(),
        conversations.stale_since(now - UNREAD_AFTER).exists() and Reach.objects.unread(workspace, now - UNREAD_AFTER),
    )


class _Latest:
    """One reading serves everybody who asks within a second, so that nobody can load the database by asking."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._vitals: Vitals | None = None
        self._read_at = 0.0

    def get(self) -> Vitals:
        with self._lock:
            if self._vitals is None or time.monotonic() - self._read_at > _FRESH_SECONDS:
                self._vitals = read()
                self._read_at = time.monotonic()
            return self._vitals

    def peek(self) -> Vitals | None:
        """The last reading, if it is of any worth; without asking the database."""
        with self._lock:
            return self._vitals if time.monotonic() - self._read_at < _WORTH_SECONDS else None

    def forget(self) -> None:
        with self._lock:
            self._vitals = None


_latest = _Latest()
recent = _latest.get
peek = _latest.peek
forget = _latest.forget
