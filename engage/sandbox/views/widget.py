"""The embeddable widget: one conversation from the agent's side, opened with its key."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from engage.sandbox import simulator, stamps, texting
from engage.sandbox.database import writing
from engage.sandbox.models import Lead
from engage.sandbox.views import shown


@require_http_methods(["GET", "POST"])
def widget(request: HttpRequest) -> HttpResponse:
    key = request.GET.get("key", "")
    lead = Lead.objects.by_key(key).first()
    if lead is None:
        return render(request, "sandbox/widget_unknown.html", status=404)
    refusal = ""
    if request.method == "POST":
        refusal = _act(request, key)
        if not refusal:
            response = HttpResponseRedirect(f"{reverse('widget')}?{urlencode({'key': key})}")
            response.status_code = 303
            return response
    return render(
        request,
        "sandbox/widget.html",
        {"lead": shown.lead_row(lead, stamps.now()), "row": lead, "thread": shown.thread(lead), "refusal": refusal},
        status=422 if refusal else 200,
    )


def _act(request: HttpRequest, key: str) -> str:
    """A reply or a disposition; answers why it was refused, or nothing."""
    message, disposition = request.POST.get("message", "").strip(), request.POST.get("disposition")
    with writing():
        lead = Lead.objects.by_key(key).get()
        try:
            if disposition is not None:
                texting.choose_disposition(lead=lead, name=disposition)
            elif message:
                simulator.schedule_reaction(lead)
                texting.text_from_agent(lead=lead, text=message)
            else:
                return "There is nothing to send."
        except texting.OptedOut:
            return "They have opted out and may not be texted."
        except texting.UnknownDisposition:
            return "This conversation has no such disposition."
    return ""
