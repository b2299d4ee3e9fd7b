"""Which campaigns a person may see, as a value that can be compared: pages with equal scopes share one rendering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.accounts.models import Team
from console.accounts.roles import has_role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


@dataclass(frozen=True)
class Scope:
    """`campaign_ids` is None when every campaign is visible."""

    campaign_ids: frozenset[int] | None

    @classmethod
    def of(cls, user: User | AnonymousUser) -> Scope:
        """Supervisors and admins see all; a member of teams sees the teams' campaigns; other agents see all.

        Who has no role sees none.
        """
        if not has_role(user):
            return cls(frozenset())
        if user.has_perm("accounts.see_every_campaign"):
            return cls(None)
        # A team without campaigns is a row without one.
        campaigns = set(Team.objects.filter(members=user.pk).values_list("campaigns", flat=True))
        return cls(frozenset(campaigns - {None}) if campaigns else None)
