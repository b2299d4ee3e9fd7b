"""What the inbox page shows around and beside a thread."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404

from console.accounts.scope import Scope
from console.inbox.forms import PAGE, ListForm
from console.inbox.models import DeskConversation
from console.inbox.queues import Queue, count_queues
from console.inbox.threads import thread_context
from engage.models import Command, Conversation

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def page_context(user: User, form: ListForm, conversation_id: int | None) -> dict[str, Any]:
    """The whole inbox: the list, and the open conversation if there is one."""
    context = list_context(user, form) | {"open_id": conversation_id}
    if conversation_id is not None:
        context |= conversation_context(form, conversation_id)
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
        "queue_campaign": form.chosen_campaign,
        "conversations": shown,
        "counts": counts,
        "queue_count": counts.get(view.queue.value, 0),
        "queue_campaign_count": counts.get(f"campaign-{view.campaign_id}", 0),
        "more_url": f"?{urlencode(form.address | {'show': form.limit + PAGE})}" if len(found) > len(shown) else "",
        "last_reply": _find_last_reply(form) if not shown and view.queue is Queue.NEEDS_REPLY else None,
        **link_context(form),
    }


def conversation_context(form: ListForm, conversation_id: int) -> dict[str, Any]:
    """The panes of one conversation, and what in them is for this person alone; raises Http404 when it is gone."""
    thread = thread_context(conversation_id)
    if thread is None:
        raise Http404
    return {
        **thread,
        "conversation_id": conversation_id,
        "queue_view": form.view,
        "reply_key": uuid.uuid4(),
        "elsewhere": _find_elsewhere(form.scope, thread["conversation"]),
        **link_context(form),
    }


def link_context(form: ListForm) -> dict[str, Any]:
    """How links keep the list that the person came from."""
    return {"queue_query": f"?{urlencode(form.address)}", "queue_values": json.dumps(form.address)}


def _find_elsewhere(scope: Scope, this: Conversation) -> list[Conversation]:
    """Other conversations with the same number, as far as this person may see them; newest first."""
    if not this.lead.number:
        return []
    others = DeskConversation.objects.within(scope).exclude(id=this.id)
    same_number = others.filter(workspace_id=this.workspace_id, lead__number=this.lead.number)
    return list(same_number.for_rows().newest_first()[:10])


def _find_last_reply(form: ListForm) -> Command | None:
    replies = Command.objects.replies().order_by("-id")
    reachable = form.scope.campaign_ids
    if reachable is not None:
        replies = replies.filter(conversation__campaign_id__in=reachable)
    return replies.first()
