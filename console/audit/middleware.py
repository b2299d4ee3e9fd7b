"""Tells the audit trail where a request came from, and gives each request a name that the logs carry too."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from console.audit.trail import Origin, origin
from engage.request_id import carrying


class OriginMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        here = Origin(address=request.META.get("REMOTE_ADDR") or None, request_id=uuid.uuid4().hex[:16])
        token = origin.set(here)
        try:
            with carrying(here.request_id):
                response = self.get_response(request)
        finally:
            origin.reset(token)
        response.headers["X-Request-Id"] = here.request_id
        return response
