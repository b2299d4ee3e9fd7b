"""Which text at the platform is the reply we posted? The platform names no author and takes no reference of ours.

Pure: replies and texts in, verdicts out. Only texts that were not there before the POST count, so that our own words,
said earlier, never pass for the proof of a delivery.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from enum import Enum

from engage.sms.sameness import fold

ALIKE = 0.9
# Shorter words ("ok", "yes, thanks") may as well be somebody else's.
DISTINCTIVE_LENGTH = 12
_MOST_PARTS = 6
# The platform's clock against itself: texts are dated where they are made, not in the order they are stored.
_OUT_OF_ORDER = timedelta(minutes=2)
# Its clock against ours: how far apart they may be for a time to say that a text was made by our POST.
_CLOCKS_APART = timedelta(seconds=5)
_LONGEST_POST = timedelta(seconds=20)


@dataclass(frozen=True)
class Window:
    """When one POST was under way by our clock; an end that nobody saw is taken to be the latest possible."""

    began_at: datetime
    ended_at: datetime | None

    def holds(self, moment: datetime) -> bool:
        ended_at = self.ended_at or self.began_at + _LONGEST_POST
        return self.began_at - _CLOCKS_APART <= moment <= ended_at + _CLOCKS_APART


@dataclass(frozen=True)
class Posted:
    """A reply that may have reached the platform. `baseline`: remote ids that were there before its first POST."""

    command_id: int
    text: str
    baseline: frozenset[str]
    windows: tuple[Window, ...]
    is_accepted: bool = False
    newest_before: datetime | None = None
    remote_id: str = ""
    # The text that it was found to be before; what is asked then is only whether there is another one.
    proven_by: int | None = None

    def can_be(self, seen: Seen) -> bool:
        if seen.remote_id in self.baseline:
            return False
        return self.newest_before is None or seen.is_undated or seen.sent_at >= self.newest_before - _OUT_OF_ORDER

    def was_under_way(self, moment: datetime) -> bool:
        return any(window.holds(moment) for window in self.windows)


@dataclass(frozen=True)
class Seen:
    """A text to the lead as the platform shows it, not yet known to be any reply's."""

    message_id: int
    remote_id: str
    text: str
    sent_at: datetime
    is_undated: bool = False


class Verdict(Enum):
    EXACT = "exact"
    TWICE = "twice"
    ALIKE = "alike"


@dataclass(frozen=True)
class Match:
    verdict: Verdict
    message_id: int


@dataclass
class _Pool:
    """Texts not yet given to a reply, oldest first."""

    free: list[Seen] = field(default_factory=list)

    def take(self, seen: Seen) -> Seen:
        self.free.remove(seen)
        return seen


def match(posted: Iterable[Posted], seen: Iterable[Seen]) -> dict[int, Match]:
    """Command id → what was found of it. One text proves one reply; who was accepted for certain chooses first."""
    pool = _Pool(sorted(seen, key=lambda text: (text.sent_at, text.message_id)))
    waiting = sorted(posted, key=lambda reply: (not reply.is_accepted, reply.windows[0].began_at, reply.command_id))
    proven = {reply.command_id: Match(Verdict.EXACT, reply.proven_by) for reply in waiting if reply.proven_by}
    found: dict[int, Match] = dict(proven)
    # First what was made while its reply was posted, then the rest: the same words may have been tried twice.
    for is_timely in (True, False):
        for reply in waiting:
            exact = None if reply.command_id in found else _find_exact(reply, pool.free, is_timely=is_timely)
            if exact:
                is_ours = reply.is_accepted or _is_distinct(reply, exact)
                verdict = Verdict.EXACT if is_ours else Verdict.ALIKE
                found[reply.command_id] = Match(verdict, pool.take(exact).message_id)
    for reply in waiting:
        mine = found.get(reply.command_id)
        if mine is None:
            alike = _find_alike(reply, pool.free)
            if alike:
                found[reply.command_id] = Match(Verdict.ALIKE, pool.take(alike).message_id)
        elif mine.verdict is Verdict.EXACT:
            # Only now: what is left over belongs to no other reply with the same words.
            again = _find_exact(reply, pool.free)
            if again:
                pool.take(again)
                found[reply.command_id] = Match(Verdict.TWICE, mine.message_id)
    return {command_id: verdict for command_id, verdict in found.items() if verdict != proven.get(command_id)}


def _find_exact(reply: Posted, free: Sequence[Seen], *, is_timely: bool = False) -> Seen | None:
    new = [text for text in free if reply.can_be(text)]
    named = next((text for text in new if reply.remote_id and text.remote_id == reply.remote_id), None)
    words = fold(reply.text)
    same = (text for text in new if fold(text.text) == words)
    return named or next((text for text in same if reply.was_under_way(text.sent_at) or not is_timely), None)


def _is_distinct(reply: Posted, exact: Seen) -> bool:
    """Short words are ours without doubt only when the text was made while our POST was under way."""
    if len(fold(reply.text)) >= DISTINCTIVE_LENGTH or exact.remote_id == reply.remote_id:
        return True
    return reply.was_under_way(exact.sent_at)


def _find_alike(reply: Posted, free: Sequence[Seen]) -> Seen | None:
    """A text changed on its way (quotes, a footer), or cut into several; the first of them."""
    new = [text for text in free if reply.can_be(text)]
    for length in range(1, min(len(new), _MOST_PARTS) + 1):
        for start in range(len(new) - length + 1):
            parts = new[start : start + length]
            if _is_alike(reply.text, "".join(text.text for text in parts)):
                return parts[0]
    return None


def _is_alike(ours: str, theirs: str) -> bool:
    # Without spaces, because a cut may fall on one and lose it.
    ours, theirs = "".join(fold(ours).split()), "".join(fold(theirs).split())
    if not ours or not theirs:
        return False
    if len(ours) >= DISTINCTIVE_LENGTH and theirs.startswith(ours):
        return True
    if 2 * min(len(ours), len(theirs)) / (len(ours) + len(theirs)) < ALIKE:
        return False
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE
