"""Who waits and what is asked, told from the rows by the order of hearing: the course has to agree with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from engage.models import Command, Conversation, Message
from tests.engage.outbox.model_threads import MAY_BE_AN_OPT_OUT


def check_waits(foreign: Collection[str]) -> None:
    """I8: what was heard after everything that our replies had seen waits, wherever its date puts it.

    `foreign`: texts that somebody wrote elsewhere; of those nobody knows what they had seen, so there dates decide.
    """
    answered: defaultdict[int | None, int] = defaultdict(int)
    for command in Command.objects.replies():
        if command.state not in Command.FAILED or command.message_id is not None:
            answered[command.conversation_id] = max(answered[command.conversation_id], command.seen_through or 0)
    threads: defaultdict[int, list[Message]] = defaultdict(list)
    for message in Message.objects.standing().in_order():
        threads[message.conversation_id].append(message)
    for conversation in Conversation.objects.all():
        if not conversation.is_open:
            continue
        texts = threads[conversation.pk]
        elsewhere = [text.sent_at for text in texts if not text.is_inbound and text.text in foreign]
        _check(conversation, texts, answered[conversation.pk], max(elsewhere, default=None))


def _check(conversation: Conversation, texts: list[Message], answered: int, elsewhere: datetime | None) -> None:
    heard = [text for text in texts if text.is_inbound]
    waits = [text for text in heard if text.pk > answered and (elsewhere is None or text.sent_at >= elsewhere)]
    if waits:
        since = conversation.waiting_since
        assert since is not None, f"I8: {waits[0].text!r} of {waits[0].sent_at} waits, and nobody knows"
        assert since <= waits[0].sent_at, f"I8: waits since {since}, and {waits[0].text!r} since {waits[0].sent_at}"
    doubts = [text for text in heard if text.text == MAY_BE_AN_OPT_OUT and not text.is_judged]
    assert conversation.may_be_opt_out == bool(doubts), "I9"
    if not doubts and not any(text.pk > answered for text in heard):
        assert conversation.waiting_since is None, "I8: what was answered waits"
