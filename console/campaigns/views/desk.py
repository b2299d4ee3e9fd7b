"""What the views of the campaign rooms share: finding a campaign somebody may see, and asking what they may do."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from console.accounts.access import DeskRequest, wants_fragment
from console.accounts.scope import Scope
from console.campaigns.board import visible_campaigns
from console.campaigns.page import campaign_context
from engage.models import Campaign


def find_campaign(request: DeskRequest, campaign_id: int) -> Campaign:
    """Another team's campaign does not exist for whoever asks: 404."""
    return get_object_or_404(visible_campaigns(Scope.of(request.user)).select_related("workspace"), id=campaign_id)


def require_permission(request: DeskRequest, permission: str, words: str) -> None:
    """403 with the words for whoever may not; `permission` as `campaigns.pause_campaigns`."""
    if not request.user.has_perm(permission):
        raise PermissionDenied(words)


def answer_refusal(request: DeskRequest, campaign: Campaign, words: str, *, status: int) -> HttpResponse:
    """Why something was not done: a toast for htmx, else the campaign's page with the words on it."""
    if wants_fragment(request):
        return render(request, "campaigns/refused.html", {"refusal": words}, status=status)
    messages.warning(request, words)
    return render(request, "campaigns/campaign.html", campaign_context(campaign.id), status=status)
