"""A disposition is a value that is set, not a text that is sent: seen, it is done; not seen, it may be repeated."""

from __future__ import annotations

from django.utils import timezone

from engage.mirror.untold import is_known_there, locks_beside
from engage.models import Attempt, Command, Conversation, Telling
from engage.models.disposition_names import kept_name
from engage.outbox.attempts import may_have_arrived, posted_at
from engage.outbox.pace import Pace
from engage.outbox.refusals import Refused, UnknownDisposition
from engage.outbox.transitions import State, move

# Complete looks that do not show it before a machine sets it once more, and how often it is set at most.
_LOOKS_BEFORE_REPEATING = 2
_MOST_POSTS = 3
# A newer choice in one of these states never left, or is not wanted any more.
_VOID = (State.REJECTED, State.CANCELLED, State.EXPIRED, State.DISCARDED)


def replaced_by(name: str) -> str:
    # A reason has an end; so must a name that stands in it.
    return f"Replaced by “{name[:200]}”."


def replace(command: Command, name: str) -> bool:
    """Another one is wanted instead. "Not sent" is said only of what certainly was not."""
    to = State.DISCARDED if may_have_arrived(command) else State.CANCELLED
    return move(command, to, reason=replaced_by(name))


def check(command: Command, conversation: Conversation) -> None:
    """What must hold right before the first byte; raises Refused."""
    if newer := _find_newer(command):
        raise Refused(replaced_by(newer.text))
    if conversation.find_disposition(command.text) is None:
        raise UnknownDisposition(command.text)
    check_still_wanted(command)


def check_still_wanted(command: Command) -> None:
    """Where the console chose it to tell of an opt-out: not when that is over, or the platform knows by now."""
    telling = Telling.objects.filter(command=command).select_related("consent").first()
    if telling is None:
        return
    locks = locks_beside(telling.consent)
    if telling.consent_id not in {row.pk for row in locks}:
        raise Refused("The number may be texted again.")
    if is_known_there(locks):
        raise Refused("Engage knows already.")


def baseline(conversation: Conversation) -> dict[str, object]:
    chosen_at = conversation.disposition_at
    return {"disposition": conversation.disposition, "chosen_at": chosen_at.isoformat() if chosen_at else ""}


def settle(command: Command, conversation: Conversation, pace: Pace) -> bool:
    """After a complete GET: done, to be repeated, or overtaken by somebody else; false: nothing to say yet."""
    tries = may_have_arrived(command)
    if not tries:
        return False
    if newer := _find_newer(command):
        return replace(command, newer.text)
    before, now_there = tries[0].baseline, baseline(conversation)
    is_unchanged = all(before.get(name) == value for name, value in now_there.items())
    # An unchanged value that is the wished one proves nothing, unless the platform took our POST.
    if now_there["disposition"] == kept_name(command.text) and (not is_unchanged or command.state == State.ACCEPTED):
        return move(command, State.CONFIRMED)
    if not is_unchanged:
        return _ask(command, tries[-1], conversation.disposition, pace)
    if command.state == State.CHECKING and tries[-1].looks >= _LOOKS_BEFORE_REPEATING and len(tries) < _MOST_POSTS:
        return move(command, State.QUEUED, due_at=timezone.now())
    return False


def is_as_wished(command: Command, conversation: Conversation) -> bool:
    """It was chosen before and still is: whether it was set anew makes no difference that anybody can see."""
    return conversation.disposition == kept_name(command.text)


def _find_newer(command: Command) -> Command | None:
    same_kind = Command.objects.dispositions().filter(conversation=command.conversation)
    return same_kind.filter(id__gt=command.pk).exclude(state__in=_VOID).order_by("id").last()


def _ask(command: Command, last: Attempt, shown: str, pace: Pace) -> bool:
    if command.state not in (State.ACCEPTED, State.CHECKING):
        return False
    look_at = pace.next_look(posted_at(last), timezone.now())
    reason = f"Engage shows “{shown[:200]}”. Somebody else may have chosen it."
    return move(command, State.UNCONFIRMED, reason=reason, due_at=look_at)
