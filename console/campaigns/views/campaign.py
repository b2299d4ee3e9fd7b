from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from console.accounts.access import DeskRequest, signed_in
from console.campaigns import follow
from console.campaigns.page import campaign_context
from console.campaigns.views.desk import find_campaign


@require_safe
@signed_in
def campaign(request: DeskRequest, campaign_id: int) -> HttpResponse:
    found = find_campaign(request, campaign_id)
    follow.settle(found)
    context = campaign_context(found.id)
    if context is None:
        raise Http404
    return render(request, "campaigns/campaign.html", context | {"live_campaign_id": found.id})
