"""The broadcast: leads of active lists of active campaigns are sent the outgoing message, one per slot.

Slots lie evenly in the platform's time, however fast that runs. Each is filled by somebody whose hours are open at that
very moment: what happens between two looks at the clock happens at the times it would have happened at.
"""

from __future__ import annotations

import random
from collections import deque

from engage.sandbox import stamps
from engage.sandbox.clock import clock
from engage.sandbox.database import writing
from engage.sandbox.handing_over import HandOver
from engage.sandbox.limits import Tally
from engage.sandbox.models import Lead
from engage.sandbox.options import options
from engage.sandbox.schedule import MINUTE
from engage.sandbox.sending_status import IDLE, State, publish, state_of
from engage.sandbox.waiting import Group, Waiting

# In one look at the clock. The rest comes with the next looks, but a machine that is too slow for good leaves some out.
_MOST_SLOTS = 2000
_MOST_SLOTS_BEHIND = 50_000
# Whatever nobody announced is found out after so many looks.
_LOOKS_BETWEEN = 25


class Broadcast:
    """One for the whole platform; `run_until` belongs to one thread."""

    def __init__(self) -> None:
        self.per_minute = options().broadcast_per_minute
        self._last_slot = float(stamps.now())
        self._jumps = clock.jumps
        self._changed_at: int | None = stamps.now()
        self._looks = 0
        self._waiting = Waiting()
        self._turns: deque[Group] = deque()
        self._tally = Tally()
        self._dice = random.Random(options().seed)

    def wake(self) -> None:
        """Leads, lists or campaigns have changed. Call inside `writing()`: the next look sees the change."""
        self._changed_at = stamps.now()

    def run_until(self, now: int) -> None:
        """Everything that is to be sent by this moment. Raises whatever the database raises."""
        slots = self._slots(now)
        self._looks += 1
        if self._changed_at is not None or slots or self._looks % _LOOKS_BETWEEN == 0:
            with writing():
                self._look(now)
                if slots:
                    self._fill(slots, now)
        self._tell(now)

    def _slots(self, now: int) -> list[int]:
        if self._jumps != clock.jumps or not self.per_minute:
            # Time that was jumped over, or in which nothing was to be sent, is gone.
            self._jumps, self._last_slot = clock.jumps, float(now)
            return []
        pause = MINUTE / self.per_minute
        count = max(int((now - self._last_slot) / pause), 0)
        begun = self._last_slot + max(count - _MOST_SLOTS_BEHIND, 0) * pause
        count = min(count, _MOST_SLOTS)
        self._last_slot = begun + count * pause
        return [int(begun + number * pause) for number in range(1, count + 1)]

    def _look(self, now: int) -> None:
        if self._changed_at is None and self._looks % _LOOKS_BETWEEN:
            return
        self._waiting.look(since=now if self._changed_at is None else self._changed_at)
        # In another order each time: no list is for ever behind the others.
        self._dice.shuffle(self._waiting.groups)
        self._turns = deque(self._waiting.groups)
        if self._changed_at is not None:
            self._tally.know(self._waiting.campaigns.values())
        self._changed_at = None

    def _fill(self, slots: list[int], now: int) -> None:
        retries = deque[Lead]()
        if any(at <= now for at in self._waiting.retries.values()):
            retries.extend(Lead.objects.to_retry(now)[: len(slots)])
            # Who is left is found at the next look around.
            self._changed_at = now
        if not retries and not self._turns:
            return
        hand_over = HandOver()
        for at in slots:
            lead = self._next_retry(retries, at) or self._next(at)
            if lead is not None:
                self._hand_over(lead, hand_over, at)
        hand_over.save()
        for group in self._turns:
            group.let_go()

    def _next_retry(self, retries: deque[Lead], at: int) -> Lead | None:
        for _ in range(len(retries)):
            lead = retries.popleft()
            is_due = lead.retry_at is not None and lead.retry_at <= at
            gate = self._waiting.gate(lead.campaign_id, lead.time_zone)
            if is_due and gate.is_open(at) and not self._is_full(lead.campaign_id, lead.normalized_carrier, at):
                return lead
            retries.append(lead)
        return None

    def _next(self, at: int) -> Lead | None:
        """The groups take turns."""
        for _ in range(len(self._turns)):
            group = self._turns[0]
            self._turns.rotate(-1)
            may_send = group.count > 0 and group.since <= at and group.gate.is_open(at)
            if may_send and not self._is_full(group.campaign.id, group.carrier, at):
                lead = group.take(at)
                if lead is not None:
                    return lead
        return None

    def _hand_over(self, lead: Lead, hand_over: HandOver, at: int) -> None:
        if hand_over.add(lead, self._waiting.campaigns[lead.campaign_id], at):
            self._tally.add(lead.campaign_id, lead.normalized_carrier, at)
        elif lead.retry_at is not None:
            key = (lead.campaign_id, lead.time_zone)
            self._waiting.retries[key] = min(self._waiting.retries.get(key, lead.retry_at), lead.retry_at)

    def _is_full(self, campaign_id: str, carrier: str, at: int) -> bool:
        return self._tally.is_reached(campaign_id, carrier, at)

    def _tell(self, now: int) -> None:
        for campaign in list(self._waiting.campaigns.values()):
            # Switched off, it says nothing of itself: an idle platform stands still.
            state = state_of(campaign.id, self._waiting, self._tally, now) if self.per_minute else IDLE
            if state != State.stored(campaign):
                current = publish(campaign.id, state)
                if current is not None:
                    self._waiting.campaigns[campaign.id] = current


broadcast = Broadcast()
