"""A2: events called otherwise, in the body and in the header."""

from __future__ import annotations

import re
from collections.abc import Callable

from engage.sandbox.dialects.catalogue import Part, Phase, Said, declare, dialect

_ANYTHING = (Part.CONVERSATION, Part.CAMPAIGN, Part.LEAD_LIST)
_REGISTERED = {"NewMessage": "incomingMessage"}
_RENAMED = {
    "ConversationStarted": "LeadReplied",
    "NewMessage": "SmsReceived",
    "Disposition": "OutcomeChosen",
    "OptOut": "LeadUnsubscribed",
    "OptIn": "LeadResubscribed",
}


def _parts_of(event: str) -> list[str]:
    return re.findall("[A-Z][a-z]*", event)


def in_snake_case(event: str) -> str:
    return "_".join(_parts_of(event)).lower()


def in_capitals(event: str) -> str:
    return in_snake_case(event).upper()


def in_camel_case(event: str) -> str:
    return event[:1].lower() + event[1:]


def as_registered(event: str) -> str:
    """As the campaign object's `webhooks` call it."""
    return _REGISTERED.get(event, in_camel_case(event))


def renamed(event: str) -> str:
    return _RENAMED.get(event, event)


SPELLINGS: dict[str, tuple[str, Callable[[str], str]]] = {
    "events-in-capitals": ("OPT_OUT, NEW_MESSAGE", in_capitals),
    "events-in-snake-case": ("opt_out, conversation_started", in_snake_case),
    "events-in-camel-case": ("optOut, newMessage", in_camel_case),
    "events-as-registered": ("optOut, incomingMessage: as the campaign's webhooks are called", as_registered),
    "events-renamed": ("LeadUnsubscribed, SmsReceived: words that no guide has", renamed),
}


def _declare_spelling(name: str, examples: str, spell: Callable[[str], str]) -> None:
    @dialect(name, "A2", f"events are called {examples}", *_ANYTHING, aspect="event names", phase=Phase.EXTRAS)
    def _spell(said: Said) -> None:
        # Campaigns and lists say of what they tell in the header alone.
        if said.event and "eventType" in said.document:
            said.document["eventType"] = spell(said.document["eventType"])


for _name, (_examples, _spell) in SPELLINGS.items():
    _declare_spelling(_name, _examples, _spell)

HEADER_OTHERWISE, HEADER_MISSING = "event-header-otherwise", "event-header-missing"
declare(HEADER_OTHERWISE, "A2", "x-event-type is spelled opt-out while the body says OptOut", aspect="event header")
declare(HEADER_MISSING, "A2", "x-event-type is missing", aspect="event header")


@dialect("event-only-in-header", "A2", "the body has no eventType; x-event-type names the event", *_ANYTHING,
         aspect="event header", phase=Phase.WRAPPING)  # fmt: skip
def _leave_out_of_body(said: Said) -> None:
    if said.event and isinstance(said.document, dict):
        said.document.pop("eventType", None)


def header_of(event: str, words: frozenset[str]) -> str | None:
    """What x-event-type says of an event that the guides call so; None: it is missing."""
    if HEADER_MISSING in words:
        return None
    if HEADER_OTHERWISE in words:
        return in_snake_case(event).replace("_", "-")
    for name, (_, spell) in SPELLINGS.items():
        if name in words:
            return spell(event)
    return event
