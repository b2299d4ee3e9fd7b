"""The secret in a webhook's address is all that vouches for it."""

from __future__ import annotations

import secrets
import time

from engage.models import Workspace
from engage.vault import Secret, fingerprint

# A found token is remembered for a moment, so that a delivery costs one statement: its INSERT.
_REMEMBERED_FOR = 20.0
_remembered: dict[str, tuple[float, int]] = {}


def make_token() -> Secret:
    return Secret(secrets.token_urlsafe(32))


def find_workspace(token: Secret) -> int | None:
    """The id of the workspace whose address this is. Looked up by a one-way hash: timing tells nothing of a token."""
    name = fingerprint(token)
    until, workspace_id = _remembered.get(name, (0.0, 0))
    if until > time.monotonic():
        return workspace_id
    found = Workspace.objects.filter(webhook_token_fingerprint=name).values_list("id", flat=True).first()
    if found is not None:
        _remembered[name] = (time.monotonic() + _REMEMBERED_FOR, found)
    return found


def forget_tokens() -> None:
    """Look every token up again, as after a change of one."""
    _remembered.clear()
