"""What was found in the rows of a file: counts and first examples, small enough to be kept from step to step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from console.campaigns.lists_problems import ALWAYS_LEFT_OUT, Problem
from console.campaigns.lists_rows import Lead

_EXAMPLES: Final = 5
_LONGEST_EXAMPLE: Final = 80


class Findings:
    """Reads and writes `ListUpload.problems`."""

    def __init__(self, stored: Mapping[str, Any]) -> None:
        self.counts: Counter[str] = Counter(stored.get("counts", {}))
        # Merge field → rows in which it is empty.
        self.empty_fields: Counter[str] = Counter(stored.get("empty_fields", {}))
        self.examples: dict[str, list[dict[str, Any]]] = {
            kind: list(found) for kind, found in stored.get("examples", {}).items()
        }

    def as_json(self) -> dict[str, Any]:
        return {
            "counts": dict(self.counts),
            "empty_fields": dict(self.empty_fields),
            "examples": self.examples,
        }

    def note(self, lead: Lead, problems: Iterable[Problem], shown_as: str) -> None:
        for problem in problems:
            self.counts[problem] += 1
            examples = self.examples.setdefault(problem, [])
            if len(examples) < _EXAMPLES:
                examples.append({"row": lead.row.number, "words": shown_as[:_LONGEST_EXAMPLE]})
            if problem is Problem.EMPTY:
                self.empty_fields.update(lead.empty_fields)


def find_problems(lead: Lead, *, is_locked: bool, is_again: bool) -> list[Problem]:
    """A row that cannot be sent has one reason; of others everything is said."""
    if Problem.SWALLOWED in lead.oddities:
        return [Problem.SWALLOWED]
    if not lead.phone:
        return [lead.oddities[0]]
    if is_locked:
        return [Problem.LOCKED]
    if is_again:
        return [Problem.DUPLICATE]
    empty = [Problem.EMPTY] if lead.empty_fields else []
    return [*empty, *([] if lead.has_zone else [Problem.ZONE]), *lead.oddities]


def is_left_out(problems: Iterable[Problem], leave_out: Iterable[str]) -> bool:
    return any(problem in ALWAYS_LEFT_OUT or problem.value in leave_out for problem in problems)
