"""Which dialects are spoken now, and which of them about whom."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from engage.sandbox.dialects.catalogue import DIALECTS, MIXED, aspects

PLAIN: frozenset[str] = frozenset()
# Never mixed within one account: a thing goes by one id, whoever speaks of it.
_OF_ALL = frozenset({"ids"})


class Misunderstood(ValueError):
    """No such dialect, or two that contradict each other; the text says which."""


@dataclass(frozen=True)
class Speech:
    names: tuple[str, ...] = ()
    seed: int = 0
    refuse_for_s: float = 300.0
    """How long the dialects that refuse at first do so."""
    began_at: float = 0.0
    """By the machine's monotonic clock."""

    @property
    def is_plain(self) -> bool:
        return not self.names

    def about(self, subject: str) -> frozenset[str]:
        """The dialects in which this subject is spoken of: the same ones each time."""
        return _readings(self.names, self.seed, subject)

    def may_say(self, name: str) -> bool:
        """About some subject at least."""
        return name in self.names or (MIXED in self.names and DIALECTS[name].is_mixable)


def parse(names: Iterable[str], *, seed: int = 0, refuse_for_s: float = 300.0) -> Speech:
    """Raises Misunderstood."""
    wanted = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
    spoken: dict[str, str] = {}
    for name in wanted:
        if name == MIXED:
            continue
        if name not in DIALECTS:
            raise Misunderstood(f"no dialect is called {name!r}")
        aspect = DIALECTS[name].aspect
        if aspect in spoken:
            raise Misunderstood(f"{spoken[aspect]} and {name} contradict each other")
        spoken[aspect] = name
    return Speech(wanted, seed, refuse_for_s, time.monotonic())


@lru_cache(maxsize=4096)
def _readings(names: tuple[str, ...], seed: int, subject: str) -> frozenset[str]:
    chosen = frozenset(names) - {MIXED}
    if MIXED not in names:
        return chosen
    settled = {DIALECTS[name].aspect for name in chosen}
    mixed = set(chosen)
    for aspect, entries in aspects().items():
        # The plain reading is one of those that are mixed.
        readings = ["", *(entry.name for entry in entries if entry.is_mixable)]
        if aspect not in settled:
            about = "" if aspect in _OF_ALL else subject
            mixed.add(readings[zlib.crc32(f"{seed}:{aspect}:{about}".encode()) % len(readings)])
    return frozenset(mixed - {""})


class _Speaker:
    def __init__(self) -> None:
        # Replaced whole: a reader never sees half of a change.
        self.speech = Speech()


_speaker = _Speaker()


def current() -> Speech:
    return _speaker.speech


def set_to(speech: Speech) -> None:
    _speaker.speech = speech
