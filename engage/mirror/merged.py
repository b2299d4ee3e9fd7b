"""What is gathered of one conversation while statements about it are applied."""

from __future__ import annotations

from dataclasses import dataclass, field

from engage.mirror.observations import ConversationObservation
from engage.models import Conversation, Disposition, Lead, Message


@dataclass
class Merged:
    """One conversation while statements about it are applied. `before`: its fields as they were when locked."""

    conversation: Conversation
    lead: Lead
    observations: list[ConversationObservation]
    before: list[object]
    is_new: bool = False
    has_new_key: bool = False
    has_new_dispositions: bool = False
    new_messages: list[Message] = field(default_factory=list)
    confirmed_messages: list[Message] = field(default_factory=list)
    new_dispositions: list[Disposition] = field(default_factory=list)
    is_changed: bool = False
