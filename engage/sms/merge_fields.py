"""Merge fields in a template: `{{FirstName}}`. Names are matched exactly; nothing is ever evaluated."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from typing import Final

# A field name may hold spaces ("Policy Number") but no braces. `{{ }}` names nothing and stays as it is written.
_FIELD: Final = re.compile(r"\{\{\s*([^{}\s](?:[^{}]*[^{}\s])?)\s*\}\}")
# A name with a sign before it that opens or marks something; of most a second one closes it. Names have an end, so
# that a long row of signs is read once.
_FOREIGN: Final = re.compile(
    r"(?:[\[({<%#$*|_@~^\u00ab\u2039]{1,8}[=!:-]?\s?(?P<inside>[^\W_](?:[\w .:-]{0,58}[^\W_])?)"
    r"\s?[\])}>%#$*|_@~^\u00bb\u203a]{1,8}"
    r"|(?<!\w)[$%#@](?P<behind>[^\W_]\w{0,59}))"
)


def fields_in(template: str) -> tuple[str, ...]:
    """The distinct field names, in order of appearance."""
    return tuple(dict.fromkeys(match[1] for match in _FIELD.finditer(template)))


def split(template: str) -> Iterator[tuple[str, str]]:
    """(text, "") for what is written, (the field with its braces, its name) for a merge field, in order."""
    written_from = 0
    for match in _FIELD.finditer(template):
        if match.start() > written_from:
            yield template[written_from : match.start()], ""
        yield match[0], match[1]
        written_from = match.end()
    if written_from < len(template) or not template:
        yield template[written_from:], ""


def fill(template: str, values: Mapping[str, str]) -> str:
    """The text a lead gets; an unknown or empty field leaves nothing. Values are never filled in turn."""
    return _FIELD.sub(lambda match: values.get(match[1], ""), template)


def as_text(value: object) -> str:
    """A value as it is filled in: what is no value leaves nothing, and what is no text is written as it was loaded."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def foreign_fields(template: str, names: Collection[str]) -> tuple[str, ...]:
    """Fields as other programs write them, `[FirstName]` or `%FirstName%`, in order of appearance: none is filled.

    `names`: what a field may be called; letters of any case and width, and signs between them, make no difference.
    """
    known = {_folded(name) for name in names} - {""}
    # As a page, a form or a keyboard may have changed the signs.
    rest = unicodedata.normalize("NFKC", html.unescape(_FIELD.sub("\n", template)))
    found = (match for match in _FOREIGN.finditer(rest) if known.intersection(_names_of(match)))
    return tuple(dict.fromkeys(match[0].strip() for match in found))


def _names_of(match: re.Match[str]) -> set[str]:
    """As it stands, and without whose it is and what stands in for it: "contact.FirstName", "FirstName:there"."""
    name = match["inside"] or match["behind"]
    return {_folded(name), _folded(name.rpartition(".")[2]), _folded(name.partition(":")[0])}


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    return "".join(one for one in plain if one.isalnum()).casefold()


def unknown_fields(template: str, allowed: Collection[str]) -> tuple[str, ...]:
    """The field names the campaign does not have, in order of appearance."""
    return tuple(name for name in fields_in(template) if name not in allowed)
