"""What forbids to text a number, and who may lift it."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from console.accounts.access import DeskRequest, signed_in, wants_fragment
from console.accounts.scope import Scope
from console.inbox import actions, consent_questions, opt_outs
from console.inbox.forms import LiftForm, LiftManyForm, StopForm
from console.inbox.views.desk import answer_with_thread, find_conversation
from engage.mirror import lifting

LIFT_LOCKS: Final = "inbox.lift_locks"


@require_POST
@signed_in
def stop(request: DeskRequest, conversation_id: int) -> HttpResponse:
    """By anybody who may see the conversation: only lifting it takes a supervisor."""
    conversation = find_conversation(request, conversation_id)
    form = StopForm(request.POST)
    if not form.is_valid():
        refusal = "Say why nobody may text this number, in 500 characters at most."
        return answer_with_thread(request, conversation, refusal=refusal, status=422)
    try:
        actions.stop_texts(conversation=conversation, by=request.user, **form.cleaned_data)
    except actions.StoppedAlready as refusal:
        return answer_with_thread(request, conversation, refusal=str(refusal), status=409)
    return answer_with_thread(request, conversation, announcement="All texts to this number are stopped.")


@require_POST
@signed_in
def lift(request: DeskRequest, conversation_id: int) -> HttpResponse:
    conversation = find_conversation(request, conversation_id)
    _check_may_lift(request)
    form = LiftForm(request.POST)
    if not form.is_valid():
        return answer_with_thread(request, conversation, refusal="Say why the lock may be lifted.", status=422)
    try:
        actions.lift_locks(conversation=conversation, by=request.user, **form.cleaned_data)
    except actions.LocksMoved as refusal:
        return answer_with_thread(request, conversation, refusal=str(refusal), status=409)
    return answer_with_thread(request, conversation)


@require_safe
@signed_in
def opt_out_list(request: DeskRequest) -> HttpResponse:
    _check_may_lift(request)
    return _show(request)


@require_POST
@signed_in
def opt_outs_lift(request: DeskRequest) -> HttpResponse:
    _check_may_lift(request)
    form = LiftManyForm(request.POST)
    if not form.is_valid():
        words = [str(word) for errors in form.errors.values() for word in errors]
        return _show(request, refusal=" ".join(words), status=422)
    found = [item for item in _find(request) if item.consent.pk in form.ids]
    lifted = actions.lift_opt_outs(found=found, by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, f"{lifted} opt-out{'' if lifted == 1 else 's'} lifted.")
    return redirect("inbox:opt-out-list")


def _show(request: DeskRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    found = _find(request)
    context = consent_questions.list_context(Scope.of(request.user)) | {
        "groups": opt_outs.group(found),
        "total": len(found),
        "most": lifting.MOST,
        "refusal": refusal,
        "is_at_opt_outs": True,
    }
    template = "inbox/_opt_out_list.html" if wants_fragment(request) else "inbox/opt_out_list.html"
    return render(request, template, context, status=status)


def _find(request: DeskRequest) -> list[lifting.Unshown]:
    return lifting.find_unshown(Scope.of(request.user).campaign_ids)


def _check_may_lift(request: DeskRequest) -> None:
    if not request.user.has_perm(LIFT_LOCKS):
        raise PermissionDenied("Only a supervisor lifts locks.")
