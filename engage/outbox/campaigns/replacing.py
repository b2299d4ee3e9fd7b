"""The newest intent counts: an older one of the same target ends where a newer one is asked for."""

from __future__ import annotations

from django.db.models import F

from engage.models import Campaign, Command
from engage.outbox.attempts import may_have_arrived
from engage.outbox.transitions import State, move

_WORDS: dict[str, str] = {
    Command.Kind.ACTIVATE: "activating",
    Command.Kind.LIST_ACTIVATE: "activating",
    Command.Kind.PAUSE: "pausing",
    Command.Kind.LIST_PAUSE: "pausing",
}
# All but one whose bytes are leaving right now, and those that are settled.
_REPLACED = (*Command.WAITING, State.HELD, State.PREFLIGHT, *Command.WATCHED)


def lock(campaign_id: int) -> None:
    """Until the end of the transaction nobody else asks or posts for this campaign.

    A no-op update is the row lock that both databases have.
    """
    Campaign.objects.filter(pk=campaign_id).update(was_active=F("was_active"))


def replace_earlier(wish: Command) -> None:
    """Inside the transaction that makes the newer one, under the campaign's lock."""
    if wish.kind not in _WORDS:
        return
    earlier = Command.objects.filter(campaign=wish.campaign, target=wish.target, state__in=_REPLACED)
    for command in earlier.prefetch_related("attempts").order_by("id"):
        # One that a dispatcher took a moment ago finds the newer one by itself.
        _replace(command, wish)


def give_way(command: Command) -> bool:
    """End it if something newer was asked of the same target since; false while it is the newest."""
    newer = find_newer(command)
    if newer is None:
        return False
    _replace(command, newer)
    return True


def find_newer(command: Command) -> Command | None:
    """Whatever became of the newer one: a person saw it take this one's place."""
    if command.kind not in _WORDS:
        return None
    later = Command.objects.filter(campaign=command.campaign, target=command.target, id__gt=command.pk)
    return later.order_by("id").last()


def _replace(command: Command, newer: Command) -> bool:
    """ "Not sent" is said only of what certainly was not."""
    to = State.DISCARDED if may_have_arrived(command) else State.CANCELLED
    return move(command, to, reason=f"Replaced by {_WORDS[newer.kind]}.")
