"""Controls for people and tests: no key, this machine only. A form is led back to its page, a program gets JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from engage.sandbox import calls, campaigns, faults, ledger, seed, stamps, texting, webhooks
from engage.sandbox.broadcast import NoRunningList, create_leads
from engage.sandbox.database import writing
from engage.sandbox.models import Campaign, Lead, Message
from engage.sandbox.options import is_web_address
from engage.sandbox.simulator import pace as simulator_pace
from engage.sandbox.views.errors import refuse
from engage.sandbox.views.fault_form import faults_from_form

MOST_LEADS_AT_ONCE = 20_000


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "OK", "campaigns": Campaign.objects.count()})


@require_http_methods(["GET", "POST"])
def leads(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _create_leads(request, _input(request))
    found = Lead.objects.for_list()
    limit = request.GET.get("limit", "")
    return JsonResponse(
        [_lead_json(lead) for lead in (found[: int(limit)] if limit.isdecimal() else found)], safe=False
    )


def _create_leads(request: HttpRequest, wanted: dict[str, Any]) -> HttpResponse:
    count, fields = wanted.get("count", 1), wanted.get("fields") or {}
    if type(count) is not int or not 1 <= count <= MOST_LEADS_AT_ONCE or not isinstance(fields, dict):
        return refuse(400, f"count must be 1 to {MOST_LEADS_AT_ONCE}, fields an object")
    campaign = None
    if wanted.get("campaign_id"):
        campaign = Campaign.objects.filter(id=wanted["campaign_id"]).first()
        if campaign is None:
            return refuse(404, "No such campaign")
    try:
        made = create_leads(count=count, campaign=campaign, fields=fields)
    except NoRunningList as refusal:
        return refuse(409, str(refusal))
    for lead in made:
        lead.message_count = 1
    return _done(request, [_lead_json(lead) for lead in made], status=201)


@require_POST
def lead_say(request: HttpRequest, lead_id: str) -> HttpResponse:
    text = _input(request).get("text")
    if not isinstance(text, str) or not text.strip():
        return refuse(400, "text is required")
    try:
        message = texting.text_from_lead(lead_id=lead_id, text=text, by_hand=True)
    except Lead.DoesNotExist:
        return refuse(404, "No such lead")
    return _done(request, {"message_id": message.id})


@require_GET
def messages(request: HttpRequest) -> HttpResponse:
    found = Message.objects.filter(lead_id=request.GET.get("lead", "")).order_by("at", "id")
    return JsonResponse([_message_json(message) for message in found], safe=False)


@require_GET
def ledger_entries(request: HttpRequest) -> HttpResponse:
    after = request.GET.get("after", "")
    return JsonResponse({"entries": ledger.entries(int(after) if after.isdecimal() else 0)})


@require_GET
def requests_received(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"requests": calls.latest()})


@require_http_methods(["GET", "POST"])
def fault_setting(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        try:
            wanted = faults.parse(_json(request) if _is_json(request) else faults_from_form(request.POST))
        except ValueError as error:
            return refuse(400, str(error))
        faults.set_to(wanted)
        return _done(request, wanted.as_json())
    return JsonResponse(faults.current().as_json())


@require_POST
def pace(request: HttpRequest) -> HttpResponse:
    try:
        per_minute = float(_input(request).get("per_minute", ""))
    except (TypeError, ValueError):
        per_minute = -1
    if not 0 <= per_minute <= 6000:
        return refuse(400, "per_minute must be a number from 0 to 6000")
    simulator_pace.per_minute = per_minute
    return _done(request, {"per_minute": per_minute})


@require_POST
def reset(request: HttpRequest) -> HttpResponse:
    """Everything as at the first start, and all calm; pace and webhook address stay."""
    faults.set_to(faults.Faults())
    webhooks.clear()
    calls.clear()
    seed.start_over()
    return _done(request, {"status": "OK"})


@require_POST
def webhook_url(request: HttpRequest) -> HttpResponse:
    url = _input(request).get("url")
    if not isinstance(url, str) or (url and not is_web_address(url)):
        return refuse(400, "url must be an http or https address, or empty")
    webhooks.receiver.url = url
    return _done(request, {"url": url})


@require_POST
def campaign_approve(request: HttpRequest, campaign_id: str) -> HttpResponse:
    return _decide(request, campaign_id, lambda campaign: campaigns.approve(campaign=campaign))


@require_POST
def campaign_reject(request: HttpRequest, campaign_id: str) -> HttpResponse:
    return _decide(request, campaign_id, lambda campaign: campaigns.reject(campaign=campaign))


def _decide(request: HttpRequest, campaign_id: str, decide: Callable[[Campaign], None]) -> HttpResponse:
    with writing():
        campaign = Campaign.objects.filter(id=campaign_id).first()
        if campaign is None:
            return refuse(404, "No such campaign")
        try:
            decide(campaign)
        except campaigns.WrongStatus as refusal:
            return refuse(409, str(refusal))
    return _done(request, {"id": campaign.id, "status": campaign.status})


def _done(request: HttpRequest, answer: Any, status: int = 200) -> HttpResponse:
    if "text/html" not in request.headers.get("Accept", ""):
        return JsonResponse(answer, safe=False, status=status)
    back = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    response = HttpResponseRedirect(back if is_ours else reverse("index"))
    response.status_code = 303
    return response


def _is_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json"


def _json(request: HttpRequest) -> Any:
    return json.loads(request.body or b"{}")


def _input(request: HttpRequest) -> dict[str, Any]:
    """The fields of a form or a JSON object; a body that is neither has none."""
    if not _is_json(request):
        return dict(request.POST.items())
    try:
        body = _json(request)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _lead_json(lead: Lead) -> dict[str, Any]:
    return {
        "id": lead.id,
        "name": lead.name,
        "phone": lead.phone,
        "campaign_id": lead.campaign_id,
        "campaign": lead.campaign.name,
        "key": lead.key,
        "conversation_started": lead.has_started,
        "opted_out": lead.is_opted_out,
        "disposition": lead.disposition,
        "messages": lead.message_count,
    }


def _message_json(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "direction": message.direction,
        "origin": message.origin,
        "timestamp": stamps.iso(message.at),
        "message": message.text,
    }
