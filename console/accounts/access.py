"""What every page of the desk asks first: who is there?"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode, urlsplit

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate, get_reauthentication_flows
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import Resolver404, resolve
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django_htmx.middleware import HtmxDetails

Arguments = ParamSpec("Arguments")
_FOR_PEOPLE = "is_for_people"


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

    # Decorators around this one take it over.
    page.__dict__[_FOR_PEOPLE] = True
    return page


def is_for_people(request: HttpRequest) -> bool:
    """Whether what was asked for is one of the pages and forms that need somebody to be signed in."""
    try:
        return bool(getattr(resolve(request.path_info).func, _FOR_PEOPLE, False))
    except Resolver404:
        return False


def wants_fragment(request: DeskRequest) -> bool:
    """Whether htmx asks for a part of the page it shows; what it restores from history is a whole page."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request


def confirmed_recently(
    view: Callable[Concatenate[DeskRequest, Arguments], HttpResponse],
) -> Callable[Concatenate[DeskRequest, Arguments], HttpResponse]:
    """Only for who gave password or factor in the last minutes.

    What was asked for is not done later by itself: the person comes back, looks, and asks again.
    """

    @wraps(view)
    def page(request: DeskRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        return view(request, *args, **kwargs) if _has_confirmed(request) else _ask_who_it_is(request)

    return page


def confirmed_to_activate(
    view: Callable[Concatenate[DeskRequest, Arguments], HttpResponse],
) -> Callable[Concatenate[DeskRequest, Arguments], HttpResponse]:
    """`confirmed_recently`, where CONSOLE_REAUTHENTICATE_TO_ACTIVATE says so."""
    guarded = confirmed_recently(view)

    @wraps(view)
    def page(request: DeskRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        return (guarded if settings.REAUTHENTICATE_TO_ACTIVATE else view)(request, *args, **kwargs)

    return page


def _has_confirmed(request: DeskRequest) -> bool:
    if get_reauthentication_flows(request.user):
        return did_recently_reauthenticate(request)
    # By single sign-on alone; allauth would never ask again.
    came_in = get_authentication_records(request, request.user)
    return bool(came_in) and time.time() - came_in[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT


def _ask_who_it_is(request: DeskRequest) -> HttpResponse:
    ways = get_adapter().get_reauthentication_methods(request.user)
    if ways:
        return send_to(request, ways[0]["url"])
    # They have neither a password nor a factor here, and come in anew.
    logout(request)
    messages.info(request, "Please sign in again to go on.")
    return send_to(request, resolve_url(settings.LOGIN_URL))


def send_to(request: HttpRequest, address: str) -> HttpResponse:
    """There first, and from there back to this page; htmx is told so, as it would swap a redirect's page into a row."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if not htmx:
        return redirect_to_login(_page_of(request), address)
    came_from = urlsplit(htmx.current_url_abs_path or "/")
    there = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    return HttpResponse(status=401, headers={"HX-Redirect": f"{address}?{urlencode({'next': there})}"})


def _page_of(request: HttpRequest) -> str:
    """Where somebody stood when they asked: an address that only takes forms is none to come back to."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        page = urlsplit(came_from)
        # A form that was refused without scripts is a page at the form's own address.
        if _is_page(page.path):
            return page.path + (f"?{page.query}" if page.query else "")
    parts = request.path.strip("/").split("/")
    above = ("/".join(["", *parts[:length], ""]) for length in range(len(parts), 0, -1))
    return next((path for path in above if _is_page(path)), "/")


def _is_page(path: str) -> bool:
    """Whether there is something to be read; what a view is limited to, only its decorator knows."""
    try:
        view: Any = resolve(path).func
    except Resolver404:
        return False
    while view is not None:
        allowed = inspect.getclosurevars(view).nonlocals.get("request_method_list", ["GET"])
        if "GET" not in allowed:
            return False
        view = getattr(view, "__wrapped__", None)
    return True
