"""Texts by remote id. What a GET shows overrides what a webhook said and is not overridden."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from engage.api.wire import Message as WireMessage
from engage.api.wire.conversation import UNNAMED
from engage.mirror import bulk
from engage.mirror.merged import Merged, Word
from engage.mirror.observations import EPOCH, ConversationObservation, clip, is_inbound
from engage.mirror.proof import first_heard
from engage.models import Conversation, Message
from engage.sms.keywords import Signal

_TICK = timedelta(microseconds=1)
_SAME_SECOND = timedelta(seconds=1)
_ABOUT_CONSENT = {Signal.STOP.value, Signal.START.value}
_TIME_FIELDS = ("sent_at", "is_dated_ahead", "is_undated")
_CONTENT_FIELDS = ("is_inbound", "sender", "text", "signal", "is_confirmed", "unknown_fields")
_MESSAGE_FIELDS = (*_TIME_FIELDS, *_CONTENT_FIELDS, "heard_at", "is_judged")


def merge_messages(merged: list[Merged]) -> None:
    """Fills `new_messages`, `confirmed_messages` and `words`."""
    known = _read_known(merged)
    rewritten: dict[int, Message] = {}
    for item in merged:
        for observation in sorted(item.observations, key=lambda observation: observation.is_read):
            for said, signal in zip(observation.messages, observation.signals, strict=True):
                row = known.get((item.conversation.id, said.id))
                stated = _message_row(item.conversation, observation, said, signal)
                if row is None:
                    row = known[item.conversation.id, said.id] = stated
                    item.new_messages.append(stated)
                elif _override(row, stated):
                    item.confirmed_messages.append(row)
                    if row.pk is not None:
                        rewritten[row.pk] = row
                if stated.signal in _ABOUT_CONSENT:
                    item.words.append(Word(observation, stated, row))
    gone = _find_named_since(merged, known.values())
    for item in merged:
        item.new_messages = [row for row in item.new_messages if row not in gone]
    bulk.insert([message for item in merged for message in item.new_messages])
    bulk.update([row for row in rewritten.values() if row not in gone], _MESSAGE_FIELDS)
    Message.objects.filter(pk__in=[row.pk for row in gone if row.pk is not None]).delete()
    for item in merged:
        item.is_changed = item.is_changed or bool(item.new_messages or item.confirmed_messages)


def _read_known(merged: list[Merged]) -> dict[tuple[int, str], Message]:
    """The rows of what is said, and where a GET or a text without an id may make two of one, those it may be."""
    wanted = {message.id for item in merged for observation in item.observations for message in observation.messages}
    found = list(
        Message.objects.filter(
            conversation_id__among=[item.conversation.id for item in merged], remote_id__among=wanted
        )
    )
    read = [item.conversation.id for item in merged if any(observation.is_read for observation in item.observations)]
    if read:
        found += Message.objects.filter(conversation_id__among=read, remote_id__startswith=UNNAMED)
    unnamed = {
        (item.conversation.id, message.message)
        for item in merged
        for observation in item.observations
        for message in observation.messages
        if message.is_unnamed
    }
    if unnamed:
        found += Message.objects.filter(
            conversation_id__among={conversation_id for conversation_id, _ in unnamed},
            text__in={text for _, text in unnamed},
            is_confirmed=True,
        )
    return {(row.conversation_id, row.remote_id): row for row in found}


def _find_named_since(merged: list[Merged], rows: Iterable[Message]) -> list[Message]:
    """Texts kept under a name of our making that a GET shows under their own.

    One that Engage dated is the one of that second; of one without a time a GET begun after it tells.
    """
    by_conversation: dict[int, list[Message]] = defaultdict(list)
    for row in rows:
        by_conversation[row.conversation_id].append(row)
    gone: list[Message] = []
    for item in merged:
        here = by_conversation[item.conversation.id]
        # Also under another name of our making: the answer may tell a time that the webhook left out.
        named = [row for row in here if row.is_confirmed]
        unnamed = [row for row in here if not row.is_confirmed and row.remote_id.startswith(UNNAMED)]
        if named and unnamed:
            asked_at = [item.conversation.asked_at, *(said.proven_at for said in item.observations if said.is_read)]
            newest = max((moment for moment in asked_at if moment), default=EPOCH)
            gone += [row for row in unnamed if any(_is_same(row, other, newest) for other in named)]
    return gone


def _is_same(unnamed: Message, named: Message, asked_at: datetime) -> bool:
    if (unnamed.is_inbound, unnamed.text) != (named.is_inbound, named.text):
        return False
    if unnamed.is_undated:
        return unnamed.heard_at is not None and unnamed.heard_at <= asked_at
    return abs(unnamed.sent_at - named.sent_at) < _SAME_SECOND


def _message_row(
    conversation: Conversation, observation: ConversationObservation, said: WireMessage, signal: str
) -> Message:
    return Message(
        conversation_id=conversation.pk,
        remote_id=said.id,
        is_inbound=is_inbound(said),
        sender=clip(said.sender, 60),
        text=said.message,
        sent_at=observation.sent_at(said),
        signal=signal,
        is_confirmed=observation.is_read,
        heard_at=observation.heard_at,
        is_dated_ahead=observation.is_ahead(said),
        is_undated=said.timestamp is None,
        unknown_fields=said.model_extra or {},
    )


def _override(row: Message, stated: Message) -> bool:
    """Take over the other statement of the same message, where it weighs more; true when the row changed.

    Of those that date it in the future the earliest counts, and so of those that do not date it: what the others say
    moves on with each time of asking. Any that dates it goes before one that does not.
    """
    heard_at = first_heard(row, stated)
    has_better_time = _weight_of_time(stated) > _weight_of_time(row)
    has_better_content = _weight(stated) > _weight(row)
    if has_better_content:
        # What somebody has judged was another text.
        row.is_judged = row.is_judged and row.text == stated.text
    for is_better, names in ((has_better_time, _TIME_FIELDS), (has_better_content, _CONTENT_FIELDS)):
        if is_better:
            for name in names:
                setattr(row, name, getattr(stated, name))
    if not (has_better_time or has_better_content) and heard_at == row.heard_at:
        return False
    row.heard_at = heard_at
    return True


def _weight(message: Message) -> tuple[bool, bool, float, str, bool]:
    moment = (message.sent_at - EPOCH) / _TICK
    is_by_arrival = message.is_dated_ahead or message.is_undated
    # The state of the lead may ask about a text that asked nothing before.
    asks = message.signal == Signal.MAYBE_STOP.value
    return (message.is_confirmed, message.is_dated_ahead, -moment if is_by_arrival else moment, message.text, asks)


def _weight_of_time(message: Message) -> tuple[bool, bool, tuple[bool, bool, float, str, bool]]:
    """A webhook came before any GET could be asked: where neither names a time, its arrival is nearer."""
    is_heard = message.is_undated and not message.is_confirmed
    return (not message.is_undated, is_heard, _weight(message))
