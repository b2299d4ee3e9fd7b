"""The endpoints of the campaign and list guide. All ask for X-API-KEY."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_GET, require_POST

from engage.sandbox import campaigns, ledger
from engage.sandbox.database import writing
from engage.sandbox.models import Campaign
from engage.sandbox.options import options
from engage.sandbox.payloads import campaign_object, list_object
from engage.sandbox.views.errors import refuse

View = Callable[..., HttpResponse]


def with_api_key(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not constant_time_compare(request.headers.get("X-API-KEY", ""), options().api_key.reveal()):
            return refuse(401, "X-API-KEY is missing or wrong")
        return view(request, *args, **kwargs)

    return guarded


@with_api_key
@require_GET
def campaign_list(request: HttpRequest) -> HttpResponse:
    return JsonResponse([campaign_object(campaign) for campaign in Campaign.objects.order_by("id")], safe=False)


@with_api_key
@require_GET
def campaign(request: HttpRequest, campaign_id: str) -> HttpResponse:
    found = Campaign.objects.filter(id=campaign_id).first()
    return JsonResponse(campaign_object(found)) if found else refuse(404, "No such campaign")


@with_api_key
@require_POST
def campaign_activate(request: HttpRequest, campaign_id: str) -> HttpResponse:
    return _change(request, campaign_id, "activate", lambda campaign: campaigns.activate(campaign=campaign))


@with_api_key
@require_POST
def campaign_pause(request: HttpRequest, campaign_id: str) -> HttpResponse:
    return _change(request, campaign_id, "pause", lambda campaign: campaigns.pause(campaign=campaign))


@with_api_key
@require_POST
def campaign_messages(request: HttpRequest, campaign_id: str) -> HttpResponse:
    if request.content_type != "application/json":
        return refuse(415, "Content-Type must be application/json")
    try:
        body = json.loads(request.body)
    except ValueError:
        return refuse(400, "The body is not JSON")
    if not isinstance(body, dict):
        return refuse(400, "The body must be an object")
    texts = {name: body.get(name) for name in campaigns.MESSAGE_NAMES}
    if not all(text is None or isinstance(text, str) for text in texts.values()):
        return refuse(400, "Every message must be a string or null")
    note = json.dumps({name: text for name, text in texts.items() if text}, ensure_ascii=False)
    return _change(
        request, campaign_id, "messages", lambda found: campaigns.update_messages(campaign=found, texts=texts), note
    )


@with_api_key
@require_POST
def list_activate(request: HttpRequest, campaign_id: str) -> HttpResponse:
    """Answers the campaign, as the guide says."""
    return _switch_list(request, campaign_id, "ACTIVE")


@with_api_key
@require_POST
def list_pause(request: HttpRequest, campaign_id: str) -> HttpResponse:
    """Answers the list, as the guide says."""
    return _switch_list(request, campaign_id, "READY")


def _change(
    request: HttpRequest, campaign_id: str, call: str, change: Callable[[Campaign], None], text: str = ""
) -> HttpResponse:
    with writing():
        found = Campaign.objects.filter(id=campaign_id).first()
        if found is None:
            return refuse(404, "No such campaign")
        is_dropped = request.META["sandbox.is_dropped"]
        try:
            if not is_dropped:
                change(found)
        except campaigns.WrongStatus as refusal:
            return refuse(409, str(refusal))
        ledger.record(call, campaign_id=campaign_id, text=text, is_accepted=not is_dropped)
    return JsonResponse(campaign_object(found))


def _switch_list(request: HttpRequest, campaign_id: str, status: str) -> HttpResponse:
    name = request.GET.get("listName", "")
    with writing():
        found = Campaign.objects.filter(id=campaign_id).first()
        lead_list = found.lists.filter(name=name).first() if found else None
        if found is None or lead_list is None:
            return refuse(404, "No list of this campaign has exactly this name")
        is_dropped = request.META["sandbox.is_dropped"]
        if not is_dropped:
            campaigns.switch_list(lead_list=lead_list, status=status)
        call = "list_activate" if status == "ACTIVE" else "list_pause"
        ledger.record(call, campaign_id=campaign_id, text=name, is_accepted=not is_dropped)
    return JsonResponse(campaign_object(found) if status == "ACTIVE" else list_object(lead_list))
