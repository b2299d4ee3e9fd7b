"""The course of one conversation: who waits, what is in doubt, what is over. Pure: texts and acts in, a state out.

Two orders meet here. Texts stand in the platform's order, which says who wrote after whom. What people at this desk did
is held against the order in which texts were *heard*: a reply or a finish ends what its author had in front of them,
however long ago anything else is dated. Of what somebody did elsewhere nobody knows what they saw: there dates decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engage.mirror.moments import SKEW
from engage.sms.keywords import Signal

# The platform answers by itself at once; nobody reads and types this fast. Such an answer does not end a wait.
AUTOMATIC_WITHIN = timedelta(seconds=10)


@dataclass(frozen=True)
class Act:
    """A reply or a finish of this desk that may have reached the platform. `seen_through`: id of a text.

    `ends`: when it was settled; None while it may still take effect. `name`: of the disposition, or the words of a
    reply that was given up.
    """

    seen_through: int
    begins: datetime
    ends: datetime | None = None
    name: str = ""

    def may_be(self, moment: datetime) -> bool:
        """Whether what the platform dates so may be its effect: the two clocks are not quite the same."""
        return self.begins - SKEW <= moment and (self.ends is None or moment <= self.ends + SKEW)


@dataclass
class DeskActs:
    """What people did here, as far as the course depends on it."""

    answered_through: int = 0
    # Texts at the platform that are replies of ours, and replies of which nobody knows yet which text they are.
    own_texts: set[int] = field(default_factory=set)
    unfound: list[Act] = field(default_factory=list)
    finishes: list[Act] = field(default_factory=list)

    def wrote(self, message_id: int, sent_at: datetime) -> bool:
        return message_id in self.own_texts or any(act.may_be(sent_at) for act in self.unfound)

    def seen_by_finish(self, name: str, chosen_at: datetime) -> int | None:
        """What whoever chose it had seen; None where it may have been chosen elsewhere."""
        seen = [act.seen_through for act in self.finishes if act.name == name and act.may_be(chosen_at)]
        return max(seen, default=None)


@dataclass
class Thread:
    """Fed with the dispositions, and then with the texts in the platform's order."""

    desk: DeskActs = field(default_factory=DeskActs)
    disproved: int = 0
    started_at: datetime | None = None
    waiting_since: datetime | None = None
    in_doubt_since: datetime | None = None
    last_inbound_at: datetime | None = None
    last_message_at: datetime | None = None
    last_message_id: int | None = None
    last_is_inbound: bool = False
    heard_through: int = 0
    dispositions: list[tuple[datetime, str]] = field(default_factory=list)
    is_made_up: bool = False
    # Whether the lead wrote something that no disposition ends.
    goes_on: bool = False
    _over_until: datetime | None = None
    _over_through: int = 0

    def finish(self, dispositions: Iterable[tuple[datetime, str]]) -> None:
        """What was chosen here ends what had been seen; what was chosen elsewhere, all up to its date."""
        self.dispositions = list(dispositions)
        for chosen_at, name in self.dispositions:
            seen = self.desk.seen_by_finish(name, chosen_at)
            if seen is not None:
                self._over_through = max(self._over_through, seen)
            else:
                self._over_until = max(self._over_until or chosen_at, chosen_at)

    def add(self, message_id: int, sent_at: datetime, is_inbound: bool, signal: str, *, is_judged: bool) -> None:
        self.last_message_at, self.last_message_id, self.last_is_inbound = sent_at, message_id, is_inbound
        if signal == Signal.REACTION.value:
            # Nobody waits for an answer to a thumb, and it opens nothing again.
            self.started_at = self.started_at or sent_at
        elif is_inbound:
            self._hear(message_id, sent_at)
            if signal == Signal.MAYBE_STOP.value and not is_judged:
                # No answer and no finish says what they meant; only a person does.
                self.in_doubt_since = self.in_doubt_since or sent_at
        elif not self.desk.wrote(message_id, sent_at) and self._is_answer(sent_at):
            self.waiting_since = None

    def _hear(self, message_id: int, sent_at: datetime) -> None:
        self.started_at = self.started_at or sent_at
        self.last_inbound_at = sent_at
        self.heard_through = max(self.heard_through, message_id)
        is_over = message_id <= self._over_through or (self._over_until is not None and sent_at <= self._over_until)
        self.goes_on = self.goes_on or not is_over
        if not is_over and message_id > self.desk.answered_through:
            self.waiting_since = self.waiting_since or sent_at

    def _is_answer(self, sent_at: datetime) -> bool:
        return self.last_inbound_at is not None and sent_at - self.last_inbound_at > AUTOMATIC_WITHIN
