"""Renewing the secret in a webhook's address: until the old one ends both are accepted, so that nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from engage.models import Command, Delivery, ListLoad, Workspace
from engage.models.delivery import TOKEN_NAME_LENGTH
from engage.webhooks.tokens import forget_tokens, make_token


class StillAccepted(Exception):
    """The token before this one is accepted still, and there is room for one old one only."""


@dataclass(frozen=True)
class Use:
    """How often a token was used since the renewal, and when last."""

    count: int
    last_at: datetime | None


def renew_token(*, workspace: Workspace, keep_old: timedelta) -> None:
    """Make a new token; the old one is accepted for so long. Raises StillAccepted, also to the second of two."""
    now, old = timezone.now(), workspace.webhook_token_fingerprint
    has_room = Q(old_webhook_token_until=None) | Q(old_webhook_token_until__lte=now)
    rows = Workspace.objects.filter(has_room, pk=workspace.pk, webhook_token_fingerprint=old)
    workspace.webhook_token, workspace.webhook_token_renewed_at = make_token(), now
    # Also when it ends at once: what still comes by it, and what came before, is told by its name.
    workspace.old_webhook_token_fingerprint, workspace.old_webhook_token_until = old, now + keep_old
    changed = (
        "sealed_webhook_token",
        "webhook_token_fingerprint",
        "webhook_token_renewed_at",
        "old_webhook_token_fingerprint",
        "old_webhook_token_until",
    )
    if not rows.update(**{name: getattr(workspace, name) for name in changed}):
        raise StillAccepted
    forget_tokens()


def end_old_token(*, workspace: Workspace) -> bool:
    """Accept it no longer; other processes follow as soon as they forget it. False when there was none."""
    now = timezone.now()
    rows = Workspace.objects.filter(pk=workspace.pk, old_webhook_token_until__gt=now)
    has_ended = bool(rows.update(old_webhook_token_until=now))
    forget_tokens()
    return has_ended


def count_use(workspace: Workspace) -> tuple[Use, Use]:
    """Of the new token and of the old one."""
    return _count(workspace, workspace.webhook_token_fingerprint), _count(
        workspace, workspace.old_webhook_token_fingerprint
    )


def count_loads_by_old(workspace: Workspace) -> int:
    """Lists that were uploaded with the old address, and of which the platform has not said what became of them."""
    asked = ListLoad.objects.filter(campaign__workspace=workspace, result_at=None)
    before = asked.filter(command__attempts__marked_at__lte=workspace.webhook_token_renewed_at)
    return before.exclude(command__state__in=Command.SETTLED).distinct().count()


def _count(workspace: Workspace, token_fingerprint: str) -> Use:
    came = Delivery.objects.filter(workspace=workspace, token_name=token_fingerprint[:TOKEN_NAME_LENGTH])
    since = came.filter(received_at__gte=workspace.webhook_token_renewed_at)
    return Use(since.count(), since.order_by("id").values_list("received_at", flat=True).last())
