"""Whose address a request comes from, where proxies of ours stand in between."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

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
    entries = header.split(",")
    if not trusted or len(entries) < trusted:
        return ""
    return _read_address(entries[-trusted])


def _read_address(entry: str) -> str:
    """One spelling for each client, since limits count by it; nothing when it is no address.

    Some proxies write the client's port as well, and version 6 in brackets: `203.0.113.9:4711`, `[2001:db8::1]:4711`.
    """
    entry = entry.strip(' \t"')
    if entry.startswith("["):
        address, _, port = entry[1:].partition("]")
    elif entry.count(":") == 1:
        address, _, port = entry.partition(":")
        port = f":{port}"
    else:
        address, port = entry, ""
    if port and not (port[0] == ":" and port[1:].isascii() and port[1:].isdigit()):
        return ""
    try:
        found = ip_address(address.strip())
    except ValueError:
        return ""
    return str(found.ipv4_mapped or IPv6Address(int(found))) if isinstance(found, IPv6Address) else str(found)
