from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from console.accounts.access import DeskRequest, signed_in
from console.campaigns.views.desk import find_campaign


@require_safe
@signed_in
def campaign(request: DeskRequest, campaign_id: int) -> HttpResponse:
    return render(request, "campaigns/campaign.html", {"campaign": find_campaign(request, campaign_id)})
