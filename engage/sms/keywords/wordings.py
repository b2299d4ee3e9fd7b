"""What the lists of wordings are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def lines(text: str) -> frozenset[str]:
    """Wordings apart by semicolon or line break."""
    return frozenset(" ".join(part.split()) for part in re.split("[;\n]", text)) - {""}


def anywhere(expressions: Iterable[str]) -> re.Pattern[str]:
    """Each from the beginning of a word: inside one nothing is tried, and that is where most places are."""
    return re.compile(rf"\b(?:{'|'.join(expressions)})")


WRITING: Final = "(?:text|txt|messag|msg|contact|call|send|spamm|bother|harass|pester|writ|email|reach|annoy|bugg)ing"
# A whole clause of such words is clear: "stop sending me these texts at this number". Read word by word, for as an
# expression with two ways to read "text messages" it took twice as long for every pair of them.
WHAT_CEASES: Final = re.compile(f"{WRITING}|(?:texts?|messages?|messaging|msgs?|txts?|sms|spam)")
