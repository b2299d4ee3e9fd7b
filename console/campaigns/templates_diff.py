"""What differs between two texts, word by word, for two columns side by side."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final

# A word and the space behind it; of a text that begins with space, that space. A merge field is one word: half a field
# means nothing to anybody.
_WORD: Final = re.compile(r"(\{\{[^{}]*\}\}|\w+(?:['\u2019]\w+)*|[^\w\s]|\s)(\s*)")
# What the matcher looks through are pairs of equal words, and a text from elsewhere may be long and repeat itself.
_MOST_PAIRS: Final = 20_000
# What is the same between two changes is not worth looking at when it is shorter than they are.
_SHORT: Final = 12


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


@dataclass(frozen=True)
class _Stretch:
    before: str
    after: str
    is_changed: bool

    @property
    def length(self) -> int:
        return max(len(self.before), len(self.after))


def compare(before: str, after: str) -> Comparison:
    stretches = _absorb(_merge(_align(_WORD.findall(before), _WORD.findall(after))))
    return Comparison(
        before=tuple(Piece(one.before, one.is_changed) for one in stretches if one.before),
        after=tuple(Piece(one.after, one.is_changed) for one in stretches if one.after),
    )


def _align(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> Iterator[_Stretch]:
    """Words are matched whatever space follows them; where that differs, the space alone is changed."""
    old_words, new_words = [word for word, _ in old], [word for word, _ in new]
    if _count_pairs(old_words, new_words) > _MOST_PAIRS:
        yield _Stretch(_text(old), _text(new), old != new)
        return
    for tag, i, j, k, m in SequenceMatcher(None, old_words, new_words, autojunk=False).get_opcodes():
        if tag != "equal":
            yield _Stretch(_text(old[i:j]), _text(new[k:m]), True)
            continue
        for (word, old_space), (_, new_space) in zip(old[i:j], new[k:m], strict=True):
            yield _Stretch(word, word, False)
            yield _Stretch(old_space, new_space, old_space != new_space)


def _text(words: list[tuple[str, str]]) -> str:
    return "".join(word + space for word, space in words)


def _count_pairs(old: list[str], new: list[str]) -> int:
    there = Counter(new)
    return sum(there[word] for word in old)


def _merge(stretches: Iterator[_Stretch]) -> list[_Stretch]:
    """Neighbours of one kind become one."""
    runs = groupby((one for one in stretches if one.length), key=lambda one: one.is_changed)
    whole = [(is_changed, list(run)) for is_changed, run in runs]
    return [
        _Stretch("".join(one.before for one in run), "".join(one.after for one in run), is_changed)
        for is_changed, run in whole
    ]


def _absorb(stretches: list[_Stretch]) -> list[_Stretch]:
    """One mark is read faster than many."""
    last = len(stretches) - 1

    def is_drowned(place: int) -> bool:
        length = stretches[place].length
        around = (stretches[place - 1].length, stretches[place + 1].length) if 0 < place < last else (0, 0)
        return length <= _SHORT and length < min(around)

    return _merge(
        _Stretch(one.before, one.after, one.is_changed or is_drowned(place)) for place, one in enumerate(stretches)
    )
