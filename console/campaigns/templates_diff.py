"""What differs between two texts, word by word, for two columns side by side."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final

# A merge field is one word: half a field means nothing to anybody.
_WORD: Final = re.compile(r"\{\{[^{}]*\}\}|\w+(?:['\u2019]\w+)*|\s+|[^\w\s]")
# What the matcher looks through are pairs of equal words, and a text from elsewhere may be long and repeat itself.
_MOST_PAIRS: Final = 20_000


@dataclass(frozen=True)
class Piece:
    text: str
    is_changed: bool


@dataclass(frozen=True)
class Comparison:
    """Each side put together again is its whole text; what is not marked is the same on both."""

    before: tuple[Piece, ...]
    after: tuple[Piece, ...]

    @property
    def is_same(self) -> bool:
        return not any(piece.is_changed for piece in self.before + self.after)


def compare(before: str, after: str) -> Comparison:
    old, new = _WORD.findall(before), _WORD.findall(after)
    if _count_pairs(old, new) > _MOST_PAIRS:
        return Comparison(*(_join([(text, before != after)]) for text in (before, after)))
    matcher = SequenceMatcher(str.isspace, old, new, autojunk=False)
    blocks = [("".join(old[i:j]), "".join(new[k:m]), tag != "equal") for tag, i, j, k, m in matcher.get_opcodes()]
    marks = _bridge([(is_changed, text) for text, _, is_changed in blocks])
    return Comparison(
        _join([(text, mark) for (text, _, _), mark in zip(blocks, marks, strict=True)]),
        _join([(text, mark) for (_, text, _), mark in zip(blocks, marks, strict=True)]),
    )


def _count_pairs(old: list[str], new: list[str]) -> int:
    there = Counter(word for word in new if not word.isspace())
    return sum(there[word] for word in old)


def _bridge(blocks: list[tuple[bool, str]]) -> list[bool]:
    """A space between two changed words belongs to the change: one mark is read faster than many."""
    last = len(blocks) - 1
    return [
        is_changed or (text.isspace() and 0 < place < last and blocks[place - 1][0] and blocks[place + 1][0])
        for place, (is_changed, text) in enumerate(blocks)
    ]


def _join(parts: list[tuple[str, bool]]) -> tuple[Piece, ...]:
    runs = groupby((part for part in parts if part[0]), key=lambda part: part[1])
    return tuple(Piece("".join(text for text, _ in run), is_changed) for is_changed, run in runs)
