"""Who may change whom: nobody hands out, or takes over, what they do not hold themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.auth.models import Permission
from django.db.models import Q

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, Group, User
    from django.db.models import QuerySet


def holds_power(user: User | AnonymousUser) -> bool:
    """Whether they may do more on this console than an agent: change people, reach the admin site, run anything.

    By what they hold, whatever their groups are called. Permissions to view change nothing.
    """
    if user.is_staff or user.is_superuser:
        return True
    return any(not name.partition(".")[2].startswith("view_") for name in user.get_all_permissions())


def may_change(by: User, person: User) -> bool:
    """Whether `by` holds everything that `person` would give them: with the password, the factors, the address."""
    return _covers(by, permissions_of(person), is_of_superuser=person.is_superuser)


def may_change_role(by: User, role: Group) -> bool:
    return _covers(by, _ids(Permission.objects.filter(group=role)), is_of_superuser=False)


def may_hand_out(by: User) -> QuerySet[Permission]:
    everything = Permission.objects.select_related("content_type").order_by("content_type__app_label", "codename")
    return everything if by.is_superuser else everything.filter(pk__in=permissions_of(by))


def permissions_of(person: User) -> set[int]:
    """Ids; of somebody switched off as well, for whoever may change them could switch them on again."""
    return _ids(Permission.objects.filter(Q(user=person) | Q(group__user=person)))


def _covers(by: User, wanted: Iterable[int], *, is_of_superuser: bool) -> bool:
    return by.is_superuser or (not is_of_superuser and permissions_of(by).issuperset(wanted))


def _ids(permissions: QuerySet[Permission]) -> set[int]:
    return set(permissions.values_list("pk", flat=True))
