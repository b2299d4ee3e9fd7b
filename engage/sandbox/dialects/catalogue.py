"""One entry per reading: what it is called, what it does, and what it shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from engage.sandbox.models import Campaign, Lead

Json = dict[str, Any]
MIXED = "mixed"


class Part(StrEnum):
    """What the platform can be saying."""

    CONVERSATION = "conversation"
    CAMPAIGN = "campaign"
    CAMPAIGN_PAGE = "campaigns"
    LEAD_LIST = "list"
    RECEIPT = "receipt"
    """The answer to a reply or a disposition."""
    LIST_RECEIPT = "list receipt"
    """The answer to the activation or pause of a list, beside the object in it."""


class Phase(IntEnum):
    """What is meant comes before how it is written, and that before what it is wrapped in."""

    MEANING = 1
    SCALARS = 2
    ARRAYS = 3
    EXTRAS = 4
    WRAPPING = 5
    WHOLE = 6


@dataclass
class Said:
    """One thing on its way out. A shape changes it in place."""

    part: Part
    document: Any
    event: str = ""
    """Empty: it is an answer."""
    lead: Lead | None = None
    campaign: Campaign | None = None
    address: str = ""
    """Of the call that is answered, with its query."""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: tuple[str, bytes] | None = None
    """Content type and body, where the answer is no JSON at all."""
    is_told: bool = True
    """False: nobody hears of it."""

    @property
    def data(self) -> Json:
        """The conversation itself, while it is not wrapped otherwise yet."""
        data: Json = self.document["data"]
        return data


Shape = Callable[[Said], None]


@dataclass(frozen=True)
class Dialect:
    name: str
    row: str
    """Of the list of open readings: A consent, B answering, C campaigns, D lists, E details."""
    aspect: str
    """Of the dialects of one aspect, one at most is spoken about one thing."""
    line: str
    is_mixable: bool
    phase: Phase = Phase.MEANING
    parts: tuple[Part, ...] = ()
    shape: Shape | None = None


DIALECTS: dict[str, Dialect] = {}


def declare(
    name: str,
    row: str,
    line: str,
    *,
    aspect: str = "",
    is_mixable: bool = True,
) -> None:
    """A dialect that shapes nothing by itself: it is heard in what comes in, or asked for where it matters."""
    _add(Dialect(name=name, row=row, aspect=aspect or name, line=line, is_mixable=is_mixable))


def dialect(
    name: str,
    row: str,
    line: str,
    *parts: Part,
    aspect: str = "",
    phase: Phase = Phase.MEANING,
    is_mixable: bool = True,
) -> Callable[[Shape], Shape]:
    """The function below it is how this dialect says these parts."""

    def add(shape: Shape) -> Shape:
        _add(Dialect(name, row, aspect or name, line, is_mixable, phase, parts, shape))
        return shape

    return add


def _add(entry: Dialect) -> None:
    if entry.name in DIALECTS or entry.name == MIXED:
        raise ValueError(f"two dialects are called {entry.name}")
    DIALECTS[entry.name] = entry


def aspects() -> dict[str, list[Dialect]]:
    """The readings of each aspect, in the order of the list."""
    found: dict[str, list[Dialect]] = {}
    for entry in sorted(DIALECTS.values(), key=lambda entry: (entry.row[0], int(entry.row[1:]))):
        found.setdefault(entry.aspect, []).append(entry)
    return found
