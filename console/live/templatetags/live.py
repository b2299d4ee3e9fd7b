from __future__ import annotations

from django import template
from django.urls import reverse

from console.campaigns.board import BoardView
from console.inbox.queues import QueueView
from console.live.feed import find_position
from console.live.topics import build_query

register = template.Library()


@register.simple_tag
def live_url(
    queue_view: QueueView | None = None,
    conversation_id: int | None = None,
    board_view: BoardView | None = None,
    campaign_id: int | None = None,
    is_at_approvals: bool = False,
    is_at_opt_outs: bool = False,
) -> str:
    """Where this page's stream is, from just before the page was put together."""
    query = build_query(
        queue_view or None,
        conversation_id or None,
        find_position(),
        board_view=board_view or None,
        campaign_id=campaign_id or None,
        is_at_approvals=bool(is_at_approvals),
        is_at_opt_outs=bool(is_at_opt_outs),
    )
    return f"{reverse('live:stream')}?{query}"
