"""What the state that Engage gives of a lead means for consent, by its letters: an open set of words."""

from __future__ import annotations

from enum import Enum

from engage.api.events import folded


class Meaning(Enum):
    STOPPED = "no texts"
    MAY_HAVE_STOPPED = "perhaps no texts"
    ORDINARY = ""


_STOPPED = frozenset(
    {
        "optedout",
        "optout",
        "optoutreceived",
        "stopped",
        "stop",
        "stopreceived",
        "stoprequested",
        "unsubscribed",
        "unsubscribe",
        "unsub",
        "blocked",
        "blocklisted",
        "blacklisted",
        "dnc",
        "donotcontact",
        "donottext",
        "donotcall",
        "ondnc",
        "dnclisted",
        "dnclist",
        "revoked",
        "consentrevoked",
        "optedoutbyuser",
        "leadoptedout",
        "useroptedout",
    }
)
# Part of a word that a person should read. A carrier that blocks or stops a text says nothing of the lead's will.
_TELLING = ("optout", "optedout", "unsub", "stop", "dnc", "donot", "block", "revok", "suppress", "blacklist", "remov")
_OF_TRANSPORT = ("carrier", "spam", "undeliv", "fail", "network", "gateway", "filter")


def meaning_of(word: str) -> Meaning:
    """Doubt asks a person."""
    letters = folded(word)
    if letters in _STOPPED:
        return Meaning.STOPPED
    is_telling = any(part in letters for part in _TELLING) and not any(part in letters for part in _OF_TRANSPORT)
    return Meaning.MAY_HAVE_STOPPED if is_telling else Meaning.ORDINARY
