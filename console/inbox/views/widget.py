"""The platform's own page of a conversation, in a frame: opened when somebody asks for it, and only then."""

from __future__ import annotations

from typing import Final

from csp.decorators import csp_update
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from console.accounts.access import DeskRequest, signed_in
from console.accounts.idle import unasked
from console.inbox import actions
from console.inbox.views.desk import find_conversation
from engage.mirror.reading import want_read_soon
from engage.models import Conversation

OPEN_WIDGET: Final = "inbox.open_widget"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def widget(request: DeskRequest, conversation_id: int) -> HttpResponse:
    """GET asks, POST opens. So the key is in no address of ours, and a page that is fetched ahead opens nothing."""
    conversation = _find(request, conversation_id)
    if request.method != "POST":
        return render(request, "inbox/widget.html", {"conversation": conversation})
    try:
        found = actions.open_widget(conversation=conversation, by=request.user)
    except actions.NoWidget as refusal:
        messages.warning(request, str(refusal))
        return redirect("inbox:conversation", conversation.pk)
    response = render(request, "inbox/widget.html", {"conversation": conversation, "frame": found})
    response.headers["Referrer-Policy"] = "no-referrer"
    # The one page that frames anything, and this one origin alone.
    csp_update({"frame-src": [found.origin]})(lambda _: response)(request)
    return response


@unasked
@require_POST
@signed_in
def in_use(request: DeskRequest, conversation_id: int) -> HttpResponse:
    """Said every few seconds while it is open: Engage tells nobody what is written there, so it must be asked."""
    want_read_soon(_find(request, conversation_id), timezone.now())
    return HttpResponse(status=204)


def _find(request: DeskRequest, conversation_id: int) -> Conversation:
    conversation = find_conversation(request, conversation_id)
    if not request.user.has_perm(OPEN_WIDGET):
        raise PermissionDenied("Only a supervisor opens conversations in Engage.")
    return conversation
