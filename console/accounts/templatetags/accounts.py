from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from console.accounts import people, roles

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

register = template.Library()


@register.filter
def role(user: User | AnonymousUser) -> str:
    return roles.role_of(user)


@register.filter
def lacking(user: User | AnonymousUser) -> str:
    return "-".join(roles.lacking(user))


@register.filter
def name_of(person: User | None) -> str:
    return people.name_of(person)
