"""How the controls read and answer: a form is led back to its page, a program gets JSON."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def done(request: HttpRequest, answer: Any, status: int = 200) -> HttpResponse:
    if "text/html" not in request.headers.get("Accept", ""):
        return JsonResponse(answer, safe=False, status=status)
    back = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    response = HttpResponseRedirect(back if is_ours else reverse("index"))
    response.status_code = 303
    return response


def is_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json"


def json_of(request: HttpRequest) -> Any:
    return json.loads(request.body or b"{}")


def fields_of(request: HttpRequest) -> dict[str, Any]:
    """The fields of a form or a JSON object; a body that is neither has none."""
    if not is_json(request):
        return dict(request.POST.items())
    try:
        body = json_of(request)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
