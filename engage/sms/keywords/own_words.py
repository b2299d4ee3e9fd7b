"""A workspace's own stop words: whole message only, among courtesies or alone."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

from engage.sms.keywords.folding import fold, glance, undisguise

MOST: Final = 50
LONGEST_WORD: Final = 40
_SIGNS: Final = re.compile(r"[\W_]+")


class OwnWords:
    """The words as they are compared, worked out once for any number of texts."""

    def __init__(self, words: Collection[str] = ()) -> None:
        folded = [fold(word) for word in words]
        self.wholes = frozenset(" ".join(_SIGNS.sub(" ", undisguise(word)).split()) for word in folded) - {""}
        # Any of its words: where all are missing, none of the workspace's words can be there.
        self.telling = frozenset(
            part for word in folded for part in (*glance(word).split(), *_SIGNS.sub(" ", word).split())
        )

    @staticmethod
    def of(words: Collection[str] | OwnWords) -> OwnWords:
        return words if isinstance(words, OwnWords) else _own(frozenset(words))


@lru_cache(maxsize=64)
def _own(words: frozenset[str]) -> OwnWords:
    return OwnWords(words)
