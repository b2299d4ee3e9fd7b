"""What carriers make of a text: most are delivered, a few never, and some are taken only later."""

from __future__ import annotations

import random
from dataclasses import dataclass

from engage.sandbox.models import LeadStatus
from engage.sandbox.options import options
from engage.sandbox.people import CARRIERS
from engage.sandbox.schedule import MINUTE

MOST_ATTEMPTS = 3
RETRY_AFTER = 15 * MINUTE
BUSY = "Carrier is busy, will be tried again"
GAVE_UP = f"Carrier stayed busy, given up after {MOST_ATTEMPTS} attempts"
OPTED_OUT = "Recipient has opted out"
_REASONS = ("Number is not in service", "Number is a landline", "Handset unreachable", "Blocked by the carrier")


@dataclass(frozen=True)
class Fate:
    """Of one attempt. Without a status the carrier did not take it: it may be tried again."""

    status: LeadStatus | None
    message: str | None
    takes_ms: int


def carrier_of(phone: str) -> tuple[str, str]:
    """The carrier's own name and the common one; the same for a number whenever it is asked."""
    return _dice(phone).choice(CARRIERS)


def fate_of(phone: str, attempt: int) -> Fate:
    """`attempt` counts from one. The same number meets the same fate in every run with the same seed."""
    dice = _dice(phone, attempt)
    luck, takes_ms = dice.random(), dice.randint(300, 2500)
    share = options().undeliverable
    if luck >= share:
        return Fate(LeadStatus.DELIVERED, None, takes_ms)
    if luck < share / 2:
        return Fate(LeadStatus.FAILED, dice.choice(_REASONS), takes_ms)
    if attempt < MOST_ATTEMPTS:
        return Fate(None, BUSY, takes_ms)
    return Fate(LeadStatus.FAILED, GAVE_UP, takes_ms)


def _dice(*about: object) -> random.Random:
    return random.Random("/".join(map(str, (options().seed or 0, *about))))
