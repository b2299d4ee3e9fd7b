"""Texts as leads write them, each with what it must be read as and why.

A line of a file: label, text, reason, apart by tabs; "\\\\n" in a text is a line break. The labels:

- stop: clear; the number is locked at once.
- ask: may be an opt-out; a person answers. Locking would lose a willing lead, passing over might miss a revocation.
- start, maybe_start, help, reaction: as the signals of these names.
- ordinary: says nothing about consent.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from engage.sms.keywords import Signal

SIGNALS = {
    "stop": Signal.STOP,
    "ask": Signal.MAYBE_STOP,
    "start": Signal.START,
    "maybe_start": Signal.MAYBE_START,
    "help": Signal.HELP,
    "reaction": Signal.REACTION,
    "ordinary": Signal.NONE,
}


class Labelled(NamedTuple):
    label: str
    text: str
    reason: str


def read_corpus() -> list[Labelled]:
    entries = []
    for path in sorted(Path(__file__).parent.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line and not line.startswith("#"):
                label, text, reason = line.split("\t")
                entries.append(Labelled(label, text.replace("\\n", "\n"), reason))
    return entries
