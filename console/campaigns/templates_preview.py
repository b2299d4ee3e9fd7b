"""A template as one lead would get it, with what was filled in and what makes it dearer marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from engage.sms import merge_fields, segments

Kind = Literal["plain", "field", "empty", "costly"]


@dataclass(frozen=True)
class Mark:
    """A stretch of the text. `title` says what it is: the field it came from, or the names of its characters."""

    text: str
    kind: Kind
    title: str = ""


def preview(template: str, values: Mapping[str, str]) -> tuple[Mark, ...]:
    """Put together again this is `fill(template, values)`, but for empty fields, which show their name."""
    costly = set(segments.count(merge_fields.fill(template, values)).offending)
    marks: list[Mark] = []
    for text, field in merge_fields.split(template):
        if not field:
            marks += _mark(text, costly, Mark(text, "plain"))
        elif value := values.get(field, ""):
            marks += _mark(value, costly, Mark(value, "field", f"{{{{{field}}}}}"))
        else:
            marks.append(Mark(f"{{{{{field}}}}}", "empty", "Empty for this lead: nothing is sent in its place"))
    return tuple(marks)


def swap(template: str) -> str:
    """The template with look-alikes put in plain characters; the names of merge fields stay as they are."""
    return "".join(text if field else segments.safe_swap(text) for text, field in merge_fields.split(template))


def _mark(text: str, costly: set[str], otherwise: Mark) -> Iterator[Mark]:
    for is_costly, run in groupby(text, key=costly.__contains__):
        characters = "".join(run)
        if is_costly:
            names = dict.fromkeys(segments.character_name(character) for character in characters)
            yield Mark(characters, "costly", ", ".join(names))
        else:
            yield Mark(characters, otherwise.kind, otherwise.title)
