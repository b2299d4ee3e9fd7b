"""Controls of campaigns: what the platform's staff, and its own pages, would do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from engage.sandbox import campaigns, conversation_emails, limits, registrations, schedule
from engage.sandbox.database import writing
from engage.sandbox.models import Campaign, LeadList
from engage.sandbox.payloads import campaign_object, list_object
from engage.sandbox.schedule import Misunderstood
from engage.sandbox.views.control_answers import done, fields_of
from engage.sandbox.views.errors import refuse


@require_POST
def campaign_approve(request: HttpRequest, campaign_id: str) -> HttpResponse:
    return _decide(request, campaign_id, lambda campaign: campaigns.approve(campaign=campaign))


@require_POST
def campaign_reject(request: HttpRequest, campaign_id: str) -> HttpResponse:
    reason = fields_of(request).get("reason", "")
    if not isinstance(reason, str):
        return refuse(400, "reason must be a string")
    return _decide(request, campaign_id, lambda campaign: campaigns.reject(campaign=campaign, reason=reason))


@require_POST
def campaign_settings(request: HttpRequest, campaign_id: str) -> HttpResponse:
    """Parts of the campaign object that no documented call changes; answers the whole."""
    try:
        settings = _understood(fields_of(request))
    except Misunderstood as problem:
        return refuse(400, str(problem))
    with writing():
        campaign = Campaign.objects.filter(id=campaign_id).first()
        if campaign is None:
            return refuse(404, "No such campaign")
        campaigns.change_settings(campaign=campaign, settings=settings)
    return JsonResponse(campaign_object(campaign))


@require_POST
def approval(request: HttpRequest) -> HttpResponse:
    delay_s = fields_of(request).get("delay_s")
    if delay_s is not None and (isinstance(delay_s, bool) or not isinstance(delay_s, int | float) or delay_s < 0):
        return refuse(400, "delay_s must be a number of seconds, or null for a person")
    campaigns.approval.delay_s = delay_s
    return done(request, {"delay_s": delay_s})


@require_GET
def lists(request: HttpRequest) -> HttpResponse:
    """Every list with its counts."""
    return JsonResponse([list_object(lead_list) for lead_list in LeadList.objects.order_by("id")], safe=False)


def _understood(wanted: dict[str, Any]) -> dict[str, Any]:
    """By model field. Raises Misunderstood."""
    settings: dict[str, Any] = {}
    for name, value in wanted.items():
        match name:
            case "schedule":
                schedule.parse(value)
                settings[name] = {day: [] for day in (*schedule.DAYS, "exceptions")} | value
            case "carrierDailyLimits":
                limits.parse(value)
                settings["carrier_daily_limits"] = value
            case "webhooks":
                settings[name] = registrations.parse(value)
            case "notifications":
                settings[name] = conversation_emails.parse(value)
            case _:
                raise Misunderstood(f"{name} cannot be set here")
    return settings


def _decide(request: HttpRequest, campaign_id: str, decide: Callable[[Campaign], None]) -> HttpResponse:
    with writing():
        campaign = Campaign.objects.filter(id=campaign_id).first()
        if campaign is None:
            return refuse(404, "No such campaign")
        try:
            decide(campaign)
        except campaigns.WrongStatus as refusal:
            return refuse(409, str(refusal))
    return done(request, {"id": campaign.id, "status": campaign.status})
