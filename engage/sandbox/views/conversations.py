"""The conversation endpoints of the messaging guide. The key in the URL is all they ask for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from engage.sandbox import ledger, simulator, texting
from engage.sandbox.database import writing
from engage.sandbox.models import Lead
from engage.sandbox.payloads import conversation_payload
from engage.sandbox.views.errors import refuse

Act = Callable[[Lead, str], HttpResponse | None]


def form_call(name: str) -> Callable[[Act], Callable[[HttpRequest], HttpResponse]]:
    """A form-url-encoded POST with the single input `name`, acted on in one transaction."""

    def decorate(act: Act) -> Callable[[HttpRequest], HttpResponse]:
        @require_POST
        @wraps(act)
        def view(request: HttpRequest) -> HttpResponse:
            if request.content_type != "application/x-www-form-urlencoded":
                return refuse(415, "Content-Type must be application/x-www-form-urlencoded")
            values = request.POST.getlist(name)
            if len(values) != 1 or not values[0].strip():
                return refuse(400, f"One {name} is required")
            with writing():
                lead = Lead.objects.by_key(request.GET.get("key", "")).first()
                if lead is None:
                    return refuse(404, "No conversation has this key")
                call = "send" if name == "message" else name
                if request.META["sandbox.is_dropped"]:
                    ledger.record(call, lead_id=lead.id, text=values[0], is_accepted=False)
                else:
                    refusal = act(lead, values[0])
                    if refusal:
                        return refusal
                    ledger.record(call, lead_id=lead.id, text=values[0])
            return JsonResponse({"status": "OK"})

        return view

    return decorate


@form_call("message")
def conversation_send(lead: Lead, text: str) -> HttpResponse | None:
    try:
        simulator.schedule_reaction(lead)
        texting.text_from_agent(lead=lead, text=text)
    except texting.OptedOut:
        return refuse(422, "The lead has opted out")
    return None


@form_call("disposition")
def conversation_disposition(lead: Lead, name: str) -> HttpResponse | None:
    try:
        texting.choose_disposition(lead=lead, name=name)
    except texting.UnknownDisposition:
        return refuse(422, "Not one of this conversation's dispositions")
    return None


@require_GET
def conversation(request: HttpRequest) -> HttpResponse:
    lead = Lead.objects.by_key(request.GET.get("key", "")).first()
    if lead is None:
        return refuse(404, "No conversation has this key")
    messages = lead.messages.order_by("at", "id")
    return JsonResponse(conversation_payload("ConversationStarted", lead, messages))
