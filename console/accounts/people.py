"""The people of the desk, as names and as those who may work a campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db.models import ManyToOneRel, Q

_WAYS_IN = ("account", "accounts", "auth", "mfa", "socialaccount")

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet


def name_of(person: User | None) -> str:
    """How colleagues call them; somebody whose account is gone still did what they did."""
    if person is None:
        return "Somebody who left"
    return person.first_name or person.username


def who_may_work(campaign_id: int, sought: str = "") -> QuerySet[User]:
    """Active people with a role whom teams do not keep from this campaign, by name; all words of `sought` are in it."""
    in_a_role = get_user_model().groups.through.objects.values("user_id")
    people = get_user_model().objects.filter(Q(is_superuser=True) | Q(id__in=in_a_role), is_active=True)
    for word in sought.split():
        is_called_so = Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(username__icontains=word)
        people = people.filter(is_called_so)
    in_reach = people.filter(Q(teams__isnull=True) | Q(teams__campaigns=campaign_id))
    return people.filter(id__in=in_reach.values("id")).order_by("first_name", "username")


def has_history(person: User) -> bool:
    """Whether anything that was done here names them. Their ways of signing in, roles and teams are no history."""
    return any(_names(relation, person) for relation in person._meta.get_fields(include_hidden=True))


def _names(relation: object, person: User) -> bool:
    if not isinstance(relation, ManyToOneRel) or not isinstance(relation.related_model, type):
        return False
    meta = relation.related_model._meta
    if meta.auto_created or meta.app_label in _WAYS_IN:
        return False
    return bool(relation.related_model._base_manager.filter(**{relation.field.name: person}).exists())
