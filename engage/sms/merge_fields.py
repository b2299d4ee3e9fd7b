"""Merge fields in a template: `{{FirstName}}`. Names are matched exactly; nothing is ever evaluated."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

# A field name may hold spaces ("Policy Number") but no braces. `{{ }}` names nothing and stays as it is written.
_FIELD: Final = re.compile(r"\{\{\s*([^{}\s](?:[^{}]*[^{}\s])?)\s*\}\}")


def fields_in(template: str) -> tuple[str, ...]:
    """The distinct field names, in order of appearance."""
    return tuple(dict.fromkeys(match[1] for match in _FIELD.finditer(template)))


def fill(template: str, values: Mapping[str, str]) -> str:
    """The text a lead gets; an unknown or empty field leaves nothing. Values are never filled in turn."""
    return _FIELD.sub(lambda match: values.get(match[1], ""), template)


def unknown_fields(template: str, allowed: Collection[str]) -> tuple[str, ...]:
    """The field names the campaign does not have, in order of appearance."""
    return tuple(name for name in fields_in(template) if name not in allowed)
