from __future__ import annotations

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from console.accounts.access import DeskRequest, signed_in
from console.accounts.people import name_of
from console.inbox import actions
from console.inbox.forms import AssignForm, SeenForm, words_of
from console.inbox.models import Assignment
from console.inbox.views.desk import HeldAct, answer_held, answer_with_thread, find_conversation
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
        return answer_held(request, conversation, HeldAct(refusal, request.path, "Claim"))
    return answer_with_thread(request, conversation)


@require_POST
@signed_in
def conversation_release(request: DeskRequest, conversation_id: int) -> HttpResponse:
    conversation = find_conversation(request, conversation_id)
    may_act_for_others = request.user.has_perm(ASSIGN)
    is_somebody_elses = Assignment.objects.filter(conversation=conversation).exclude(agent=request.user).exists()
    if is_somebody_elses and not may_act_for_others:
        raise PermissionDenied("Only a supervisor releases what somebody else works.")
    form = SeenForm(request.POST)
    if not form.is_valid():
        return answer_with_thread(request, conversation, refusal=words_of(form), status=422)
    seen_through = form.cleaned_data["seen_through"]
    try:
        actions.release(
            conversation=conversation,
            by=request.user,
            seen_through=seen_through,
            may_act_for_others=may_act_for_others,
        )
    except actions.NotAssigned as refusal:
        return answer_with_thread(request, conversation, refusal=str(refusal), status=409)
    except NewerMessage as refusal:
        return answer_held(request, conversation, HeldAct(refusal, request.path, "Release"))
    return answer_with_thread(request, conversation)


@require_POST
@signed_in
def conversation_assign(request: DeskRequest, conversation_id: int) -> HttpResponse:
    conversation = find_conversation(request, conversation_id)
    if not request.user.has_perm(ASSIGN):
        raise PermissionDenied("Only a supervisor assigns conversations.")
    form = AssignForm(request.POST)
    if not form.is_valid():
        words = words_of(form) if "seen_through" in form.errors else "Choose who should work it."
        return answer_with_thread(request, conversation, refusal=words, status=422)
    colleague = get_object_or_404(get_user_model(), id=form.cleaned_data["agent"])
    seen_through = form.cleaned_data["seen_through"]
    try:
        actions.assign(conversation=conversation, to=colleague, by=request.user, seen_through=seen_through)
    except actions.OutOfReach as refusal:
        return answer_with_thread(request, conversation, refusal=str(refusal), status=422)
    except NewerMessage as refusal:
        act = HeldAct(refusal, request.path, f"Assign to {name_of(colleague)}", "agent", str(colleague.pk))
        return answer_held(request, conversation, act)
    return answer_with_thread(request, conversation)
