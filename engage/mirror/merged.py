"""What is gathered of one conversation while statements about it are applied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from engage.mirror.observations import ConversationObservation
from engage.models import Conversation, Disposition, Lead, Message


class Word(NamedTuple):
    """A text about consent in one statement, and the row of that text, as it stands after all statements."""

    observation: ConversationObservation
    stated: Message
    message: Message


class Choice(NamedTuple):
    """A disposition in one statement, with its row."""

    observation: ConversationObservation
    disposition: Disposition


@dataclass
class Merged:
    """One conversation while statements about it are applied. `before`: its fields as they were when locked."""

    conversation: Conversation
    lead: Lead
    observations: list[ConversationObservation]
    before: list[object]
    is_new: bool = False
    # Something new was said of the lead, and all its columns were read.
    has_told_lead: bool = False
    has_new_key: bool = False
    has_new_dispositions: bool = False
    new_messages: list[Message] = field(default_factory=list)
    confirmed_messages: list[Message] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    # Statements that give the lead a state that means no texts.
    stops: list[ConversationObservation] = field(default_factory=list)
    is_changed: bool = False
