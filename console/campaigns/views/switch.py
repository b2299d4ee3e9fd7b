"""Activate and pause: a GET says what the click will do, a POST does it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from console.accounts.access import DeskRequest, confirmed_to_activate, signed_in, wants_fragment
from console.campaigns import switching
from console.campaigns.approval_request import effect_of_approval_request
from console.campaigns.board import load_rows
from console.campaigns.forms import DecisionForm, ListSwitchForm, SwitchForm
from console.campaigns.page import campaign_context
from console.campaigns.views.desk import answer_refusal, find_campaign, require_permission
from engage.models import Campaign, Command
from engage.outbox.refusals import KeyTaken, NotPossibleNow, Refused

RUN = ("campaigns.run_campaigns", "Only supervisors activate campaigns and lists.")
PAUSE = ("campaigns.pause_campaigns", "Only supervisors pause campaigns and lists.")

Switch = Callable[..., Command]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@confirmed_to_activate
def campaign_activate(request: DeskRequest, campaign_id: int) -> HttpResponse:
    campaign = find_campaign(request, campaign_id)
    require_permission(request, *RUN)
    effect = switching.effect_of_activation(campaign, "", timezone.now())
    return _answer(request, campaign, SwitchForm(request.POST), effect, switching.activate)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def campaign_pause(request: DeskRequest, campaign_id: int) -> HttpResponse:
    campaign = find_campaign(request, campaign_id)
    require_permission(request, *PAUSE)
    effect = switching.effect_of_pause(campaign, "")
    return _answer(request, campaign, SwitchForm(request.POST), effect, switching.pause)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@confirmed_to_activate
def list_activate(request: DeskRequest, campaign_id: int) -> HttpResponse:
    campaign = find_campaign(request, campaign_id)
    require_permission(request, *RUN)
    form = _list_form(request)
    effect = switching.effect_of_activation(campaign, form.cleaned_data["list_name"], timezone.now())
    return _answer(request, campaign, form, effect, switching.activate)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def list_pause(request: DeskRequest, campaign_id: int) -> HttpResponse:
    campaign = find_campaign(request, campaign_id)
    require_permission(request, *PAUSE)
    form = _list_form(request)
    effect = switching.effect_of_pause(campaign, form.cleaned_data["list_name"])
    return _answer(request, campaign, form, effect, switching.pause)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def campaign_approval(request: DeskRequest, campaign_id: int) -> HttpResponse:
    """Have Engage approve the texts that a draft has."""
    campaign = find_campaign(request, campaign_id)
    require_permission(request, *RUN)
    effect = effect_of_approval_request(campaign)
    return _answer(request, campaign, SwitchForm(request.POST), effect, switching.request_approval)


@require_POST
@signed_in
def command_decide(request: DeskRequest, campaign_id: int, command_id: int) -> HttpResponse:
    """Cancel an activation that waits, give up a pause, or leave as it is what could not be confirmed."""
    campaign = find_campaign(request, campaign_id)
    command = get_object_or_404(Command.objects.of_campaigns([campaign.id]), id=command_id)
    require_permission(request, *(PAUSE if command.kind in Command.PAUSES else RUN))
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return answer_refusal(request, campaign, "This cannot be decided here.", status=422)
    decide = switching.DECISIONS[form.cleaned_data["decision"]]
    try:
        decide(command=command, by=request.user)
    except NotPossibleNow as refusal:
        return answer_refusal(request, campaign, str(refusal), status=409)
    return _answer_done(request, campaign)


def _list_form(request: DeskRequest) -> ListSwitchForm:
    """Which list, verbatim: asked for by address, answered by form. Without a name there is no such page."""
    form = ListSwitchForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid() and "list_name" in form.errors:
        raise Http404
    return form


def _answer(
    request: DeskRequest, campaign: Campaign, form: SwitchForm, effect: switching.Effect, switch: Switch
) -> HttpResponse:
    if request.method != "POST" or not form.is_valid():
        return _ask(request, campaign, effect, status=200 if request.method != "POST" else 422)
    if effect.obstacle:
        return _ask(request, campaign, effect, status=422)
    try:
        switch(
            campaign=campaign,
            list_name=effect.list_name,
            by=request.user,
            key=form.cleaned_data["key"],
        )
    except Refused as refusal:
        key = None if isinstance(refusal, KeyTaken) else form.cleaned_data["key"]
        return _ask(request, campaign, effect, status=422, refusal=refusal, key=key)
    return _answer_done(request, campaign)


def _ask(
    request: DeskRequest,
    campaign: Campaign,
    effect: switching.Effect,
    *,
    status: int,
    refusal: Refused | None = None,
    key: uuid.UUID | None = None,
) -> HttpResponse:
    is_dialog = wants_fragment(request)
    template = "campaigns/_switch_form.html" if is_dialog else "campaigns/switch.html"
    context = {"campaign": campaign, "effect": effect, "refusal": refusal, "is_dialog": is_dialog}
    context["key"] = key or uuid.uuid4()
    return render(request, template, context, status=status)


def _answer_done(request: DeskRequest, campaign: Campaign) -> HttpResponse:
    """The board's row and the campaign's page as they are now; whichever of them is on the screen takes its part."""
    if not wants_fragment(request):
        return redirect("campaigns:campaign", campaign.id)
    context: dict[str, Any] = campaign_context(campaign.id) or {}
    context["row"] = load_rows([campaign.id], timezone.now()).get(campaign.id)
    return render(request, "campaigns/switched.html", context)
