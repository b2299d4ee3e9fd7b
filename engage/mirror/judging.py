"""What people read in a text where our list of words is in doubt.

The question stands for as long as nobody has answered it: no reply, no finish and no later text of the lead does. It is
asked of every text by itself, so one that comes late, dated before the last answer, asks again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from engage.mirror.numbers import lock_number, refresh_number
from engage.mirror.reactions import MAY_BE_ASKED, reread_reactions
from engage.models import Conversation, Message
from engage.sms.keywords import Signal


@dataclass(frozen=True)
class Doubts:
    """Texts of a number that may be opt-outs and that nobody has judged: `here`, the oldest first, and elsewhere."""

    here: list[Message]
    elsewhere: list[Conversation]

    def __bool__(self) -> bool:
        return bool(self.here or self.elsewhere)

    @property
    def mark(self) -> str:
        """Changes with what is asked in this conversation, so that nobody answers what they have not read."""
        return mark_of(self.here)


def find_doubts(conversation: Conversation) -> Doubts:
    """Of all conversations with this number: consent is the number's, and so is the doubt."""
    found = _find_doubtful(conversation)
    here = [message for message in found if message.conversation_id == conversation.pk]
    others = {message.conversation_id for message in found} - {conversation.pk}
    elsewhere = Conversation.objects.filter(pk__in=others).select_related("campaign").order_by("id") if others else []
    return Doubts(here, list(elsewhere))


def _find_doubtful(conversation: Conversation) -> list[Message]:
    lead = conversation.lead
    of_number = (
        Q(conversation__lead__workspace_id=conversation.workspace_id, conversation__lead__number=lead.number)
        if lead.number
        else Q(conversation=conversation)
    )
    suspects = Message.objects.filter(of_number, is_judged=False, signal__in=MAY_BE_ASKED)
    rows = list(suspects.standing().inbound().in_order())
    reread = reread_reactions({row.pk: row.signal for row in rows})
    return [row for row in rows if reread.get(row.pk, row.signal) == Signal.MAYBE_STOP.value]


def mark_of(messages: list[Message]) -> str:
    """Empty when nothing is asked."""
    said = "\n".join(f"{row.pk} {hashlib.sha256(row.text.encode()).hexdigest()}" for row in messages)
    return hashlib.sha256(said.encode()).hexdigest()[:16] if said else ""


def take_for_no_opt_out(conversation: Conversation, *, mark: str) -> list[Message]:
    """A person read the texts that `mark` stands for and takes none of them for an opt-out.

    Returns those texts; none, and nothing done, when they are not what is asked now.
    """
    with transaction.atomic():
        rows = lock_number(conversation)
        asked = find_doubts(conversation).here
        if not asked or mark_of(asked) != mark:
            return []
        judge(asked)
        refresh_number(rows)
    return asked


def judge(messages: list[Message]) -> None:
    """Somebody has said what they mean: they ask no more. Inside the caller's transaction, under its lock."""
    Message.objects.filter(pk__in=[row.pk for row in messages]).update(is_judged=True)
