"""What one open page wants to hear of, as a value: pages with equal topics get the very same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from console.accounts.roles import AGENT, role_of
from console.accounts.scope import Scope
from console.campaigns.board import BoardView, Filter, Sort, visible_campaigns
from console.inbox.models import DeskConversation
from console.inbox.queues import Queue, QueueView
from engage.sms.searching import clean_query

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# The largest id a database can hold: anything above is nobody's conversation.
_LARGEST_ID = 2**63 - 1
_LARGEST_PAGE = 100_000


@dataclass(frozen=True)
class Topics:
    """One queue, one conversation, the board, one campaign, the approvals, the opt-outs, and one person's counters."""

    scope: Scope
    agent_id: int
    queue_view: QueueView | None = None
    conversation_id: int | None = None
    board_view: BoardView | None = None
    campaign_id: int | None = None
    is_at_approvals: bool = False
    sees_operations: bool = False
    is_at_opt_outs: bool = False

    @property
    def is_about_campaigns(self) -> bool:
        return self.board_view is not None or self.campaign_id is not None or self.is_at_approvals

    @classmethod
    def of(cls, query: Mapping[str, str], user: User) -> Topics:
        """What the query of a stream's URL asks for, as far as this person may see it."""
        scope = Scope.of(user)
        conversation_id = parse_id(query.get("conversation", ""))
        if conversation_id and not DeskConversation.objects.within(scope).filter(id=conversation_id).exists():
            conversation_id = None
        campaign_id = parse_id(query.get("about", ""))
        if campaign_id and not visible_campaigns(scope).filter(id=campaign_id).exists():
            campaign_id = None
        queue_view, board_view = _parse_queue(query, scope, user.pk), _parse_board(query, scope)
        is_at_approvals, sees_operations = "approvals" in query, role_of(user) != AGENT
        return cls(
            scope,
            user.pk,
            queue_view,
            conversation_id,
            board_view,
            campaign_id,
            is_at_approvals,
            sees_operations,
            is_at_opt_outs="opt-outs" in query,
        )


def build_query(
    queue_view: QueueView | None,
    conversation_id: int | None,
    after: int | None,
    *,
    board_view: BoardView | None = None,
    campaign_id: int | None = None,
    is_at_approvals: bool = False,
    is_at_opt_outs: bool = False,
) -> str:
    """The query that `Topics.of` reads, with the id of the last change that the page has seen."""
    parts: dict[str, str | int | None] = {"conversation": conversation_id, "about": campaign_id, "after": after}
    if queue_view:
        parts |= {"queue": queue_view.queue.value, "campaign": queue_view.campaign_id, "search": queue_view.search}
    if board_view:
        parts |= {"show": board_view.filter.value, "find": board_view.search, "sort": board_view.sort.value}
        parts["page"] = board_view.page if board_view.page > 1 else None
    parts["approvals"] = "1" if is_at_approvals else None
    parts["opt-outs"] = "1" if is_at_opt_outs else None
    return urlencode({name: value for name, value in parts.items() if value not in (None, "")})


def parse_id(text: str) -> int | None:
    """A whole number that may be an id, or None."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
    return number if number is not None and number <= _LARGEST_ID else None


def _parse_queue(query: Mapping[str, str], scope: Scope, agent_id: int) -> QueueView | None:
    try:
        queue = Queue(query.get("queue", ""))
    except ValueError:
        return None
    return QueueView(
        queue=queue,
        scope=scope,
        agent_id=agent_id if queue is Queue.MINE else None,
        campaign_id=parse_id(query.get("campaign", "")),
        search=clean_query(query.get("search", "")),
    )


def _parse_board(query: Mapping[str, str], scope: Scope) -> BoardView | None:
    try:
        filter_, sort = Filter(query.get("show", "")), Sort(query.get("sort", Sort.ATTENTION))
    except ValueError:
        return None
    search, page = clean_query(query.get("find", "")), parse_id(query.get("page", "")) or 1
    return BoardView(scope, filter_, search, sort, min(page, _LARGEST_PAGE))
