"""The one way in which a command changes its state: if it still stands where we saw it, announced with the change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from engage.crash_points import crash_point
from engage.mirror import summary
from engage.models import Change, Command, Conversation
from engage.outbox.attempts import may_have_arrived, posted_at
from engage.outbox.pace import DEFAULT_PACE, Pace

State = Command.State

EXPIRED = "Engage could not be reached in time."
# Ends the reason of what was refused for now.
STILL_TRYING = "; still trying."


def move(
    command: Command, to: Command.State, *, due_at: datetime | None = None, reason: str = "", **values: Any
) -> bool:
    """Change the state; false, and nothing done, when somebody else changed the row since it was loaded.

    The fence rises with every move, so whoever holds an older one has lost the command. `values`: further columns.
    IntegrityError leaves here untouched: one reply in flight per conversation, one command per message.
    """
    values |= {"state": to, "state_since": timezone.now(), "due_at": due_at, "reason": reason[:300]}
    values["fence"] = command.fence + 1
    values.setdefault("lease_until", None)
    was = Command.State(command.state)
    is_otherwise_answered = command.kind == Command.Kind.REPLY and (
        (was in Command.FAILED) != (to in Command.FAILED) or "message_id" in values
    )
    # Without a savepoint: what fails here, fails for whoever began the transaction.
    with transaction.atomic(savepoint=False):
        if is_otherwise_answered and command.conversation_id is not None:
            # In the order in which everybody locks: the conversation, then its commands.
            lock(command.conversation_id)
        row = Command.objects.filter(pk=command.pk, state=was, fence=command.fence)
        if not row.update(**values):
            return False
        is_news = was.label != to.label or command.reason != values["reason"] or "message_id" in values
        if is_otherwise_answered and command.conversation_id is not None:
            # One that failed gives the wait back to the lead; a text that is known for ours answers what was seen.
            summary.refresh([command.conversation_id])
        if is_news:
            announce(command)
        # The only way in which a state changes: nobody has seen this one yet.
        crash_point(f"move.before_{to}_commits")
    for name, value in values.items():
        setattr(command, name, value)
    return True


def announce(command: Command) -> None:
    if command.conversation_id is not None and command.conversation is not None:
        Change.record_conversations([(command.conversation_id, command.conversation.campaign_id)])
    elif command.campaign_id is not None:
        Change.record_campaigns([command.campaign_id])


def lock(conversation_id: int) -> None:
    """Until the end of the transaction others wait here. A no-op update is the row lock that both databases have."""
    Conversation.objects.filter(pk=conversation_id).update(heard_through=F("heard_through"))


def fail(command: Command, to: Command.State, reason: str, *, pace: Pace = DEFAULT_PACE) -> bool:
    """Give up on a command. Where an earlier try may have arrived, "not sent" would be a lie: a person decides."""
    tries = may_have_arrived(command)
    if tries:
        look_at = pace.next_look(posted_at(tries[-1]), timezone.now())
        return move(command, State.UNCONFIRMED, due_at=look_at, reason=f"{reason} The try before may have arrived.")
    return move(command, to, reason=reason)


def expire(command: Command, *, pace: Pace = DEFAULT_PACE) -> bool:
    """Its time is over; what it waited for is what people read."""
    reason = command.reason
    if reason.endswith(STILL_TRYING):
        reason = f"{reason.removesuffix(STILL_TRYING)}."
    return fail(command, State.EXPIRED, reason or EXPIRED, pace=pace)
