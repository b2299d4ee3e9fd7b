"""Words that are one slip of the finger away from one that ends texts; a person is asked what they mean."""

from __future__ import annotations

import re
from typing import Final

from engage.sms.keywords.wordings import WRITING, words

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
# "End" is too short to be told from other words.
_OFTEN_MEANT: Final = words("stop stopall unsubscribe optout cancel quit revoke remove")
# Words of their own.
_MEANT: Final = words(
    "shop top step stoop slop stow stomp strop atop estop scop swop stob stoa stot stoup stoep storp top5 top1"
    " quiet quite suit quip quid quiz quilt quint quoit quin quot quirt cancer chancel cancan evoke revote remote"
    " remover removes rremote stop0 stops"
) - words("stops stop0 rremote")
_STRETCHED: Final = re.compile(r"(.)\1+")
_UNSUBSCRIBE: Final = "unsubscribe"


def _one_slip_from(word: str) -> set[str]:
    """One letter left out, doubled or added, another in its place, or two the wrong way round."""
    parts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    left_out = {begin + end[1:] for begin, end in parts if end}
    swapped = {begin + end[1] + end[0] + end[2:] for begin, end in parts if len(end) > 1}
    replaced = {begin + letter + end[1:] for begin, end in parts if end for letter in _LETTERS}
    added = {begin + letter + end for begin, end in parts for letter in _LETTERS}
    return left_out | swapped | replaced | added


_STOP_SLIPS: Final = frozenset(_one_slip_from("stop")) - {"stop", "stops"} | {"stahp", "stawp"}
_REMOVE_SLIPS: Final = frozenset(_one_slip_from("remove")) - words("remove removed remover removes")
SLIPS: Final = frozenset(slip for word in _OFTEN_MEANT for slip in _one_slip_from(word)) - _MEANT - _OFTEN_MEANT


def is_slip(word: str) -> bool:
    """Whether a word by itself is most likely a misspelt opt-out: "stpo", "STOOOP", "unsubcribe"."""
    if word in SLIPS:
        return True
    if word in _MEANT or len(word) > 40:
        return False
    if word[:1] == "s" and word[-1] == "p" and _STRETCHED.sub(r"\1", word) == "stop":
        return True
    return 8 <= len(word) <= 14 and word[:1] == "u" and _is_within_two(word, _UNSUBSCRIBE)


def is_slip_before(word: str, following: str) -> bool:
    """With what follows it, a word of its own may be a slip too: "stoop texting me", "remvoe my number"."""
    if word in _STOP_SLIPS:
        return bool(_WRITING.fullmatch(following))
    return word in _REMOVE_SLIPS and following in _REMOVED


_WRITING: Final = re.compile(WRITING)
_REMOVED: Final = words("me us my this number from")


def _is_within_two(word: str, meant: str) -> bool:
    """Edit distance by the book; both are short."""
    above = list(range(len(meant) + 1))
    for place, letter in enumerate(word, start=1):
        row = [place]
        for index, other in enumerate(meant, start=1):
            row.append(min(above[index] + 1, row[-1] + 1, above[index - 1] + (letter != other)))
        above = row
    return above[-1] <= 2


# Words that run together: "stopplease", "pleasestop", "stoptextingme". Possessive, so that no text is tried twice.
_GLUED: Final = re.compile(
    r"(?>stopall|stop|unsubscribe|unsub|cancel|quit|optout|please|pls|plz|thanks|thankyou|now|texting|messaging|calling"
    r"|sending|contacting|texts|text|messages|msgs|sms|me|it|this|these|all|no|more|just|ok)++"
)
_NEEDED: Final = re.compile("stop|unsub|cancel|quit|optout|nomore")


def is_glued(word: str) -> bool:
    return len(word) <= 60 and bool(_GLUED.fullmatch(word)) and bool(_NEEDED.search(word))
