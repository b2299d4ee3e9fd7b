"""Who is away for long is signed out: a screen that nobody sits at any more shows no texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from django.http import HttpRequest, HttpResponseBase

from console.accounts.sessions import SessionStore

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def unasked(view: View) -> View:
    """For what a page asks by itself: nobody has to be there for it."""
    view.is_unasked = True  # type: ignore[attr-defined]  # a mark, as Django's own csrf_exempt
    return view


class UseMiddleware:
    """Keeps in mind when each session was used last."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        found = request.resolver_match
        if found and not getattr(found.func, "is_unasked", False):
            cast(SessionStore, request.session).touch()
        return response
