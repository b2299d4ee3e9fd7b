"""What the platform's word for the state of a campaign or a list means. The set of words is open.

Words are folded to their letters before they are compared. What none of these names is UNKNOWN: nobody may conclude
from it that texts go out, nor that none do.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Meaning(StrEnum):
    """`UNTOLD`: there is no word at all; `READY`: may be activated, and says nothing of whether it ever was."""

    SENDING = "sending"
    READY = "ready"
    PAUSED = "paused"
    OVER = "over"
    DRAFT = "draft"
    PENDING = "pending"
    UNKNOWN = "unknown"
    UNTOLD = "untold"


def _all(words: str, meaning: Meaning) -> dict[str, Meaning]:
    return dict.fromkeys(words.split(), meaning)


# What may mean either ("ENABLED", "SCHEDULED", "PENDING") stands under neither.
_MEANINGS: Final = (
    _all("active activated running sending started inprogress live ongoing resumed broadcasting", Meaning.SENDING)
    | _all("ready approved", Meaning.READY)
    | _all("paused inactive stopped suspended onhold held halted idle disabled deactivated", Meaning.PAUSED)
    | _all("interrupted dormant notactive notrunning notsending notstarted", Meaning.PAUSED)
    | _all("completed complete finished done ended closed exhausted allsent expired archived", Meaning.OVER)
    | _all("cancelled canceled terminated deleted retired", Meaning.OVER)
    | _all("draft", Meaning.DRAFT)
    | _all("pendingapproval approvalpending awaitingapproval waitingforapproval inreview underreview", Meaning.PENDING)
)
# Nobody is texted; a pause that ends so is done.
_AT_REST: Final = (Meaning.READY, Meaning.PAUSED, Meaning.OVER, Meaning.DRAFT, Meaning.PENDING)
NOT_APPROVED: Final = (Meaning.DRAFT, Meaning.PENDING)


def folded(word: str) -> str:
    """Its letters alone, without case: IN_PROGRESS, "In progress" and inProgress are one word."""
    return "".join(filter(str.isalpha, word)).casefold()


def meaning_of(word: str) -> Meaning:
    if not word.strip():
        return Meaning.UNTOLD
    return _MEANINGS.get(folded(word), Meaning.UNKNOWN)


def is_sending(word: str) -> bool:
    return meaning_of(word) is Meaning.SENDING


def is_at_rest(word: str) -> bool:
    """Whether the word says that nobody is texted: a word nobody knows does not."""
    return meaning_of(word) in _AT_REST


def is_not_approved(word: str) -> bool:
    return meaning_of(word) in NOT_APPROVED


def words_that_mean(words: Iterable[str], *meanings: Meaning) -> list[str]:
    """Those of `words` that mean one of these, as they are written: for a query of rows that hold them."""
    return [word for word in words if meaning_of(word) in meanings]
