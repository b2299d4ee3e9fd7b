"""Refusals in words: which setting or header is missing, what was seen instead, and a way back."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_NO_CSRF_COOKIE
from django.shortcuts import render, resolve_url

from console import errors
from console.accounts.access import is_for_people, send_to

_LONGEST = 200
_WEBHOOKS = "/hooks/engage/"
# Was led to https a moment ago. No `__Host-` name and not Secure: it has to come back by http as well.
_LED = "led-to-https"
_LED_SECONDS = 10
_BAD_ORIGIN = REASON_BAD_ORIGIN.partition("%")[0]


def host_refused(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """400: for a host that is not ours it says what to set; every other one has a page that cannot fail."""
    if not isinstance(exception, DisallowedHost):
        return errors.bad_request(request, exception)
    words = (
        # Not what was asked for: whoever sends somebody here could put words into the page.
        f"This console does not answer by the name it was asked by. Open {settings.ORIGIN}. If that address is "
        "old, an admin sets CONSOLE_ORIGIN and CONSOLE_ALLOWED_HOSTS to the names people use."
    )
    return _page(request, 400, "Wrong address", words)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form that was not vouched for. Most often the page is old; otherwise a header says why."""
    origin = _seen(request, "HTTP_ORIGIN")
    if reason.startswith(_BAD_ORIGIN) and origin == "null":
        words = (
            "Your browser did not say from which page this form came (Origin: null). A proxy or an extension takes "
            "that away, by Referrer-Policy: no-referrer; the console needs same-origin."
        )
        return _page(request, 403, "The browser hides where it comes from", words)
    if reason.startswith(_BAD_ORIGIN):
        words = (
            f"This page was opened at {origin}, and the console is set to be reached at {settings.ORIGIN}. Open it "
            "there, or an admin sets CONSOLE_ORIGIN to the address people use."
        )
        return _page(request, 403, "Opened at another address", words)
    if reason == REASON_NO_CSRF_COOKIE and not request.user.is_authenticated and is_for_people(request):
        # All cookies are gone, and the session with them. Should the browser take none, the sign-in says so.
        return send_to(request, resolve_url(settings.LOGIN_URL))
    if reason == REASON_NO_CSRF_COOKIE:
        words = "Your browser sent no cookie with this form. Let this site set cookies, reload the page, and try again."
        return _page(request, 403, "This page is too old", words)
    return errors.csrf_failure(request, reason)


class SurroundingsMiddleware:
    """Before the redirect to https, which would go on for ever where a proxy does not say that it spoke https."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if words := self._find_fault(request):
            return _page(request, 400, "The proxy in front is not set up", words)
        response = self.get_response(request)
        # A trusted proxy says how people came; only of one that says nothing can a circle come.
        is_led = not settings.BEHIND_PROXY and response.headers.get("Location", "").startswith("https:")
        if is_led and not request.is_secure():
            response.set_cookie(_LED, "1", max_age=_LED_SECONDS, httponly=True, samesite="Lax")
        if response.status_code == 405 and not response.streaming and not getattr(response, "content", b"x"):
            return self._say_not_allowed(request, response)
        return response

    def _find_fault(self, request: HttpRequest) -> str:
        if not settings.SECURE_SSL_REDIRECT or request.is_secure():
            return ""
        said = _seen(request, "HTTP_X_FORWARDED_PROTO")
        if not settings.BEHIND_PROXY:
            words = f"A proxy says X-Forwarded-Proto: {said}, and is not trusted: CONSOLE_BEHIND_PROXY is not set to 1"
            if said:
                return f"{words}. This console is at {settings.ORIGIN}."
            return self._find_loop(request)
        if said.partition(",")[0].strip() == "http":
            return ""
        seen = f"It says {said!r}." if said else "It says nothing."
        words = f"The proxy has to set X-Forwarded-Proto: https where people come by https. {seen}"
        return f"{words} This console is at {settings.ORIGIN}."

    def _find_loop(self, request: HttpRequest) -> str:
        """Led to https, it comes by http again: somebody in between takes the one and passes on the other."""
        # Browsers say how they fetch only where nobody can listen: by https, and on their own machine.
        is_https_there = "Sec-Fetch-Mode" in request.headers and not _is_this_machine(request)
        if _LED not in request.COOKIES and not is_https_there:
            return ""
        return (
            "Who comes by https arrives here by http: a proxy in between does not say how it was spoken to. It has to "
            "set X-Forwarded-Proto, and then CONSOLE_BEHIND_PROXY has to be set to 1. "
            f"This console is at {settings.ORIGIN}."
        )

    def _say_not_allowed(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        wants_page = "text/html" in request.headers.get("Accept", "") and "HX-Request" not in request.headers
        if not wants_page or request.path_info.startswith(_WEBHOOKS):
            return response
        page = _page(
            request, 405, "This address takes something else", "It is part of a form. Go back and use the form."
        )
        page.headers["Allow"] = response.headers.get("Allow", "")
        return page


def _is_this_machine(request: HttpRequest) -> bool:
    name = urlsplit(f"//{_seen(request, 'HTTP_HOST')}").hostname or ""
    return name in ("localhost", "::1") or name.endswith(".localhost") or name.startswith("127.")


def _page(request: HttpRequest, status: int, headline: str, words: str) -> HttpResponse:
    """Without the desk's bar: who is signed in may be what cannot be told."""
    return render(None, "refusal.html", {"code": status, "headline": headline, "words": words}, status=status)


def _seen(request: HttpRequest, name: str) -> str:
    value = str(request.META.get(name, ""))
    return (value if value.isprintable() else "")[:_LONGEST]
