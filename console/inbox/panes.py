"""What the inbox page shows around and beside a thread."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from console.inbox.forms import PAGE, ListForm
from console.inbox.models import DeskConversation
from console.inbox.queues import Queue, count_queues
from console.inbox.threads import thread_context
from engage.models import Command

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def page_context(user: User, form: ListForm, conversation_id: int | None) -> dict[str, Any]:
    """The whole inbox: the list, and the open conversation if there is one."""
    context = list_context(user, form) | {"open_id": conversation_id}
    if conversation_id is not None:
        context |= conversation_context(user, form, conversation_id)
    return context


def list_context(user: User, form: ListForm) -> dict[str, Any]:
    view = form.view
    # One more than shown tells whether there are more, without counting them.
    found = list(view.conversations()[: form.limit + 1])
    shown = found[: form.limit]
    counts = count_queues(form.scope, user.id)
    return {
        "queue": view.queue,
        "queue_view": view,
        "queue_campaign": form.campaign,
        "conversations": shown,
        "counts": counts,
        "queue_count": counts.get(view.queue.value, 0),
        "queue_campaign_count": counts.get(f"campaign-{view.campaign_id}", 0),
        "more_url": f"?{urlencode(form.address | {'show': form.limit + PAGE})}" if len(found) > len(shown) else "",
        "last_reply": _find_last_reply(form) if not shown and view.queue is Queue.NEEDS_REPLY else None,
        **link_context(form),
    }


def conversation_context(user: User, form: ListForm, conversation_id: int) -> dict[str, Any]:
    """The panes of one conversation, and what in them is for this person alone."""
    return {
        **(thread_context(conversation_id) or {}),
        "conversation_id": conversation_id,
        "queue_view": form.view,
        "reply_key": uuid.uuid4(),
        "elsewhere": find_elsewhere(user, conversation_id),
        **link_context(form),
    }


def link_context(form: ListForm) -> dict[str, Any]:
    """How links keep the list that the person came from."""
    return {"queue_query": f"?{urlencode(form.address)}", "queue_values": json.dumps(form.address)}


def find_elsewhere(user: User, conversation_id: int) -> list[DeskConversation]:
    """Other conversations with the same number, as far as this person may see them; newest first."""
    this = DeskConversation.objects.select_related("lead").get(id=conversation_id)
    if not this.lead.phone:
        return []
    others = DeskConversation.objects.visible_to(user).exclude(id=conversation_id)
    same_number = others.filter(workspace_id=this.workspace_id, lead__phone=this.lead.phone)
    return list(same_number.select_related("campaign", "lead").newest_first()[:10])


def _find_last_reply(form: ListForm) -> Command | None:
    replies = Command.objects.replies().order_by("-id")
    reachable = form.scope.campaign_ids
    if reachable is not None:
        replies = replies.filter(conversation__campaign_id__in=reachable)
    return replies.first()
