"""How often the second factor may be given wrongly, counted by where somebody is.

Counted by person alone, anybody who knows a password could keep its owner out. So every place counts for itself: the
session of who confirms, a browser in which that person's second factor was right before, and else the address. All
places of one kind together count slowly by person, which is what stops guesses that are spread over many of them.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from console.accounts.sessions import name_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

THROTTLED: Final = "too_many_login_attempts"

_COOKIE: Final = "__Host-browser-whole" if settings.IS_SECURE else "browser-whole"
_SALT: Final = "browser-whole"
_KNOWN_SECONDS: Final = 90 * 24 * 3600


@contextmanager
def counted_try(request: HttpRequest, person: User) -> Iterator[None]:
    """Counts as a failure unless the block ends without an exception. Raises ValidationError for who has too many."""
    kind, place = _place_of(request, person)
    limits = {
        f"code_failed_by_{kind}": f"{person.pk}:{place}",
        "code_failed_anywhere": f"{person.pk}:{kind}",
    }
    counted = []
    for action, key in limits.items():
        # Counted before it is looked at: of many tries at once only so many get through.
        usage = ratelimit.consume(request, app="allauth.account", action=action, key=key)
        if usage is None:
            raise get_adapter().validation_error(THROTTLED)
        counted.append(usage)
    yield
    for usage in counted:
        usage.rollback()


def remember_browser(request: HttpRequest, response: HttpResponseBase, person: User) -> None:
    """After a whole sign-in: the browser is known from now on, if its second factor was given.

    Not after a password alone: who has stolen that would count as the owner.
    """
    if not any(record["method"] == "mfa" for record in get_authentication_records(request, person)):
        return
    name = _known_browser(request, person) or secrets.token_urlsafe(12)
    response.set_signed_cookie(
        _COOKIE,
        f"{person.pk}:{name}",
        salt=_SALT,
        max_age=_KNOWN_SECONDS,
        secure=settings.IS_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _place_of(request: HttpRequest, person: User) -> tuple[str, str]:
    """What kind of place it is, and which."""
    if request.user.is_authenticated and request.user.pk == person.pk:
        return "session", name_of(request.session.session_key or "")
    if browser := _known_browser(request, person):
        return "browser", browser
    return "address", ratelimit.get_ip(request)


def _known_browser(request: HttpRequest, person: User) -> str:
    """The name that this browser got when this person's second factor was right in it; empty for any other."""
    cookie = request.get_signed_cookie(_COOKIE, "", salt=_SALT, max_age=_KNOWN_SECONDS) or ""
    owner, _, name = cookie.partition(":")
    return name if owner == str(person.pk) else ""
