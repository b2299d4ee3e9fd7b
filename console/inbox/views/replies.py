from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from console.accounts.access import DeskRequest, signed_in
from console.inbox import actions
from console.inbox.deciding import check_may_decide, decide
from console.inbox.forms import DecisionForm, DispositionForm, NoOptOutForm, ReplyForm, words_of
from console.inbox.views.desk import (
    HeldAct,
    answer_held,
    answer_with_form,
    answer_with_thread,
    find_conversation,
)
from engage.models import Command, Conversation
from engage.outbox.refusals import InDoubt, KeyTaken, NewerMessage, NotPossibleNow, Refused


@require_POST
@signed_in
def reply_send(request: DeskRequest, conversation_id: int) -> HttpResponse:
    conversation = find_conversation(request, conversation_id)
    form = ReplyForm(request.POST)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        _answer_doubt(request, conversation, form.cleaned_data.pop("no_opt_out"))
        try:
            actions.send_reply(conversation=conversation, by=request.user, **form.cleaned_data)
            return answer_with_thread(request, conversation)
        except actions.WorkedBySomebodyElse as refusal:
            context |= {"refusal": refusal, "held_by": refusal.agent}
        except InDoubt as refusal:
            context |= {"refusal": refusal, "doubt": refusal.doubts}
        except NewerMessage as refusal:
            context |= {"refusal": refusal, "unseen": refusal.unseen, "seen_through": refusal.seen_through}
        except Refused as refusal:
            context |= {"refusal": refusal, "needs_new_key": isinstance(refusal, KeyTaken)}
    else:
        context |= {"refusal": words_of(form), "needs_new_key": "key" in form.errors}
    return answer_with_form(request, conversation, "inbox/_reply_form.html", context, status=422)


def _answer_doubt(request: DeskRequest, conversation: Conversation, doubt: str) -> None:
    """Said along with the reply. It holds, whatever becomes of the reply: it is about what the lead wrote."""
    if not doubt:
        return
    # Answered by somebody else meanwhile, or asked anew: whether the reply may leave, its guard knows.
    with suppress(actions.NothingInDoubt):
        actions.deny_opt_out(conversation=conversation, by=request.user, doubt=doubt)


@require_POST
@signed_in
def reply_decide(request: DeskRequest, conversation_id: int, command_id: int) -> HttpResponse:
    conversation = find_conversation(request, conversation_id)
    commands = Command.objects.filter(conversation_id=conversation.id).select_related("conversation__campaign")
    command = get_object_or_404(commands, id=command_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return answer_with_thread(request, conversation, refusal="This cannot be decided here.", status=422)
    decision = form.cleaned_data["decision"]
    check_may_decide(request.user, command, decision)
    try:
        decide(command=command, by=request.user, **form.cleaned_data)
    except NotPossibleNow as refusal:
        return answer_with_thread(request, conversation, refusal=str(refusal), status=409)
    except NewerMessage as refusal:
        act = HeldAct(refusal, request.path, dict(DecisionForm.CHOICES)[decision], "decision", decision)
        return answer_held(request, conversation, act)
    except Refused as refusal:
        return answer_with_thread(request, conversation, refusal=str(refusal), status=422)
    return answer_with_thread(request, conversation)


@require_POST
@signed_in
def no_opt_out(request: DeskRequest, conversation_id: int) -> HttpResponse:
    conversation = find_conversation(request, conversation_id)
    form = NoOptOutForm(request.POST)
    if not form.is_valid():
        return answer_with_thread(request, conversation, refusal="Read their last message first.", status=422)
    try:
        actions.deny_opt_out(conversation=conversation, by=request.user, **form.cleaned_data)
    except actions.NothingInDoubt as refusal:
        return answer_with_thread(request, conversation, refusal=str(refusal), status=409)
    return answer_with_thread(request, conversation)


@require_POST
@signed_in
def disposition_choose(request: DeskRequest, conversation_id: int) -> HttpResponse:
    conversation = find_conversation(request, conversation_id)
    form = DispositionForm(request.POST)
    is_shape_right = form.is_valid()
    seen_through = form.cleaned_data.get("seen_through")
    # A second word is about the number, not about new texts: what had been seen stays what it was.
    context: dict[str, Any] = {"seen_through": "" if seen_through is None else seen_through}
    if is_shape_right:
        name, is_confirmed = form.cleaned_data["name"], form.cleaned_data["confirmed"]
        try:
            actions.choose_disposition(
                conversation=conversation,
                name=name,
                by=request.user,
                key=form.cleaned_data["key"],
                seen_through=seen_through,
                is_confirmed=is_confirmed,
            )
            return answer_with_thread(request, conversation, template="inbox/disposition_chosen.html")
        except actions.NeedsConfirmation as refusal:
            context |= {"confirming": name, "disposition_refusal": refusal}
        except NewerMessage as refusal:
            context |= {"chosen": name, "is_confirmed": is_confirmed, "unseen_finish": refusal.unseen}
            context |= {"disposition_refusal": refusal, "seen_through": refusal.seen_through}
        except Refused as refusal:
            context |= {"disposition_refusal": refusal}
    else:
        context |= {"disposition_refusal": words_of(form)}
    return answer_with_form(request, conversation, "inbox/_disposition_form.html", context, status=422)
