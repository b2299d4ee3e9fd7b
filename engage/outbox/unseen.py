"""What was heard of the lead that whoever acts had not seen. The order of hearing counts, not the dates of the texts.

Texts of one conversation are written under its lock, so that their ids rise in the order in which they can be seen.
"""

from __future__ import annotations

from typing import Final

from engage.models import Conversation
from engage.outbox.refusals import NewerMessage
from engage.outbox.transitions import lock
from engage.sms.keywords import Signal

BEFORE_FINISHING: Final = "They wrote again. Read it first, then finish."
BEFORE_HANDING_OVER: Final = "They wrote again. Read it first."


def check(conversation: Conversation, seen_through: int | None, *, message: str = "") -> int:
    """What an act that begins now has seen; raises NewerMessage. `conversation`: as it is now, locked.

    `seen_through`: None: nobody asks, and all that is there counts as seen.
    """
    heard = conversation.heard_through
    if seen_through is None or seen_through >= heard:
        # Never beyond what is there: the next text must be able to wait.
        return heard
    missed = conversation.messages.standing().inbound().filter(pk__gt=seen_through, pk__lte=heard)
    texts = list(missed.exclude(signal=Signal.REACTION.value).in_order())
    # A reaction that proved to be none is told apart only with the whole thread in view.
    raise NewerMessage(texts or list(missed.in_order()), message)


def check_now(conversation: Conversation, seen_through: int | None, *, message: str = "") -> int:
    """As `check`, in the caller's transaction, on the conversation as it is now: what a page holds may be old."""
    lock(conversation.pk)
    current = Conversation.objects.select_related("lead").get(pk=conversation.pk)
    return check(current, seen_through, message=message)
