"""Who waits and what is asked, told from the rows by the order of hearing: the course has to agree with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from engage.models import Command, Conversation, Message
from engage.sms.sameness import fold
from tests.engage.outbox.model_threads import MAY_BE_AN_OPT_OUT


def check_waits(foreign: Collection[str]) -> None:
    """I8: what was heard after everything that our replies had seen waits, wherever its date puts it.

    `foreign`: texts that somebody wrote elsewhere; of those nobody knows what they had seen, so there dates decide.
    What was discarded and stands in the thread all the same may have answered, if it was that one.
    """
    threads: defaultdict[int | None, list[Message]] = defaultdict(list)
    for message in Message.objects.standing().in_order():
        threads[message.conversation_id].append(message)
    surely: defaultdict[int | None, int] = defaultdict(int)
    perhaps: defaultdict[int | None, int] = defaultdict(int)
    for command in Command.objects.replies():
        number, seen = command.conversation_id, command.seen_through or 0
        if command.state not in Command.FAILED or command.message_id is not None:
            surely[number] = max(surely[number], seen)
        elif command.state == Command.State.DISCARDED and any(
            not text.is_inbound and fold(text.text) == fold(command.text) for text in threads[number]
        ):
            perhaps[number] = max(perhaps[number], seen)
    for conversation in Conversation.objects.all():
        if not conversation.is_open:
            continue
        texts = threads[conversation.pk]
        elsewhere = [text.sent_at for text in texts if not text.is_inbound and text.text in foreign]
        answered = surely[conversation.pk], max(surely[conversation.pk], perhaps[conversation.pk])
        _check(conversation, texts, answered, max(elsewhere, default=None))


def _check(
    conversation: Conversation, texts: list[Message], answered: tuple[int, int], elsewhere: datetime | None
) -> None:
    """`answered`: the last text that is, for certain and at the most."""
    surely, at_most = answered
    heard = [text for text in texts if text.is_inbound]
    waits = [text for text in heard if text.pk > at_most and (elsewhere is None or text.sent_at >= elsewhere)]
    if waits:
        since = conversation.waiting_since
        assert since is not None, f"I8: {waits[0].text!r} of {waits[0].sent_at} waits, and nobody knows"
        assert since <= waits[0].sent_at, f"I8: waits since {since}, and {waits[0].text!r} since {waits[0].sent_at}"
    doubts = [text for text in heard if text.text == MAY_BE_AN_OPT_OUT and not text.is_judged]
    assert conversation.may_be_opt_out == bool(doubts), "I9"
    if not doubts and not any(text.pk > surely for text in heard):
        assert conversation.waiting_since is None, "I8: what was answered waits"
