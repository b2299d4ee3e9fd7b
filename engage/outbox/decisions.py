"""What people decide about commands that are on their way, or of which nobody knows whether they arrived.

Every decision is made on the row as it is now; NotPossibleNow when it has moved on since the page was drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from engage.models import Command
from engage.outbox import guards, holding, unseen
from engage.outbox.attempts import authorise, exclude_message, may_have_arrived, next_look
from engage.outbox.campaigns import guards as campaign_guards
from engage.outbox.campaigns import replacing
from engage.outbox.campaigns.asking import EXPIRES_AFTER
from engage.outbox.enqueue import DISPOSITION_EXPIRES_AFTER, reply_expires_at
from engage.outbox.pace import DEFAULT_PACE
from engage.outbox.refusals import NotLookedUp, NotPossibleNow
from engage.outbox.transitions import State, fail, move

_CANCELLABLE = (*Command.WAITING, State.HELD, State.PREFLIGHT)
# A round in hand is not called back; it is the last one.
_GIVEN_UP = (*_CANCELLABLE, State.SENDING, State.ACCEPTED, State.CHECKING)
# A dispatcher may change the row between our look and our move, but not often.
_TRIES = 3


def cancel(*, command: Command, by: User) -> Command:
    """Take it back while it is certain that no byte of this try left."""

    def decide(row: Command) -> bool:
        return fail(row, State.CANCELLED, f"Cancelled by {_name_of(by)}.")

    return _decide(command, _CANCELLABLE, decide)


def send_again(*, command: Command, by: User, seen_through: int | None = None) -> Command:
    """One more try, on the word of a person; raises what asking for it anew would.

    `seen_through`: id of the text heard last of those the person had seen; None: nobody asks whether more came.
    """

    def decide(row: Command) -> bool:
        now = timezone.now()
        with transaction.atomic():
            expires_at = _check_again(row, now)
            seen = _check_seen(row, seen_through)
            if not move(row, State.QUEUED, due_at=now, expires_at=expires_at, attempts_made=0, seen_through=seen):
                return False
            authorise(row, by.pk)
        return True

    return _decide(command, (State.UNCONFIRMED,), decide)


def release(*, command: Command, by: User, seen_through: int | None = None) -> Command:
    """Let go what was held back, on the word of a person; raises NotLookedUp and what asking for it anew would.

    `seen_through`: as for `send_again`.
    """

    def decide(row: Command) -> bool:
        if row.reason in holding.NOT_LOOKED_UP:
            raise NotLookedUp
        now = timezone.now()
        with transaction.atomic():
            # It may have been held for longer than it was good for: from this word on its time begins anew.
            expires_at = _check_again(row, now)
            seen = _check_seen(row, seen_through)
            if not move(row, State.QUEUED, due_at=now, expires_at=expires_at, seen_through=seen):
                return False
            if may_have_arrived(row):
                authorise(row, by.pk)
        return True

    return _decide(command, (State.HELD,), decide)


def mark_sent(*, command: Command, by: User) -> Command:
    """A person knows that it arrived. Should it turn up at the platform after all, it is linked to it then."""

    def decide(row: Command) -> bool:
        is_reply = row.kind == Command.Kind.REPLY
        done = "sent" if row.kind in Command.OF_CONVERSATIONS else "done"
        look_at = _look_at(row) if is_reply else None
        return move(row, State.CONFIRMED, reason=f"Marked as {done} by {_name_of(by)}.", due_at=look_at)

    return _decide(command, (State.UNCONFIRMED,), decide)


def discard(*, command: Command, by: User) -> Command:
    """A person wants no more of it, whether it arrived or not."""
    return _decide(
        command,
        (State.UNCONFIRMED,),
        lambda row: move(row, State.DISCARDED, reason=f"Discarded by {_name_of(by)}."),
    )


def give_up(*, command: Command, by: User) -> Command:
    """Stop repeating a pause; whether one of its rounds arrived is left open."""

    def decide(row: Command) -> bool:
        return row.kind in Command.PAUSES and move(row, State.DISCARDED, reason=f"Given up by {_name_of(by)}.")

    return _decide(command, _GIVEN_UP, decide)


def same_message(*, command: Command, is_same: bool, by: User) -> Command:
    """Answer whether the text found at the platform is this reply."""

    def decide(row: Command) -> bool:
        if is_same:
            return move(row, State.CONFIRMED, reason=f"Recognised by {_name_of(by)}.")
        with transaction.atomic():
            found = row.message
            reason = f"The text at Engage is another one, says {_name_of(by)}."
            if not move(row, State.UNCONFIRMED, reason=reason, due_at=_look_at(row), message_id=None):
                return False
            if found is not None:
                exclude_message(row, found)
        return True

    return _decide(command, (State.PROBABLE,), decide)


def _decide(command: Command, states: Collection[str], decide: Callable[[Command], bool]) -> Command:
    for _ in range(_TRIES):
        row = Command.objects.select_related("conversation__lead", "message", "campaign").get(pk=command.pk)
        if row.state not in states:
            break
        try:
            if decide(row):
                return row
        except IntegrityError:
            # Another reply of this conversation was taken up at the same moment.
            continue
    raise NotPossibleNow


def _check_again(command: Command, now: datetime) -> datetime:
    """The guards of the click once more; returns until when the new try may leave."""
    if command.kind == Command.Kind.DISPOSITION:
        return now + DISPOSITION_EXPIRES_AFTER
    if command.kind == Command.Kind.REPLY and command.conversation is not None:
        guards.check_reply(command.conversation, now)
    if command.campaign is not None:
        replacing.lock(command.campaign.pk)
        if replacing.find_newer(command) is not None:
            raise NotPossibleNow
        campaign_guards.check(command)
        return now + EXPIRES_AFTER[command.kind]
    return reply_expires_at(now)


def _check_seen(command: Command, seen_through: int | None) -> int | None:
    """What the command has seen from now on; raises NewerMessage.

    Who finishes again finishes with all that they have read. The words of a reply are those of its first click: what
    was heard since waits for an answer of its own, even where somebody read it and let the reply go.
    """
    conversation = command.conversation
    if conversation is None or seen_through is None:
        return command.seen_through
    is_reply = command.kind == Command.Kind.REPLY
    message = "" if is_reply else unseen.BEFORE_FINISHING
    seen = unseen.check_now(conversation, seen_through, message=message)
    return command.seen_through if is_reply else max(seen, command.seen_through or 0)


def _look_at(command: Command) -> datetime | None:
    return next_look(command, timezone.now(), DEFAULT_PACE)


def _name_of(person: User) -> str:
    return person.first_name or person.get_username()
