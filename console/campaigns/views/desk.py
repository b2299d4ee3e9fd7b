"""What the views of the campaign rooms share: finding a campaign somebody may see, and asking what they may do."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from console.accounts.access import DeskRequest
from console.accounts.scope import Scope
from console.campaigns.board import visible_campaigns
from engage.models import Campaign


def find_campaign(request: DeskRequest, campaign_id: int) -> Campaign:
    """Another team's campaign does not exist for whoever asks: 404."""
    return get_object_or_404(visible_campaigns(Scope.of(request.user)).select_related("workspace"), id=campaign_id)


def require_permission(request: DeskRequest, permission: str, words: str) -> None:
    """403 with the words for whoever may not; `permission` as `campaigns.pause_campaigns`."""
    if not request.user.has_perm(permission):
        raise PermissionDenied(words)
