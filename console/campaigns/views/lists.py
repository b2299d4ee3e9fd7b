"""Lead lists of a campaign: which there are, and bringing a file of new leads."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from console.accounts.access import DeskRequest, signed_in, wants_fragment
from console.campaigns import lists_actions
from console.campaigns.csv_inspection import BadFile
from console.campaigns.lists_page import loads_context
from console.campaigns.lists_receiving import LARGEST_FILE, ListReceiver
from console.campaigns.page import campaign_context
from console.campaigns.views.desk import find_campaign, require_permission
from engage.models import Campaign
from engage.outbox.refusals import NotListed

LOAD = ("campaigns.load_leads", "Only supervisors load leads.")


@require_safe
@signed_in
def lists(request: DeskRequest, campaign_id: int) -> HttpResponse:
    campaign = find_campaign(request, campaign_id)
    if wants_fragment(request):
        return render(request, "campaigns/_loads.html", loads_context(campaign, request.user))
    return _render_page(request, campaign)


# The file must not be read before its receiver is in place, so the token is checked after that.
@csrf_exempt
@require_POST
@signed_in
def list_upload_create(request: DeskRequest, campaign_id: int) -> HttpResponse:
    campaign = find_campaign(request, campaign_id)
    require_permission(request, *LOAD)
    receiver = ListReceiver(campaign)
    request.upload_handlers = [receiver]
    try:
        response: HttpResponse = _receive(request, campaign, receiver)
        return response
    finally:
        receiver.drop()


@csrf_protect
def _receive(request: DeskRequest, campaign: Campaign, receiver: ListReceiver) -> HttpResponse:
    # Reads the request to its end.
    _ = request.FILES
    try:
        source, encoding = receiver.finish()
        try:
            upload = lists_actions.start_upload(
                campaign=campaign, source=source, encoding=encoding, file_name=receiver.name, by=request.user
            )
        except (BadFile, NotListed):
            source.delete()
            raise
    except (BadFile, NotListed) as refusal:
        return _render_page(request, campaign, refusal=str(refusal), status=422)
    return redirect("campaigns:list-upload", campaign.id, upload.id)


def _render_page(request: DeskRequest, campaign: Campaign, *, refusal: str = "", status: int = 200) -> HttpResponse:
    context = (campaign_context(campaign.id) or {}) | loads_context(campaign, request.user)
    context |= {"live_campaign_id": campaign.id, "refusal": refusal, "largest_file": LARGEST_FILE}
    return render(request, "campaigns/lists.html", context, status=status)
