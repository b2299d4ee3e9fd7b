"""The numbers of the rail for many pages: counted once per scope, and no oftener than counting is cheap."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db.models import Count

from console.accounts.scope import Scope
from console.campaigns.change_requests import count_waiting
from console.inbox.models import DeskConversation
from console.inbox.needing import count_decisions
from console.inbox.queues import Queue, count_queues
from console.inbox.twice import count_news
from console.live.partials import partial
from console.live.sparing import pause_after

# Counting that is not cheap is spread out at least so far.
_LEAST_PAUSE_SECONDS = 1.0
# Time alone changes some of them: what is checked for too long, what failed too long ago.
_GOOD_FOR_SECONDS = 60.0


@dataclass
class _Tally:
    """One scope as last counted. `mine` is by person."""

    shared: dict[str, int] = field(default_factory=dict)
    mine: dict[int, int] = field(default_factory=dict)
    is_outdated: bool = True
    counted_at: float = 0.0
    # The two last times that counting took, because a single slow one says more about the moment than about the data.
    costs: tuple[float, float] = (0.0, 0.0)
    not_before: float = 0.0
    told: dict[int, dict[str, int]] = field(default_factory=dict)


class Counters:
    """Knows what every person's pages were told, so that only numbers that are different now are told again."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._tallies: dict[Scope, _Tally] = {}
        self._clock = clock

    def outdate(self, campaign_ids: Iterable[int | None]) -> None:
        """Something changed in these campaigns; None: somewhere."""
        changed = set(campaign_ids)
        for scope, tally in self._tallies.items():
            if None in changed or scope.campaign_ids is None or not changed.isdisjoint(scope.campaign_ids):
                tally.is_outdated = True

    def is_due(self) -> bool:
        """Whether there is something to count that may be counted now."""
        return any(self._may_be_counted(tally) for tally in self._tallies.values())

    def refresh(self, people: dict[Scope, set[int]]) -> None:
        """Count again what is outdated, unless that was costly and is too soon: then a later call will."""
        self._tallies = {scope: self._tallies.get(scope, _Tally()) for scope in people}
        for scope, agent_ids in people.items():
            tally = self._tallies[scope]
            tally.told = {agent_id: told for agent_id, told in tally.told.items() if agent_id in agent_ids}
            if self._may_be_counted(tally):
                self._count(scope, tally, agent_ids)
            elif not tally.is_outdated and (newcomers := agent_ids - tally.mine.keys()):
                tally.mine |= count_mine(scope, newcomers)

    def numbers(self, scope: Scope, agent_id: int) -> dict[str, int]:
        """All of one person's numbers as last counted."""
        tally = self._tallies[scope]
        return tally.shared | {Queue.MINE.value: tally.mine[agent_id]}

    def news(self, scope: Scope, agent_id: int) -> str:
        """The numbers that are not what this person was told last; nothing while they may not be counted."""
        tally = self._tallies[scope]
        if tally.is_outdated:
            return ""
        told = tally.told.get(agent_id)
        if told is None:
            return all_counters_part(self.numbers(scope, agent_id))
        now = dict.fromkeys(told, 0) | self.numbers(scope, agent_id)
        return counters_part({name: number for name, number in now.items() if told.get(name) != number})

    def welcome(self, scope: Scope, agent_id: int) -> str:
        """Every number, for a page that comes; later, when they may not be counted now: its own are newer than ours."""
        tally = self._tallies[scope]
        tally.told.pop(agent_id, None)
        return "" if tally.is_outdated else all_counters_part(self.numbers(scope, agent_id))

    def mark_told(self) -> None:
        """Everybody was told the news."""
        for scope, tally in self._tallies.items():
            if not tally.is_outdated:
                tally.told = {agent_id: self.numbers(scope, agent_id) for agent_id in tally.mine}

    def _may_be_counted(self, tally: _Tally) -> bool:
        now = self._clock()
        is_old = now - tally.counted_at > _GOOD_FOR_SECONDS
        return (tally.is_outdated or is_old) and now >= tally.not_before

    def _count(self, scope: Scope, tally: _Tally, agent_ids: set[int]) -> None:
        began = self._clock()
        tally.shared = count_all(scope)
        tally.mine = count_mine(scope, agent_ids)
        ended = self._clock()
        tally.costs = (tally.costs[1], ended - began)
        pause = pause_after(min(tally.costs))
        tally.not_before = ended + (max(pause, _LEAST_PAUSE_SECONDS) if pause else 0.0)
        tally.is_outdated, tally.counted_at = False, ended


def count_all(scope: Scope, agent_id: int | None = None) -> dict[str, int]:
    """Counter name → number, for all that pages show: queues, change requests to approve, commands to decide about."""
    approvals = {"approvals": count_waiting(scope)}
    return count_queues(scope, agent_id) | approvals | count_decisions(scope) | count_news(scope)


def count_mine(scope: Scope, agent_ids: Iterable[int]) -> dict[int, int]:
    """Agent id → conversations in their own queue, for all of them in one query."""
    wanted = set(agent_ids)
    theirs = DeskConversation.objects.within(scope).open().filter(assignment__agent_id__in=wanted).order_by()
    found = theirs.values_list("assignment__agent_id").annotate(Count("id"))
    return dict.fromkeys(wanted, 0) | dict(found)


def all_counters_part(numbers: dict[str, int]) -> str:
    """As `counters_part`, for a page that may show numbers which are there no more."""
    zeroed = partial("[data-count]", "textContent", "0")
    return zeroed + counters_part({name: number for name, number in numbers.items() if number})


def counters_part(numbers: dict[str, int]) -> str:
    return "".join(
        partial(f"[data-count='{name}']", "textContent", str(number)) for name, number in sorted(numbers.items())
    )
