"""Hold waiting commands back, and let them go: for an operator, or after a backup was restored."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from engage.models import Command
from engage.outbox.transitions import announce


def hold(command_ids: Iterable[int]) -> int:
    """Hold those that still wait; one on its way cannot be held. Returns how many."""
    return _move(command_ids, Command.WAITING, state=Command.State.HELD, due_at=None, reason="Held by an administrator")


def release(command_ids: Iterable[int]) -> int:
    """Let held ones go; the checks before the first byte still apply. Returns how many."""
    return _move(command_ids, (Command.State.HELD,), state=Command.State.QUEUED, due_at=timezone.now(), reason="")


def _move(command_ids: Iterable[int], states: tuple[str, ...], **fields: object) -> int:
    moved = 0
    for command in Command.objects.filter(id__in=list(command_ids), state__in=states).select_related("conversation"):
        with transaction.atomic():
            rows = Command.objects.filter(pk=command.pk, state=command.state)
            if rows.update(state_since=timezone.now(), **fields):
                moved += 1
                announce(command)
    return moved
