"""Controls for people and tests: no key, this machine only. A form is led back to its page, a program gets JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from engage.sandbox import calls, faults, ledger, seed, stamps, texting, webhooks
from engage.sandbox.invented_leads import NoRunningList, create_leads
from engage.sandbox.models import Campaign, Lead, Message
from engage.sandbox.options import is_web_address
from engage.sandbox.views.control_answers import done, fields_of, is_json, json_of
from engage.sandbox.views.errors import refuse
from engage.sandbox.views.fault_form import faults_from_form

MOST_LEADS_AT_ONCE = 20_000


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "OK", "campaigns": Campaign.objects.count()})


@require_http_methods(["GET", "POST"])
def leads(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _create_leads(request, fields_of(request))
    found = Lead.objects.for_list()
    limit = request.GET.get("limit", "")
    return JsonResponse(
        [_lead_json(lead) for lead in (found[: int(limit)] if limit.isdecimal() else found)], safe=False
    )


def _create_leads(request: HttpRequest, wanted: dict[str, Any]) -> HttpResponse:
    count, fields, is_sent = wanted.get("count", 1), wanted.get("fields") or {}, wanted.get("sent", True)
    if type(count) is not int or not 1 <= count <= MOST_LEADS_AT_ONCE or not isinstance(fields, dict):
        return refuse(400, f"count must be 1 to {MOST_LEADS_AT_ONCE}, fields an object")
    if not isinstance(is_sent, bool):
        return refuse(400, "sent must be true or false")
    campaign = None
    if wanted.get("campaign_id"):
        campaign = Campaign.objects.filter(id=wanted["campaign_id"]).first()
        if campaign is None:
            return refuse(404, "No such campaign")
    try:
        made = create_leads(
            count=count, campaign=campaign, list_name=wanted.get("list_name"), fields=fields, is_sent=is_sent
        )
    except NoRunningList as refusal:
        return refuse(409, str(refusal))
    for lead in made:
        lead.message_count = int(is_sent)
    return done(request, [_lead_json(lead) for lead in made], status=201)


@require_POST
def lead_say(request: HttpRequest, lead_id: str) -> HttpResponse:
    text = fields_of(request).get("text")
    if not isinstance(text, str) or not text.strip():
        return refuse(400, "text is required")
    try:
        message = texting.text_from_lead(lead_id=lead_id, text=text, by_hand=True)
    except Lead.DoesNotExist:
        return refuse(404, "No such lead")
    except texting.NotReached:
        return refuse(409, "Nothing has been sent to this lead")
    return done(request, {"message_id": message.id})


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
            wanted = faults.parse(json_of(request) if is_json(request) else faults_from_form(request.POST))
        except ValueError as error:
            return refuse(400, str(error))
        faults.set_to(wanted)
        return done(request, wanted.as_json())
    return JsonResponse(faults.current().as_json())


@require_POST
def reset(request: HttpRequest) -> HttpResponse:
    """Everything as at the first start, and all calm; pace, webhook address and dialect stay.

    `start` and `seed` begin with other conversations than the options say.
    """
    wanted = fields_of(request)
    numbers = [wanted.get(name) for name in ("start", "seed")]
    if not all(number is None or type(number) is int for number in numbers):
        return refuse(400, "start and seed must be whole numbers")
    faults.set_to(faults.Faults())
    webhooks.clear()
    calls.clear()
    seed.start_over(*numbers)
    return done(request, {"status": "OK"})


@require_POST
def webhook_url(request: HttpRequest) -> HttpResponse:
    url = fields_of(request).get("url")
    if not isinstance(url, str) or (url and not is_web_address(url)):
        return refuse(400, "url must be an http or https address, or empty")
    webhooks.receiver.url = url
    return done(request, {"url": url})


def _lead_json(lead: Lead) -> dict[str, Any]:
    return {
        "id": lead.id,
        "name": lead.name,
        "phone": lead.phone,
        "campaign_id": lead.campaign_id,
        "campaign": lead.campaign.name,
        "key": lead.key,
        "conversation_started": lead.has_started,
        "status": lead.remote_status,
        "status_message": lead.status_message,
        "sent_at": stamps.iso_or_none(lead.sent_at),
        "time_zone": lead.time_zone,
        "carrier": lead.normalized_carrier,
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
