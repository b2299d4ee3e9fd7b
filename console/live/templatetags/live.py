from __future__ import annotations

from django import template
from django.urls import reverse

from console.inbox.queues import QueueView
from console.live.feed import find_position
from console.live.topics import build_query

register = template.Library()


@register.simple_tag
def live_url(queue_view: QueueView | None = None, conversation_id: int | None = None) -> str:
    """Where this page's stream is, from just before the page was put together."""
    return f"{reverse('live:stream')}?{build_query(queue_view or None, conversation_id or None, find_position())}"
