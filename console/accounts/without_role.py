"""Whoever signed in and has no role is told so, on every page of the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from console.accounts.roles import has_role

# Webhooks, what adds a factor or leaves, and the admin site, which goes by permissions of its own.
_FREE = ("webhooks:", "accounts:", "account_", "mfa_", "socialaccount_", "openid_connect_", "admin:")
_FREE_PATHS = ("/favicon.ico", "/admin/")


class RoleMiddleware:
    """Refuses before any view is asked: a page that is added later cannot forget it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name.startswith(_FREE) or request.path.startswith(_FREE_PATHS):
            return None
        person = request.user
        if not person.is_authenticated or has_role(person):
            return None
        # Drawn as for a stranger: bar and rail belong to the desk.
        context = {"user": AnonymousUser(), "person": person}
        return render(request, "accounts/no_role.html", context, status=403)
