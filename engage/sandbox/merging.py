"""Merge fields: `{{FirstName}}` and whatever else was loaded with a lead."""

from __future__ import annotations

from collections.abc import Mapping

from engage.sandbox.models import Lead
from engage.sms.merge_fields import as_text, fill


def fill_in(template: str, lead: Lead) -> str:
    """With the lead's data; fields they do not have come out empty."""
    return fill(template, values_of(lead))


def values_of(lead: Lead) -> Mapping[str, str]:
    return {name: as_text(value) for name, value in lead.data.items()}
