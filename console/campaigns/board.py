"""The campaign board: which campaigns, in which order, with what they need from people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.models import Campaign

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from console.accounts.scope import Scope


def visible_campaigns(scope: Scope) -> QuerySet[Campaign]:
    """Every campaign of every workspace that this scope reaches."""
    campaigns = Campaign.objects.all()
    return campaigns if scope.campaign_ids is None else campaigns.filter(id__in=scope.campaign_ids)
