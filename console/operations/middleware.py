"""What machines ask, answered before anything that is meant for people; and how long webhooks took."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from console.operations import metrics, probes

_ANSWERS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": probes.alive,
    "/readyz": probes.ready,
    "/readyz/web": probes.ready_web,
    "/metrics": metrics.scrape,
}
_WEBHOOKS = "/hooks/engage/"


class ProbeMiddleware:
    """First of all: who probes a process by its bare address knows no host name of ours, and speaks plain http."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = _ANSWERS.get(request.path_info)
        if answer is None:
            return self.get_response(request)
        response = answer(request) if request.method in ("GET", "HEAD") else HttpResponse(status=405)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


class WebhookTimeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(_WEBHOOKS):
            return self.get_response(request)
        began = time.perf_counter()
        response = self.get_response(request)
        metrics.WEBHOOK_SECONDS.labels(str(response.status_code)).observe(time.perf_counter() - began)
        return response
