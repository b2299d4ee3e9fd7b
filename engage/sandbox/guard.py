"""Who may open the sandbox's own pages, and what those pages may load."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

from engage.sandbox.views.errors import refuse

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)


class PageGuard:
    """Controls need no key, so they answer this machine alone, and no foreign page may post to them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/sandbox/") and not _is_from_here(request):
            return refuse(403, "The sandbox's controls answer this machine only")
        response = self._get_response(request)
        response["Cache-Control"] = "no-store"
        if response["Content-Type"].startswith("text/html"):
            response["Content-Security-Policy"] = POLICY
        return response


def _is_from_here(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin")
    return (
        ip_address(request.META["REMOTE_ADDR"]).is_loopback
        # Behind a proxy every caller looks local.
        and "X-Forwarded-For" not in request.headers
        and (origin is None or urlsplit(origin).netloc == request.get_host())
    )
