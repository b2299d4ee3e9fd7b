"""What people decide about commands: in the thread, and on the page of what needs a decision."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

from console.audit import trail
from console.inbox.models import Acknowledgement
from engage.models import Command
from engage.outbox import decisions
from engage.outbox.refusals import NotPossibleNow
from engage.outbox.transitions import announce

if TYPE_CHECKING:
    from django.contrib.auth.models import User

RELEASE: Final = "release"
LEAVE: Final = "leave"

RELEASE_HELD: Final = "inbox.release_held"
RUN: Final = "campaigns.run_campaigns"

# What sends something goes by what whoever decides has read.
_ASKS_WHAT_WAS_SEEN: Final = ("send_again", RELEASE)

# decision → what does it, and what the audit trail calls it
_DECISIONS: Final[dict[str, tuple[Callable[..., Command], str]]] = {
    "cancel": (decisions.cancel, "cancelled {}"),
    "send_again": (decisions.send_again, "sent {} again"),
    "mark_sent": (decisions.mark_sent, "marked {} as sent"),
    "discard": (decisions.discard, "discarded {}"),
    "same": (partial(decisions.same_message, is_same=True), "recognised {}"),
    "different": (partial(decisions.same_message, is_same=False), "did not recognise {}"),
    RELEASE: (decisions.release, "released {}"),
}
_FAILURES: Final = (Command.State.REJECTED, Command.State.EXPIRED)


def check_may_decide(person: User, command: Command, decision: str) -> None:
    """Raises PermissionDenied. Whoever sees a reply may decide about it, but for two things."""
    if decision == RELEASE and not person.has_perm(RELEASE_HELD):
        raise PermissionDenied("Only a supervisor releases what is held back.")
    if command.conversation_id is None and not sees_campaigns(person):
        raise PermissionDenied("Only supervisors decide about campaigns.")


def sees_campaigns(person: User) -> bool:
    """Whether what was asked of campaigns is theirs to decide, too."""
    return person.has_perm(RUN)


def decide(*, command: Command, decision: str, by: User, seen_through: int | None = None) -> Command:
    """The command as it is then. Raises NotPossibleNow when it has moved on, and what asking for it anew would.

    `seen_through`: id of the text heard last of those on the page; None: nobody asks whether more came.
    """
    if decision == LEAVE:
        return _leave(command, by)
    act, words = _DECISIONS[decision]
    with transaction.atomic():
        seen = {"seen_through": seen_through} if decision in _ASKS_WHAT_WAS_SEEN else {}
        decided = act(command=command, by=by, **seen)
        _record(command, words, by, after=decided.state)
    return decided


def _leave(command: Command, by: User) -> Command:
    """It failed, somebody knows, and it is left at that."""
    with transaction.atomic():
        if command.state not in _FAILURES:
            raise NotPossibleNow
        _, is_new = Acknowledgement.objects.get_or_create(command=command, defaults={"by": by})
        if is_new:
            _record(command, "put aside {}", by, after=command.state)
            announce(command)
    return command


def _record(command: Command, words: str, by: User, *, after: str) -> None:
    conversation = command.conversation
    trail.record(
        by=by,
        action=words.format(command.get_kind_display().lower()),
        subject=str(conversation or command.list_name or command.campaign),
        campaign=conversation.campaign if conversation else command.campaign,
        conversation=conversation,
        before={"command": command.pk, "state": command.state},
        after={"state": after},
    )
