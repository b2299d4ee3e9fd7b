"""Texts by remote id. What a GET shows overrides what a webhook said and is not overridden."""

from __future__ import annotations

from datetime import timedelta

from engage.api.wire import Message as WireMessage
from engage.mirror import bulk
from engage.mirror.merged import Merged, Word
from engage.mirror.observations import EPOCH, ConversationObservation, clip, is_inbound
from engage.mirror.proof import first_heard
from engage.models import Conversation, Message
from engage.sms.keywords import Signal

_TICK = timedelta(microseconds=1)
_ABOUT_CONSENT = {Signal.STOP.value, Signal.START.value}
_STATED = ("is_inbound", "sender", "text", "sent_at", "signal", "is_confirmed", "heard_at", "is_dated_ahead")
_MESSAGE_FIELDS = (*_STATED, "is_judged")


def merge_messages(merged: list[Merged]) -> None:
    """Fills `new_messages`, `confirmed_messages` and `words`."""
    known: dict[tuple[int, str], Message] = {}
    wanted = {message.id for item in merged for observation in item.observations for message in observation.messages}
    rows = Message.objects.filter(
        conversation_id__among=[item.conversation.id for item in merged], remote_id__among=wanted
    )
    for known_row in rows:
        known[known_row.conversation_id, known_row.remote_id] = known_row
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
    bulk.insert([message for item in merged for message in item.new_messages])
    bulk.update(list(rewritten.values()), _MESSAGE_FIELDS)
    for item in merged:
        item.is_changed = item.is_changed or bool(item.new_messages or item.confirmed_messages)


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
    )


def _override(row: Message, stated: Message) -> bool:
    """Take over the other statement of the same message, where it weighs more; true when the row changed.

    Of those that date it in the future the earliest counts: what the others say moves on with each time of asking.
    """

    def weight(message: Message) -> tuple[bool, bool, float, str]:
        moment = (message.sent_at - EPOCH) / _TICK
        return (
            message.is_confirmed,
            message.is_dated_ahead,
            -moment if message.is_dated_ahead else moment,
            message.text,
        )

    heard_at = first_heard(row, stated)
    if weight(stated) > weight(row):
        # What somebody has judged was another text.
        row.is_judged = row.is_judged and row.text == stated.text
        for name in _STATED:
            setattr(row, name, getattr(stated, name))
    elif heard_at == row.heard_at:
        return False
    row.heard_at = heard_at
    return True
