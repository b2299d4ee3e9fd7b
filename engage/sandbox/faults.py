"""Which calls go wrong, and how. What each mode does to the wire is in `engage.sandbox.wire`."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

# What a mode means for the call is fixed: either it takes effect or it does not, and the ledger says which.
MODES_WITHOUT_EFFECT = ("refuse", "cut_before", "429", "500", "503", "html", "redirect", "drop")
MODES_WITH_EFFECT = ("stall", "cut", "half_headers", "drip", "accept_then_500", "accept_then_429")
MODES = MODES_WITHOUT_EFFECT + MODES_WITH_EFFECT
PATHS = ("send", "conversation", "disposition", "campaign")


class Misunderstood(ValueError):
    """The wanted setting makes no sense; the text says where."""


@dataclass(frozen=True)
class CallFaults:
    rate: float = 0.0
    modes: tuple[str, ...] = MODES
    stall_s: float = 10.0
    paths: tuple[str, ...] = PATHS


@dataclass(frozen=True)
class WebhookFaults:
    drop: float = 0.0
    repeat: float = 0.0
    reorder: float = 0.0
    delay_s: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Faults:
    calls: CallFaults = field(default_factory=CallFaults)
    webhooks: WebhookFaults = field(default_factory=WebhookFaults)
    seed: int | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class _Switchboard:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.faults = Faults()
        self.dice = random.Random()


_switchboard = _Switchboard()


def current() -> Faults:
    return _switchboard.faults


def set_to(wanted: Faults) -> None:
    with _switchboard.lock:
        _switchboard.faults = wanted
        _switchboard.dice = random.Random(wanted.seed)


def mode_for(path: str) -> str:
    """The mode this call suffers, or nothing."""
    with _switchboard.lock:
        calls, dice = _switchboard.faults.calls, _switchboard.dice
        if path in calls.paths and calls.rate and dice.random() < calls.rate:
            return dice.choice(calls.modes)
    return ""


def webhook_delays() -> list[float]:
    """Seconds after which one event is posted: none if it is dropped, several if it is repeated."""
    with _switchboard.lock:
        webhooks, dice = _switchboard.faults.webhooks, _switchboard.dice
        if dice.random() < webhooks.drop:
            return []
        delays = [dice.uniform(*webhooks.delay_s)]
        if dice.random() < webhooks.reorder:
            # Long enough for the events after it to overtake it.
            delays[0] += dice.uniform(0.3, 2.0)
        if dice.random() < webhooks.repeat:
            delays.append(delays[0] + dice.uniform(0.0, 1.5))
    return delays


def parse(wanted: Any) -> Faults:
    """The setting written as JSON; whatever is left out is calm. Raises Misunderstood."""
    wanted = _section(wanted, "", {"calls", "webhooks", "seed"})
    calls = _section(wanted.get("calls"), "calls", {"rate", "modes", "stall_s", "paths"})
    webhooks = _section(wanted.get("webhooks"), "webhooks", {"drop", "repeat", "reorder", "delay_s"})
    seed = wanted.get("seed")
    if seed is not None and type(seed) is not int:
        raise Misunderstood("seed must be a whole number")
    return Faults(
        calls=CallFaults(
            rate=_number(calls, "rate", most=1.0),
            modes=_words(calls, "modes", MODES),
            stall_s=_number(calls, "stall_s", 10.0),
            paths=_words(calls, "paths", PATHS),
        ),
        webhooks=WebhookFaults(
            **{name: _number(webhooks, name, most=1.0) for name in ("drop", "repeat", "reorder")},
            delay_s=_range(webhooks.get("delay_s", (0, 0))),
        ),
        seed=seed,
    )


def _section(value: Any, name: str, known: set[str]) -> Mapping[str, Any]:
    value = {} if value is None else value
    if not isinstance(value, dict):
        raise Misunderstood(f"{name or 'the setting'} must be an object")
    unknown = set(value) - known
    if unknown:
        raise Misunderstood(f"unknown: {', '.join(sorted(map(str, unknown)))}")
    return value


def _number(section: Mapping[str, Any], name: str, default: float = 0.0, most: float = 3600.0) -> float:
    value = section.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise Misunderstood(f"{name} must be a number from 0 to {most:g}")
    return float(value)


def _words(section: Mapping[str, Any], name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    value = section.get(name, known)
    if not isinstance(value, list | tuple) or not value or not set(map(str, value)) <= set(known):
        raise Misunderstood(f"{name} must be a list of: {', '.join(known)}")
    return tuple(map(str, value))


def _range(value: Any) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise Misunderstood("delay_s must be [least, most]")
    least, most = (_number({"delay_s": bound}, "delay_s") for bound in value)
    if least > most:
        raise Misunderstood("delay_s must be [least, most]")
    return least, most
