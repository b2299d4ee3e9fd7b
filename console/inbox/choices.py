"""The dispositions of a conversation as a person chooses among them, and how a form says which was meant."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from engage.models import Conversation
from engage.models.disposition_names import DoNotContact, kept_name
from engage.sms.blanks import first_shown
from engage.sms.searching import fold

# As buttons; of more of them a search finds the others.
SHOWN: Final = 40
_BY_DIGEST: Final = "sha256:"


@dataclass(frozen=True)
class Choice:
    """`posted` is what the button sends; `count`: how many the platform offers under this very name."""

    name: str
    posted: str
    is_do_not_contact: bool
    is_current: bool
    count: int

    @property
    def shown(self) -> str:
        """A name that shows nothing would be a button that shows nothing."""
        return first_shown(self.name) or "A name that cannot be seen"

    @property
    def note(self) -> str:
        if self.count == 1 or not self.is_do_not_contact:
            return ""
        times = f"Engage offers “{self.name}” {self.count} times"
        return f"{times}; one of them means do not contact, so it counts as that."


@dataclass(frozen=True)
class Offer:
    """The choices that a page shows, and how many more a search finds."""

    choices: list[Choice]
    more: str


def offer_of(conversation: Conversation, sought: str = "") -> Offer:
    """The first of those in whose names every word stands."""
    words = fold(sought).split()
    choices = list(islice(_choices(conversation, words), SHOWN + 1))
    if len(choices) <= SHOWN:
        return Offer(choices, "")
    names = dict.fromkeys(_names(conversation))
    return Offer(choices[:SHOWN], f"{sum(_is_found(name, words) for name in names) - SHOWN:,}")


def choices_of(conversation: Conversation) -> list[Choice]:
    """All of them."""
    return list(_choices(conversation, []))


def _choices(conversation: Conversation, words: Sequence[str]) -> Iterator[Choice]:
    """Each name once, in the platform's order: it could not tell two of one name apart either."""
    names = Counter(_names(conversation))
    forbidding = DoNotContact(conversation.dispositions)
    for name, count in names.items():
        if _is_found(name, words):
            is_current = kept_name(name) == conversation.disposition
            yield Choice(name, posted_as(name), name in forbidding, is_current=is_current, count=count)


def _is_found(name: str, words: Sequence[str]) -> bool:
    if not words:
        return True
    folded = fold(name)
    return all(word in folded for word in words)


def posted_as(name: str) -> str:
    """What a form carries unchanged. Line breaks become others on their way through it, and blanks stay as they are."""
    is_changed = any(character in name for character in "\r\n\x00") or not name.strip()
    return _digest(name) if is_changed or name.startswith(_BY_DIGEST) else name


def name_of(conversation: Conversation, posted: str) -> str:
    """The name in its own list, to the letter: as posted, by its digest, or as the one that a form changes into that.

    What is none of them stays as it is, and is refused by whoever looks for it.
    """
    names = list(dict.fromkeys(_names(conversation)))
    if posted in names:
        return posted
    by_digest = [name for name in names if _digest(name) == posted]
    changed = [name for name in names if _in_a_form(name) == _in_a_form(posted)]
    found = by_digest or (changed if len(changed) == 1 else [])
    return found[0] if found else posted


def _names(conversation: Conversation) -> Iterator[str]:
    return (name for entry in conversation.dispositions if isinstance(name := entry.get("disposition"), str) and name)


def _in_a_form(name: str) -> str:
    return name.replace("\r\n", "\n").replace("\r", "\n")


def _digest(name: str) -> str:
    return f"{_BY_DIGEST}{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()}"
