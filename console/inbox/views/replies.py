from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from console.accounts.access import DeskRequest, signed_in
from console.inbox import actions
from console.inbox.forms import DecisionForm, DispositionForm, ReplyForm
from console.inbox.views.desk import answer_with_form, answer_with_thread, find_conversation
from engage.models import Command
from engage.outbox import decisions
from engage.outbox.refusals import KeyTaken, NewerMessage, NotPossibleNow, Refused

_DECISIONS: dict[str, Callable[..., Any]] = {
    "cancel": decisions.cancel,
    "send_again": decisions.send_again,
    "mark_sent": decisions.mark_sent,
    "discard": decisions.discard,
}


@require_POST
@signed_in
def reply_send(request: DeskRequest, conversation_id: int) -> HttpResponse:
    conversation = find_conversation(request, conversation_id)
    form = ReplyForm(request.POST)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        try:
            actions.send_reply(conversation=conversation, by=request.user, **form.cleaned_data)
            return answer_with_thread(request, conversation)
        except actions.WorkedBySomebodyElse as refusal:
            context |= {"refusal": refusal, "held_by": refusal.agent}
        except NewerMessage as refusal:
            context |= {"refusal": refusal, "newer": refusal.newer}
        except Refused as refusal:
            context |= {"refusal": refusal, "needs_new_key": isinstance(refusal, KeyTaken)}
    return answer_with_form(request, conversation, "inbox/_reply_form.html", context, status=422)


@require_POST
@signed_in
def reply_decide(request: DeskRequest, conversation_id: int, command_id: int) -> HttpResponse:
    conversation = find_conversation(request, conversation_id)
    command = get_object_or_404(Command.objects.filter(conversation_id=conversation.id), id=command_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return answer_with_thread(request, conversation, refusal="This cannot be decided here.", status=422)
    decision = form.cleaned_data["decision"]
    try:
        if decision in ("same", "different"):
            decisions.same_message(command=command, is_same=decision == "same", by=request.user)
        else:
            _DECISIONS[decision](command=command, by=request.user)
    except NotPossibleNow as refusal:
        return answer_with_thread(request, conversation, refusal=str(refusal), status=409)
    except Refused as refusal:
        return answer_with_thread(request, conversation, refusal=str(refusal), status=422)
    return answer_with_thread(request, conversation)


@require_POST
@signed_in
def disposition_choose(request: DeskRequest, conversation_id: int) -> HttpResponse:
    conversation = find_conversation(request, conversation_id)
    form = DispositionForm(request.POST)
    context: dict[str, Any] = {}
    if form.is_valid():
        try:
            actions.choose_disposition(
                conversation=conversation,
                name=form.cleaned_data["name"],
                by=request.user,
                key=form.cleaned_data["key"],
                is_confirmed=form.cleaned_data["confirmed"],
            )
            return answer_with_thread(request, conversation, template="inbox/disposition_chosen.html")
        except actions.NeedsConfirmation as refusal:
            context = {"confirming": form.cleaned_data["name"], "disposition_refusal": refusal}
        except Refused as refusal:
            context = {"disposition_refusal": refusal}
    return answer_with_form(request, conversation, "inbox/_disposition_form.html", context, status=422)
