"""A single lead, typed in by hand: the form, and what the platform answered."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.accounts.access import DeskRequest, signed_in, wants_fragment
from console.campaigns import lists_actions
from console.campaigns.lists_forms import DecisionForm, LeadForm
from console.campaigns.lists_page import decisions_of, names_offered
from console.campaigns.lists_progress import progress_of_load
from console.campaigns.views.desk import find_campaign, require_permission
from console.campaigns.views.lists import LOAD
from engage.models import Campaign, Command
from engage.outbox.refusals import KeyTaken, NotPossibleNow, Refused


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def lead_load(request: DeskRequest, campaign_id: int) -> HttpResponse:
    campaign = find_campaign(request, campaign_id)
    require_permission(request, *LOAD)
    if request.method != "POST":
        first = {"de_dupe": True, "list_name": request.GET.get("list", "")}
        return _ask(request, campaign, LeadForm(campaign=campaign, initial=first))
    form = LeadForm(request.POST, campaign=campaign)
    if not form.is_valid():
        return _ask(request, campaign, form, status=422)
    try:
        command = lists_actions.load_one(
            campaign=campaign,
            list_name=form.cleaned_data["list_name"],
            de_dupe=form.cleaned_data["de_dupe"],
            values=form.values,
            by=request.user,
            key=form.cleaned_data["key"],
        )
    except Refused as refusal:
        is_used = isinstance(refusal, KeyTaken)
        return _ask(request, campaign, form, status=422, refusal=refusal, key=uuid.uuid4() if is_used else None)
    if wants_fragment(request):
        return render(request, "campaigns/_lead_answer.html", _answer_context(campaign, command))
    return redirect("campaigns:lead-answer", campaign.id, command.pk)


@require_safe
@signed_in
def lead_answer(request: DeskRequest, campaign_id: int, command_id: int) -> HttpResponse:
    """What the platform said of a lead; until it did, how far the load is."""
    campaign = find_campaign(request, campaign_id)
    require_permission(request, *LOAD)
    return _show_answer(request, campaign, _find_command(campaign, command_id))


@require_POST
@signed_in
def lead_decide(request: DeskRequest, campaign_id: int, command_id: int) -> HttpResponse:
    campaign = find_campaign(request, campaign_id)
    require_permission(request, *LOAD)
    command = _find_command(campaign, command_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _show_answer(request, campaign, command, refusal="This cannot be decided here.", status=422)
    try:
        lists_actions.decide(command=command, decision=form.cleaned_data["decision"], by=request.user)
    except NotPossibleNow as refusal:
        current = _find_command(campaign, command_id)
        return _show_answer(request, campaign, current, refusal=str(refusal), status=409)
    except Refused as refusal:
        return _show_answer(request, campaign, command, refusal=str(refusal), status=422)
    if wants_fragment(request):
        return _show_answer(request, campaign, _find_command(campaign, command_id))
    return redirect("campaigns:lead-answer", campaign.id, command.pk)


def _find_command(campaign: Campaign, command_id: int) -> Command:
    loads = Command.objects.filter(campaign=campaign, kind=Command.Kind.LOAD_LEAD).select_related("created_by")
    return get_object_or_404(loads, id=command_id)


def _show_answer(
    request: DeskRequest, campaign: Campaign, command: Command, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    template = "campaigns/_lead_answer.html" if wants_fragment(request) else "campaigns/lead_answer.html"
    return render(request, template, _answer_context(campaign, command) | {"refusal": refusal}, status=status)


def _answer_context(campaign: Campaign, command: Command) -> dict[str, Any]:
    given = {str(field["name"]): str(field["value"]) for field in command.details.get("fields", [])}
    return {
        "campaign": campaign,
        "command": command,
        "given": given,
        "answer": command.details.get("answer") or {},
        "progress": progress_of_load(command, None),
        "decisions": decisions_of(command),
    }


def _ask(
    request: DeskRequest,
    campaign: Campaign,
    form: LeadForm,
    *,
    status: int = 200,
    refusal: Refused | None = None,
    key: uuid.UUID | None = None,
) -> HttpResponse:
    template = "campaigns/_lead_form.html" if wants_fragment(request) else "campaigns/lead_load.html"
    context = {
        "campaign": campaign,
        "form": form,
        "refusal": refusal,
        "key": key or form.data.get("key") or uuid.uuid4(),
        "list_names": names_offered(campaign),
    }
    return render(request, template, context, status=status)
