"""Every URL of the console, and who may do what there. A new one without a line here fails the sweep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from django.urls import URLPattern, URLResolver, get_resolver

READ = ("GET",)
WRITE = ("POST",)
BOTH = ("GET", "POST")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Door(Enum):
    """What meets somebody who is not signed in."""

    SIGN_IN = "is led to the sign-in"
    STREAM = "is told 401: what opened it cannot show a page"
    OPEN = "may come in: that is what it is for"
    SECRET = "needs the token in the address and nothing else"


@dataclass(frozen=True)
class Line:
    methods: tuple[str, ...]
    door: Door = Door.SIGN_IN
    # The least of agent, supervisor and admin who may.
    role: str = "Agent"
    # Somebody else's view, whose way with methods is its own.
    is_foreign: bool = False
    # Of one person alone: for all others it does not exist.
    is_personal: bool = False


_SUPERVISORS = "Supervisor"

LINES = {
    "inbox:queue": Line(READ),
    "inbox:conversation": Line(READ),
    "inbox:message-list": Line(READ),
    "inbox:conversation-whole": Line(READ),
    "inbox:disposition-list": Line(READ),
    "inbox:colleague-list": Line(READ, role=_SUPERVISORS),
    "inbox:reply-send": Line(WRITE),
    "inbox:reply-decide": Line(WRITE),
    "inbox:disposition-choose": Line(WRITE),
    "inbox:no-opt-out": Line(WRITE),
    "inbox:stop": Line(WRITE),
    "inbox:lift": Line(WRITE, role=_SUPERVISORS),
    "inbox:opt-out-list": Line(READ, role=_SUPERVISORS),
    "inbox:opt-outs-lift": Line(WRITE, role=_SUPERVISORS),
    "inbox:widget": Line(BOTH, role=_SUPERVISORS),
    "inbox:widget-in-use": Line(WRITE, role=_SUPERVISORS),
    "inbox:decision-list": Line(READ),
    "inbox:untold-file": Line(READ),
    "inbox:telling-answer": Line(WRITE),
    "inbox:decision-make": Line(WRITE),
    "inbox:conversation-claim": Line(WRITE),
    "inbox:conversation-release": Line(WRITE),
    "inbox:conversation-assign": Line(WRITE, role=_SUPERVISORS),
    "accounts:sign-in": Line(BOTH, Door.OPEN, is_foreign=True),
    "accounts:sign-out": Line(WRITE, Door.OPEN, is_foreign=True),
    "accounts:password": Line(BOTH, is_foreign=True),
    "accounts:password-changed": Line(READ),
    "accounts:person-css": Line(READ, is_personal=True),
    "accounts:session-end-others": Line(WRITE),
    "account_login": Line(BOTH, Door.OPEN, is_foreign=True),
    "mfa_authenticate": Line(BOTH, Door.OPEN, is_foreign=True),
    "mfa_login_webauthn": Line(BOTH, Door.OPEN, is_foreign=True),
    "openid_connect_login": Line(READ, Door.OPEN),
    "openid_connect_callback": Line(READ, Door.OPEN),
    "socialaccount_login_cancelled": Line(READ, Door.OPEN),
    "account_reauthenticate": Line(BOTH),
    "mfa_reauthenticate": Line(BOTH),
    "mfa_reauthenticate_webauthn": Line(BOTH),
    "mfa_index": Line(READ),
    "mfa_list_webauthn": Line(READ),
    "mfa_activate_totp": Line(BOTH),
    "mfa_deactivate_totp": Line(BOTH),
    "mfa_view_recovery_codes": Line(READ),
    "mfa_generate_recovery_codes": Line(BOTH),
    "mfa_add_webauthn": Line(BOTH),
    "mfa_edit_webauthn": Line(BOTH, is_personal=True),
    "mfa_remove_webauthn": Line(BOTH, is_personal=True),
    "campaigns:board": Line(READ),
    "campaigns:campaign": Line(READ),
    "campaigns:campaign-activate": Line(BOTH, role=_SUPERVISORS),
    "campaigns:campaign-pause": Line(BOTH, role=_SUPERVISORS),
    "campaigns:list-activate": Line(BOTH, role=_SUPERVISORS),
    "campaigns:list-pause": Line(BOTH, role=_SUPERVISORS),
    "campaigns:campaign-approval": Line(BOTH, role=_SUPERVISORS),
    "campaigns:command-decide": Line(WRITE, role=_SUPERVISORS),
    "campaigns:templates": Line(READ),
    "campaigns:template-check": Line(WRITE),
    "campaigns:versions": Line(READ),
    "campaigns:change-request-propose": Line(WRITE),
    "campaigns:lists": Line(READ),
    "campaigns:list-upload-create": Line(WRITE, role=_SUPERVISORS),
    "campaigns:list-upload": Line(READ, role=_SUPERVISORS),
    "campaigns:list-upload-read": Line(WRITE, role=_SUPERVISORS),
    "campaigns:list-upload-map": Line(WRITE, role=_SUPERVISORS),
    "campaigns:list-upload-check": Line(WRITE, role=_SUPERVISORS),
    "campaigns:list-upload-load": Line(WRITE, role=_SUPERVISORS),
    "campaigns:list-upload-decide": Line(WRITE, role=_SUPERVISORS),
    "campaigns:list-upload-discard": Line(WRITE, role=_SUPERVISORS),
    "campaigns:list-upload-left-out": Line(READ, role=_SUPERVISORS),
    "campaigns:lead-load": Line(BOTH, role=_SUPERVISORS),
    "campaigns:lead-answer": Line(READ, role=_SUPERVISORS),
    "campaigns:lead-decide": Line(WRITE, role=_SUPERVISORS),
    "campaigns:approvals": Line(READ),
    "campaigns:change-request": Line(READ),
    "campaigns:change-request-decide": Line(WRITE, role=_SUPERVISORS),
    "campaigns:change-request-withdraw": Line(WRITE),
    "operations:connection": Line(READ, role=_SUPERVISORS),
    "operations:connection-now": Line(READ, role=_SUPERVISORS),
    "operations:replay-make": Line(WRITE, role="Admin"),
    "live:stream": Line(READ, Door.STREAM),
    "live:poll": Line(READ, Door.STREAM),
    "webhooks:receive": Line(WRITE, Door.SECRET),
    "webhooks:receive-load": Line(WRITE, Door.SECRET),
    "favicon.ico": Line(READ, Door.OPEN, is_foreign=True),
}


def every_url() -> dict[str, str]:
    """Name → pattern of all that the console answers, but for the admin site, which has a sweep of its own."""
    return {name: pattern for name, pattern in _walk(get_resolver().url_patterns) if not pattern.startswith("admin/")}


def admin_urls() -> dict[str, str]:
    return {pattern: name for name, pattern in _walk(get_resolver().url_patterns) if pattern.startswith("admin/")}


def _walk(patterns: list[URLPattern | URLResolver], prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    for entry in patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(
                entry.url_patterns, path, f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            )
        else:
            # What has no name is known by its address.
            yield (f"{namespace}{entry.name}" if entry.name else path), path
