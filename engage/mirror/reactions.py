"""Which texts are a phone's reaction to one of ours. Only the thread can say: it holds what was quoted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from engage.models import Message
from engage.sms.keywords import Reaction, Signal, find_reaction
from engage.sms.keywords.reading import signal_of_words

# What a reaction was read as by its words alone. One in a language that we do not know reads like the words it quotes.
MAY_BE_ASKED = (Signal.REACTION.value, Signal.MAYBE_STOP.value)


def reread_reactions(signals: Mapping[int, str]) -> dict[int, str]:
    """By message id, what counts instead of the signal by words alone. Asks the database only where one may be."""
    suspects = [message_id for message_id, signal in signals.items() if signal in MAY_BE_ASKED]
    if not suspects:
        return {}
    rows = Message.objects.filter(id__among=suspects, is_inbound=True).values_list("id", "conversation_id", "text")
    found = [(row_id, conversation_id, text, find_reaction(text)) for row_id, conversation_id, text in rows]
    quoting = {conversation_id for _, conversation_id, _, reaction in found if reaction is not None}
    ours: dict[int, list[str]] = defaultdict(list)
    outbound = Message.objects.filter(conversation_id__among=quoting, is_inbound=False)
    for conversation_id, text in outbound.values_list("conversation_id", "text"):
        ours[conversation_id].append(text)
    return {
        row_id: Signal.REACTION.value if is_of_any(reaction, ours[conversation_id]) else signal_of_words(text).value
        for row_id, conversation_id, text, reaction in found
        if reaction is not None
    }


def is_of_any(reaction: Reaction, texts: list[str]) -> bool:
    """A picture has no words to quote: of those the phone's own words are enough."""
    return (not reaction.quote and reaction.is_known) or any(reaction.is_of(text) for text in texts)
