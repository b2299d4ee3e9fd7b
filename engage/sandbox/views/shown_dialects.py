"""The dialects as their form shows them: one choice for each aspect, the plain reading first."""

from __future__ import annotations

from dataclasses import dataclass

from engage.sandbox.dialects import speech
from engage.sandbox.dialects.catalogue import MIXED, Dialect, aspects

AREAS = {"A": "Consent", "B": "Answering", "C": "Campaigns", "D": "Lists", "E": "Details"}


@dataclass(frozen=True)
class Choice:
    aspect: str
    readings: list[tuple[Dialect, bool]]


@dataclass(frozen=True)
class DialectForm:
    spoken: list[str]
    is_mixed: bool
    areas: list[tuple[str, list[Choice]]]


def dialect_form() -> DialectForm:
    """The present setting."""
    names = speech.current().names
    areas: dict[str, list[Choice]] = {word: [] for word in AREAS.values()}
    for aspect, entries in aspects().items():
        readings = [(entry, entry.name in names) for entry in entries]
        areas[AREAS[entries[0].row[0]]].append(Choice(aspect, readings))
    return DialectForm(list(names), MIXED in names, list(areas.items()))
