from __future__ import annotations

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from console.accounts.access import DeskRequest, signed_in
from console.inbox import actions
from console.inbox.forms import AssignForm, SeenForm, words_of
from console.inbox.models import Assignment
from console.inbox.views.desk import answer_with_thread, find_conversation
from engage.outbox.refusals import NewerMessage

ASSIGN = "accounts.assign_conversations"


@require_POST
@signed_in
def conversation_claim(request: DeskRequest, conversation_id: int) -> HttpResponse:
    conversation = find_conversation(request, conversation_id)
    form = SeenForm(request.POST)
    if not form.is_valid():
        return answer_with_thread(request, conversation, refusal=words_of(form), status=422)
    try:
        actions.claim(conversation=conversation, by=request.user, **form.cleaned_data)
    except actions.WorkedBySomebodyElse as refusal:
        return answer_with_thread(request, conversation, refusal=str(refusal), status=409)
    except NewerMessage as refusal:
        # The thread that comes back shows it.
        return answer_with_thread(request, conversation, refusal=str(refusal), status=422)
    return answer_with_thread(request, conversation)


@require_POST
@signed_in
def conversation_release(request: DeskRequest, conversation_id: int) -> HttpResponse:
    conversation = find_conversation(request, conversation_id)
    may_act_for_others = request.user.has_perm(ASSIGN)
    is_somebody_elses = Assignment.objects.filter(conversation=conversation).exclude(agent=request.user).exists()
    if is_somebody_elses and not may_act_for_others:
        raise PermissionDenied("Only a supervisor releases what somebody else works.")
    try:
        actions.release(conversation=conversation, by=request.user, may_act_for_others=may_act_for_others)
    except actions.NotAssigned as refusal:
        return answer_with_thread(request, conversation, refusal=str(refusal), status=409)
    return answer_with_thread(request, conversation)


@require_POST
@signed_in
def conversation_assign(request: DeskRequest, conversation_id: int) -> HttpResponse:
    conversation = find_conversation(request, conversation_id)
    if not request.user.has_perm(ASSIGN):
        raise PermissionDenied("Only a supervisor assigns conversations.")
    form = AssignForm(request.POST)
    if not form.is_valid():
        return answer_with_thread(request, conversation, refusal="Choose who should work it.", status=422)
    colleague = get_object_or_404(get_user_model(), id=form.cleaned_data["agent"])
    try:
        actions.assign(conversation=conversation, to=colleague, by=request.user)
    except actions.OutOfReach as refusal:
        return answer_with_thread(request, conversation, refusal=str(refusal), status=422)
    return answer_with_thread(request, conversation)
