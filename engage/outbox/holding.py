"""Hold waiting commands back, and let them go: for an operator, or after a backup was restored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from engage.models import Attempt, Command
from engage.outbox import attempts, dispositions
from engage.outbox.campaigns.asking import EXPIRES_AFTER
from engage.outbox.enqueue import DISPOSITION_EXPIRES_AFTER, reply_expires_at
from engage.outbox.looks import HELD_UNREADABLE
from engage.outbox.transitions import State, announce, move

HELD_BY_ADMIN = "Held by an administrator"
RESTORED = "Held: a backup was restored, and it may have been sent since."
# What may as well be at the platform for all we know: not to be let go in one go.
NOT_LOOKED_UP = (RESTORED, HELD_UNREADABLE)
# Whatever a machine might post by itself; a person decides about the rest anyway.
_POSTED_BY_MACHINES = (*Command.WAITING, State.PREFLIGHT, State.SENDING, State.CHECKING)


def hold(command_ids: Iterable[int]) -> int:
    """Hold those that still wait; one on its way cannot be held. Returns how many."""
    return _move(command_ids, Command.WAITING, HELD_BY_ADMIN, None)


def release(command_ids: Iterable[int]) -> int:
    """Let held ones go, with the time to live of new ones; the checks before the first byte still apply.

    What a look has found at the platform meanwhile is not held any more. Returns how many.
    """
    return _move(command_ids, (State.HELD,), "", timezone.now())


def hold_waiting() -> int:
    """Hold everything that waits, for an operator who wants quiet. Returns how many."""
    return hold(Command.objects.filter(state__in=Command.WAITING).values_list("id", flat=True))


def hold_restored() -> int:
    """Hold everything that a machine would go on with, in a database that has forgotten what was sent since.

    Each is given a try that nobody remembers: looks then find what was sent, and nothing is repeated unseen. No
    worker may be running. Returns how many.
    """
    now = timezone.now()
    count = 0
    rows = Command.objects.select_related("conversation__lead", "campaign")
    for command_id in list(_restorable().order_by("id").values_list("id", flat=True)):
        command = rows.get(pk=command_id)
        with transaction.atomic():
            _remember_lost_try(command, now)
            count += move(command, State.HELD, due_at=now, reason=RESTORED)
    return count


def _restorable() -> QuerySet[Command]:
    repeated = Command.objects.filter(kind__in=Command.PAUSES, state=State.ACCEPTED)
    return Command.objects.filter(state__in=_POSTED_BY_MACHINES) | repeated


def _remember_lost_try(command: Command, now: datetime) -> None:
    command.attempts.filter(outcome=Attempt.Outcome.OPEN).update(
        outcome=Attempt.Outcome.UNKNOWN, ended_at=now, reason=RESTORED
    )
    if attempts.may_have_arrived(command):
        return
    baseline: dict[str, object] = {}
    if command.conversation is not None:
        is_reply = command.kind == Command.Kind.REPLY
        baseline = (attempts.thread_baseline if is_reply else dispositions.baseline)(command.conversation)
    Attempt.objects.create(
        command=command,
        number=command.attempts.count() + 1,
        baseline=baseline,
        # Replies leave at once, so that is when it was posted, if it was.
        marked_at=command.created_at,
        ended_at=command.created_at,
        outcome=Attempt.Outcome.UNKNOWN,
        reason=RESTORED,
    )


def _move(command_ids: Iterable[int], states: tuple[str, ...], reason: str, due_at: datetime | None) -> int:
    moved = 0
    to = State.HELD if due_at is None else State.QUEUED
    for command in Command.objects.filter(id__in=list(command_ids), state__in=states).select_related("conversation"):
        fields: dict[str, object] = {"state": to, "reason": reason, "due_at": due_at, "state_since": timezone.now()}
        if due_at is not None:
            fields |= {"expires_at": _expires_at(command, due_at), "attempts_made": 0}
        with transaction.atomic():
            rows = Command.objects.filter(pk=command.pk, state=command.state)
            if rows.update(**fields):
                moved += 1
                announce(command)
    return moved


def _expires_at(command: Command, now: datetime) -> datetime:
    match command.kind:
        case Command.Kind.REPLY:
            return reply_expires_at(now)
        case Command.Kind.DISPOSITION:
            return now + DISPOSITION_EXPIRES_AFTER
        case kind:
            return now + EXPIRES_AFTER[Command.Kind(kind)]
