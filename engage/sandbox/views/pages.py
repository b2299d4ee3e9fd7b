"""What people see of the sandbox: an overview with every control, and one phone per lead."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from engage.sandbox import calls, conversation_emails, faults, stamps
from engage.sandbox.clock import clock
from engage.sandbox.models import Campaign, Lead, Webhook
from engage.sandbox.options import options
from engage.sandbox.sending import broadcast
from engage.sandbox.simulator import pace
from engage.sandbox.views import cards, shown
from engage.sandbox.views.errors import not_found
from engage.sandbox.views.shown_dialects import dialect_form
from engage.sandbox.webhooks import receiver
from engage.sms.phones import display

LEADS_SHOWN = 60
WEBHOOKS_SHOWN = 30
PACES = ((0, "Nobody"), (6, "Calm"), (20, "Lively"), (60, "Rush"))
BROADCASTS = ((0, "Off"), (12, "Slow"), (60, "Brisk"), (600, "Fast"))


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("index"))


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    now = stamps.now()
    query = request.GET.get("q", "").strip()
    # A loaded list of many thousands would hide those who text; whoever is looked for is found all the same.
    found = Lead.objects.matching(query) if query else Lead.objects.texted()
    leads = found.select_related("campaign").order_by("-last_message_at", "id")
    return render(
        request,
        "sandbox/index.html",
        {
            "campaigns": cards.campaign_cards(Campaign.objects.order_by("id").prefetch_related("lists"), now),
            "leads": [shown.lead_row(lead, now) for lead in leads[:LEADS_SHOWN]],
            "lead_count": Lead.objects.texted().count(),
            "waiting_count": Lead.objects.awaiting_reply().count(),
            "query": query,
            "webhooks": [
                shown.webhook_row(webhook, now) for webhook in Webhook.objects.newest_first()[:WEBHOOKS_SHOWN]
            ],
            "receiver": receiver.url,
            "paces": [(number, word, number == pace.per_minute) for number, word in PACES],
            "broadcasts": [(number, word, number == broadcast.per_minute) for number, word in BROADCASTS],
            "time": cards.moment(now),
            "speed": f"{clock.speed:g}×" if clock.speed != 1 else "",
            "email_count": conversation_emails.count(),
            "email_directory": conversation_emails.directory(),
            "faults": shown.fault_form(faults.current()),
            "dialects": dialect_form(),
            "call_count": len(calls.latest()),
            "workspace_id": options().workspace_id,
        },
    )


@require_GET
def phone(request: HttpRequest, lead_id: str) -> HttpResponse:
    lead = Lead.objects.select_related("campaign", "lead_list").filter(id=lead_id).first()
    if lead is None:
        return not_found(request)
    return render(
        request,
        "sandbox/phone.html",
        {
            "lead": shown.lead_row(lead, stamps.now()),
            "row": lead,
            "thread": shown.thread(lead),
            "from_number": display(lead.from_number),
            "words": ("STOP", "START", "HELP"),
        },
    )
