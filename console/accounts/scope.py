"""Which campaigns a person may see, as a value that can be compared: pages with equal scopes share one rendering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.accounts.models import Team

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


@dataclass(frozen=True)
class Scope:
    """`campaign_ids` is None when every campaign is visible."""

    campaign_ids: frozenset[int] | None

    @classmethod
    def of(cls, user: User | AnonymousUser) -> Scope:
        """Supervisors and admins see all; a member of teams sees the teams' campaigns; others see all."""
        if not user.is_authenticated or not user.is_active:
            return cls(frozenset())
        if user.has_perm("accounts.see_every_campaign"):
            return cls(None)
        teams = Team.objects.filter(members=user)
        if not teams.exists():
            return cls(None)
        return cls(frozenset(teams.values_list("campaigns", flat=True)) - {None})
