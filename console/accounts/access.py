"""What every page of the desk asks first: who is there?"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast
from urllib.parse import urlencode, urlsplit

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
            response = _ask_to_sign_in(desk_request)
        if "Cache-Control" not in response:
            patch_cache_control(response, no_store=True, private=True)
        patch_vary_headers(response, ["HX-Request"])
        return response

    return page


def wants_fragment(request: DeskRequest) -> bool:
    """Whether htmx asks for a part of the page it shows; what it restores from history is a whole page."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request


def _ask_to_sign_in(request: DeskRequest) -> HttpResponse:
    if not request.htmx:
        return redirect_to_login(request.get_full_path())
    # A redirect would be followed out of sight, and the sign-in page swapped into a row.
    came_from = urlsplit(request.htmx.current_url_abs_path or "/")
    there = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': there})}"
    return HttpResponse(status=401, headers={"HX-Redirect": address})
