"""The queues: which conversations a list shows, in which order, and how many. Lists and counts share querysets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Count

from console.accounts.scope import Scope
from console.inbox.models import DeskConversation, DeskQuerySet


class Queue(StrEnum):
    NEEDS_REPLY = "needs-reply"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    OPEN = "open"
    CLOSED = "closed"
    OPTED_OUT = "opted-out"

    @property
    def label(self) -> str:
        return self.value.replace("-", " ").capitalize()

    @property
    def order(self) -> str:
        """`waiting`: longest wait first; `newest`: newest message first."""
        return "newest" if self in (Queue.OPEN, Queue.CLOSED, Queue.OPTED_OUT) else "waiting"


@dataclass(frozen=True)
class QueueView:
    """One list as somebody looks at it. Equal views show the same rows, so they are rendered once."""

    queue: Queue
    scope: Scope
    agent_id: int | None = None  # whose, for MINE only: every other queue is the same for everybody in scope
    campaign_id: int | None = None
    search: str = ""

    def conversations(self) -> DeskQuerySet:
        """All of the queue, in its order, ready for rows. A search looks through every state."""
        found = _select(self.queue, DeskConversation.objects.within(self.scope), self.agent_id)
        if self.search:
            found = DeskConversation.objects.within(self.scope).matching(self.search)
        if self.campaign_id is not None:
            found = found.filter(campaign_id=self.campaign_id)
        if self.search:
            return found.nearest_first(self.search).for_rows()
        return (found.newest_first() if self.queue.order == "newest" else found.longest_wait_first()).for_rows()

    def among(self, conversation_ids: Iterable[int]) -> DeskQuerySet:
        """Those of the given conversations that the list shows."""
        return self.conversations().filter(id__in=conversation_ids)


def _select(queue: Queue, conversations: DeskQuerySet, agent_id: int | None) -> DeskQuerySet:
    match queue:
        case Queue.NEEDS_REPLY:
            return conversations.awaiting_reply()
        case Queue.MINE:
            return conversations.open().assigned_to(agent_id or 0)
        case Queue.UNASSIGNED:
            return conversations.open().unassigned()
        case Queue.OPEN:
            return conversations.open()
        case Queue.CLOSED:
            return conversations.closed()
        case Queue.OPTED_OUT:
            return conversations.opted_out()


def count_queues(scope: Scope, agent_id: int | None = None) -> dict[str, int]:
    """Counter name → conversations. Names are the queues' values and `campaign-<id>` (awaiting reply there)."""
    everything = DeskConversation.objects.within(scope)
    counts = {
        queue.value: _select(queue, everything, agent_id).count()
        for queue in Queue
        if queue is not Queue.MINE or agent_id is not None
    }
    waiting = everything.awaiting_reply().order_by().values("campaign_id").annotate(waiting=Count("id"))
    return counts | {f"campaign-{row['campaign_id']}": row["waiting"] for row in waiting}
