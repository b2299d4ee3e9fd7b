"""What the views share: finding a conversation somebody may see, and answering with its panes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from console.accounts.access import DeskRequest, wants_fragment
from console.inbox.forms import ListForm
from console.inbox.models import DeskConversation
from console.inbox.panes import page_context
from console.inbox.threads import thread_context
from engage.models import Conversation
from engage.outbox.refusals import NewerMessage


@dataclass(frozen=True)
class HeldAct:
    """What somebody wanted done before they had read all, and what does it once they have.

    `does`: what the button says; `name` and `value`: of what else the form posts to `address`.
    """

    refusal: NewerMessage
    address: str
    does: str
    name: str = ""
    value: str = ""


def find_conversation(request: DeskRequest, conversation_id: int) -> Conversation:
    """Another team's conversation does not exist for whoever asks: 404."""
    visible = DeskConversation.objects.visible_to(request.user).select_related("lead", "campaign")
    return get_object_or_404(visible, id=conversation_id)


def answer_with_thread(
    request: DeskRequest,
    conversation: Conversation,
    *,
    template: str = "inbox/thread_parts.html",
    refusal: str = "",
    announcement: str = "",
    status: int = 200,
) -> HttpResponse:
    """After an action: the panes as they are now, and why it was refused if it was.

    `announcement`: for who cannot see that they are different.
    """
    if wants_fragment(request):
        context = (thread_context(conversation.id) or {}) | {"refusal": refusal, "announcement": announcement}
        return render(request, template, context, status=status)
    if refusal:
        messages.warning(request, refusal)
        return render_page(request, conversation, status=status)
    query = request.GET.urlencode()
    return redirect(reverse("inbox:conversation", args=[conversation.id]) + (f"?{query}" if query else ""))


def answer_held(request: DeskRequest, conversation: Conversation, act: HeldAct) -> HttpResponse:
    """What was heard meanwhile, wherever it stands in the thread, and a button that does it all the same."""
    if wants_fragment(request):
        context = (thread_context(conversation.id) or {}) | {"held_act": act}
        return render(request, "inbox/thread_parts.html", context, status=422)
    return render_page(request, conversation, status=422, held_act=act)


def answer_with_form(
    request: DeskRequest, conversation: Conversation, template: str, context: dict[str, Any], *, status: int
) -> HttpResponse:
    """A form as it was filled in, with what was wrong: alone for htmx, else in its page."""
    if wants_fragment(request):
        return render(request, template, {"conversation": conversation, **context}, status=status)
    return render_page(request, conversation, status=status, **context)


def render_page(request: DeskRequest, conversation: Conversation, *, status: int = 200, **extra: Any) -> HttpResponse:
    form = ListForm(request.GET, user=request.user)
    return render(request, "inbox/inbox.html", page_context(request.user, form, conversation.id) | extra, status=status)
