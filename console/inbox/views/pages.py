from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from console.accounts.access import DeskRequest, signed_in, wants_fragment
from console.inbox.forms import FindForm, ListForm
from console.inbox.panes import conversation_context, page_context
from console.inbox.threads import colleagues_context, earlier_context, whole_context
from console.inbox.views.assignment import ASSIGN
from console.inbox.views.desk import find_conversation, render_page
from engage.models import Conversation, Message


@require_safe
@signed_in
def queue(request: DeskRequest) -> HttpResponse:
    form = ListForm(request.GET, user=request.user)
    template = "inbox/_panes.html" if wants_fragment(request) else "inbox/inbox.html"
    return render(request, template, page_context(request.user, form, None))


@require_safe
@signed_in
def conversation(request: DeskRequest, conversation_id: int) -> HttpResponse:
    found = find_conversation(request, conversation_id)
    if not wants_fragment(request):
        return render_page(request, found)
    form = ListForm(request.GET, user=request.user)
    return render(request, "inbox/conversation_parts.html", conversation_context(form, found.id))


@require_safe
@signed_in
def message_list(request: DeskRequest, conversation_id: int) -> HttpResponse:
    """The page of messages before `?before=<message id>`."""
    found = find_conversation(request, conversation_id)
    message = _find_message(request, found)
    template = "inbox/_earlier.html" if wants_fragment(request) else "inbox/earlier.html"
    return render(request, template, earlier_context(found, message))


@require_safe
@signed_in
def disposition_list(request: DeskRequest, conversation_id: int) -> HttpResponse:
    """Of many dispositions those that are called like `?find=`."""
    found = find_conversation(request, conversation_id)
    sought = FindForm(request.GET).sought
    if wants_fragment(request):
        context = {"conversation": found, "sought": sought}
        return render(request, "inbox/_disposition_choices.html", context)
    return render_page(request, found, sought=sought)


@require_safe
@signed_in
def colleague_list(request: DeskRequest, conversation_id: int) -> HttpResponse:
    """Of many people those who are called like `?find=`, for whoever hands conversations out."""
    found = find_conversation(request, conversation_id)
    if not request.user.has_perm(ASSIGN):
        raise PermissionDenied("Only a supervisor assigns conversations.")
    context = colleagues_context(found.campaign_id, FindForm(request.GET).sought)
    if wants_fragment(request):
        return render(request, "inbox/_colleagues.html", context)
    return render_page(request, found, **context)


@require_safe
@signed_in
def conversation_whole(request: DeskRequest, conversation_id: int) -> HttpResponse:
    """All of a conversation for paper; `?before=<message id>`: what is earlier than that."""
    found = find_conversation(request, conversation_id)
    before = _find_message(request, found) if "before" in request.GET else None
    return render(request, "inbox/whole.html", whole_context(found, before))


def _find_message(request: DeskRequest, conversation: Conversation) -> Message:
    before = request.GET.get("before", "")
    is_number = before.isascii() and before.isdigit() and len(before) < 20
    return get_object_or_404(conversation.messages, id=int(before) if is_number else 0)
