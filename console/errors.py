"""Pages for what went wrong. They never fail themselves: what cannot be drawn in full is said in fewer words."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "403.html", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, "500.html", 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    response = _page(request, "403_csrf.html", 403)
    # For the page's own script: inside of a pane it is not what somebody may do that is missing.
    response.headers["Refusal"] = "old-page"
    return response


def _page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """With the desk's bar for who is signed in, if the request and the database allow it; as for a stranger if not."""
    if status < 500:
        try:
            return render(request, template, status=status)
        except Exception as error:
            # A request may be so broken that even asking whose it is fails, and what failed once fails here again.
            logger.warning("the page %s was drawn without its bar: %s", template, type(error).__name__)
    try:
        return HttpResponse(loader.get_template(template).render({}), status=status)
    except Exception as error:
        logger.error("the page %s could not be drawn: %s", template, type(error).__name__)
    return HttpResponse("This did not work. Go back and try again.\n", content_type="text/plain", status=status)
