"""How the pages of lead lists write numbers and what came as it came."""

from __future__ import annotations

import json
from typing import Any

from django import template

register = template.Library()


@register.filter
def numbered(count: int) -> str:
    """As "97,000"."""
    return f"{count:,}"


@register.filter
def as_json(posted: Any) -> str:
    return json.dumps(posted, indent=2, ensure_ascii=False)
