"""Whose address a request comes from, where proxies of ours stand in between."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase


class ClientAddressMiddleware:
    """Puts the client's address where everything reads it; the limits and the audit trail judge by it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        address = forwarded_address(request.headers.get("X-Forwarded-For", ""), settings.TRUSTED_PROXIES)
        if address:
            request.META["REMOTE_ADDR"] = address
        return self.get_response(request)


def forwarded_address(header: str, trusted: int) -> str:
    """What the outermost of our proxies wrote, counted from the end: the beginning is whatever the client says."""
    entries = [entry.strip() for entry in header.split(",")]
    if not trusted or len(entries) < trusted:
        return ""
    try:
        return str(ip_address(entries[-trusted].removeprefix("[").removesuffix("]")))
    except ValueError:
        return ""
