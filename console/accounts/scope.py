"""Which campaigns a person may see, as a value that can be compared: pages with equal scopes share one rendering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.accounts.models import Team
from console.accounts.roles import membership_of

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
        if not user.is_authenticated or not user.is_active:
            return cls(frozenset())
        is_given = user.is_superuser or bool(user.get_group_permissions())
        if is_given and user.has_perm("accounts.see_every_campaign"):
            return cls(None)
        membership = membership_of(user)
        if not membership.has_group and not user.is_superuser:
            return cls(frozenset())
        if not membership.has_team:
            return cls(None)
        # A team without campaigns is a row without one.
        campaigns = Team.objects.filter(members=user.pk).values_list("campaigns", flat=True)
        return cls(frozenset(campaigns) - {None})
