"""No text takes longer to read than its length explains, whichever of our regular expressions reads it.

The texts are of two kinds: those that a tool for finding them found (`bin/find-attacks` writes them down), and pieces
of what each expression matches, repeated and spoilt at the end, where backtracking begins.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument, NoSuchExample, Unsatisfiable

from tests.security.expressions import Expression, find_expressions

VERDICTS: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("attacks.json").read_text())
SPOILER = "\0zebra!"
# Longer than any text that is read whole. A quadratic reading costs sixteen times as much at four times the length.
SHORT, LONG = 2_000, 8_000
LINEAR_AT_MOST = 9
# Below this the clock decides, not the text.
NOTHING_SECONDS = 0.002
# For a thousand characters, on a machine that does other things as well.
TOO_LONG_SECONDS = 0.1


@cache
def known_expressions() -> dict[str, Expression]:
    """Looked for by who runs a test of this file, and not by every process that collects it: it takes seconds."""
    return {found.key: found for found in find_expressions() if found.is_known}


def test_no_expression_is_put_together_while_the_product_runs() -> None:
    made = [f"{found.module}: {found.pattern}" for found in find_expressions() if not found.is_known]

    assert made == [], "compile it with its module, so that it can be looked at"


def test_every_expression_was_looked_at_by_the_tool() -> None:
    assert set(known_expressions()) == set(VERDICTS), "run bin/find-attacks"


# The test above holds that these are all.
@pytest.mark.parametrize("key", sorted(VERDICTS))
def test_expression_takes_time_by_the_length_of_the_text_alone(key: str) -> None:
    expression = known_expressions()[key]

    for prefix, pump, suffix in _attacks(expression):
        assert not _is_superlinear(expression, prefix, pump, suffix), (prefix, pump, suffix)


@pytest.mark.parametrize(
    ("pattern", "use"),
    [
        # Two ways to read one pair of words: twice as long for every pair.
        (r"stop(?: (?:all |the )*(?:texts?|text messages?|messages?))+(?: (?:me|texts?))*", "fullmatch"),
        (r"(?:ab|abab)*c", "match"),
        # Every beginning is read to the end: four times as long at twice the length.
        (r"\s+$", "search"),
    ],
)
def test_what_is_dear_to_read_is_found_by_repeating_pieces(pattern: str, use: str) -> None:
    expression = Expression("nowhere", "_BAD", pattern, re.UNICODE, use)

    assert any(_is_superlinear(expression, *attack) for attack in _attacks(expression))


def test_what_the_tool_found_is_measured_as_dear() -> None:
    expression = Expression("nowhere", "_BAD", r"\b[\w-]+\.com\b", re.UNICODE, "search")

    assert _is_superlinear(expression, "", "t-", "")


def _attacks(expression: Expression) -> Iterator[tuple[str, str, str]]:
    """(prefix, what is repeated, suffix), the tool's first."""
    verdict = VERDICTS.get(expression.key, {})
    for pump in verdict.get("pumps", ()):
        yield pump["prefix"], pump["pump"], verdict["suffix"]
    for sample in _samples(expression):
        words = sample.split(" ")
        ends = (sample[-1:], sample[:1], sample[:-1], words[0] + " ", words[-1] + " ", " ".join(words[1:]) + " ")
        pieces = (sample, sample + " ", *ends)
        for piece in dict.fromkeys(piece for piece in pieces if piece):
            yield "", piece, SPOILER
            yield sample + " ", piece, SPOILER


def _samples(expression: Expression) -> list[str]:
    """A few texts that it matches, the same ones each time: a short one, and longer ones with its repeats repeated."""
    quick = settings(
        max_examples=60, database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=HealthCheck
    )
    found: list[str] = []
    for length in (1, 20):
        # An expression for half a character, or one that matches no text so long: what there is must do.
        with suppress(NoSuchExample, Unsatisfiable, InvalidArgument):
            strategy = st.from_regex(re.compile(expression.pattern, expression.flags), fullmatch=True)
            found.append(find(strategy, lambda text, length=length: len(text) >= length, settings=quick)[:200])
    return found


def _is_superlinear(expression: Expression, prefix: str, pump: str, suffix: str) -> bool:
    def seconds(length: int) -> float:
        text = prefix + (pump * (length // len(pump) + 1))[:length] + suffix
        began_at = time.process_time()
        expression.run(text)
        return time.process_time() - began_at

    # In small steps: what doubles with every few characters shows long before it would take for ever.
    for length in (*range(1, 100, 2), 300, 500, 1_000):
        if seconds(length) > TOO_LONG_SECONDS:
            return min(seconds(length) for _ in range(3)) > TOO_LONG_SECONDS
    if min(seconds(LONG) for _ in range(2)) <= NOTHING_SECONDS:
        return False
    long, short = (min(seconds(length) for _ in range(4)) for length in (LONG, SHORT))
    return long > NOTHING_SECONDS and long > LINEAR_AT_MOST * short
