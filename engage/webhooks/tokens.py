"""The secret in a webhook's address is all that vouches for it."""

from __future__ import annotations

import secrets
import time
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from engage.models import Workspace
from engage.models.delivery import TOKEN_NAME_LENGTH
from engage.vault import Secret, fingerprint

# A found token is remembered for a moment, so that a delivery costs one statement: its INSERT.
REMEMBERED_FOR = 20.0
_remembered: dict[str, tuple[float, int]] = {}


def make_token() -> Secret:
    return Secret(secrets.token_urlsafe(32))


def name_of(token: Secret) -> str:
    """What a delivery keeps of the token it came by."""
    return fingerprint(token)[:TOKEN_NAME_LENGTH]


def find_workspace(token: Secret) -> int | None:
    """The id of the workspace whose address this is, or was until not long ago.

    Looked up by a one-way hash: timing tells nothing of a token.
    """
    name = fingerprint(token)
    until, workspace_id = _remembered.get(name, (0.0, 0))
    if until > time.monotonic():
        return workspace_id
    now = timezone.now()
    is_old = Q(old_webhook_token_fingerprint=name, old_webhook_token_until__gt=now)
    known = Workspace.objects.filter(Q(webhook_token_fingerprint=name) | is_old)
    found = known.values_list("id", "webhook_token_fingerprint", "old_webhook_token_until").first()
    if found is None:
        return None
    workspace_id, current, ends_at = found
    lasts = REMEMBERED_FOR if current == name else _seconds_left(ends_at, now)
    _remembered[name] = (time.monotonic() + lasts, workspace_id)
    return workspace_id


def _seconds_left(ends_at: datetime | None, now: datetime) -> float:
    """An old token is not remembered beyond its end."""
    return min(REMEMBERED_FOR, (ends_at - now).total_seconds()) if ends_at else 0.0


def forget_tokens() -> None:
    """Look every token up again, as after a change of one."""
    _remembered.clear()
