"""What every page of the desk asks first: who is there?"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import patch_cache_control, patch_vary_headers

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django_htmx.middleware import HtmxDetails

Arguments = ParamSpec("Arguments")


class DeskRequest(HttpRequest):
    """A request as views behind `signed_in` get it: somebody is there, and htmx has been read."""

    user: User
    htmx: HtmxDetails


def signed_in(
    view: Callable[Concatenate[DeskRequest, Arguments], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponse]:
    """Only for people who signed in, kept in no cache unless it says so, and different for a page and its fragment."""

    @wraps(view)
    def page(request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        desk_request = cast(DeskRequest, request)
        if request.user.is_authenticated:
            response = view(desk_request, *args, **kwargs)
        else:
            response = send_to(desk_request, resolve_url(settings.LOGIN_URL))
        if "Cache-Control" not in response:
            patch_cache_control(response, no_store=True, private=True)
        patch_vary_headers(response, ["HX-Request"])
        return response

    return page


def wants_fragment(request: DeskRequest) -> bool:
    """Whether htmx asks for a part of the page it shows; what it restores from history is a whole page."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request


def confirmed_recently(
    view: Callable[Concatenate[DeskRequest, Arguments], HttpResponse],
) -> Callable[Concatenate[DeskRequest, Arguments], HttpResponse]:
    """Where CONSOLE_REAUTHENTICATE_TO_ACTIVATE says so: only for who gave password or factor in the last minutes.

    What was asked for is not done later by itself: the person comes back, looks, and asks again.
    """

    @wraps(view)
    def page(request: DeskRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        if settings.REAUTHENTICATE_TO_ACTIVATE and not did_recently_reauthenticate(request):
            return send_to(request, get_adapter().get_reauthentication_methods(request.user)[0]["url"])
        return view(request, *args, **kwargs)

    return page


def send_to(request: HttpRequest, address: str) -> HttpResponse:
    """There first, and from there back to this page; htmx is told so, as it would swap a redirect's page into a row."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if not htmx:
        return redirect_to_login(request.get_full_path(), address)
    came_from = urlsplit(htmx.current_url_abs_path or "/")
    there = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    return HttpResponse(status=401, headers={"HX-Redirect": f"{address}?{urlencode({'next': there})}"})
