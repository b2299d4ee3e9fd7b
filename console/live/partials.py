from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.db import DatabaseError
from django.template.loader import render_to_string

# For parts that differ by person: the page is told that there is news, and asks for them itself.
LOOK_AGAIN = '<hx-partial hx-target="#look-again" hx-swap="innerHTML"><i></i></hx-partial>'
logger = logging.getLogger(__name__)


def partial(target: str, swap: str, html: str) -> str:
    """A part of an answer that goes to the elements of its own target, and nowhere on a page that has none."""
    return f'<hx-partial hx-target="{target}" hx-swap="{swap}">{html}</hx-partial>'


def render(template: str, context: Mapping[str, Any]) -> str:
    """Nothing when this one cannot be rendered: the pages of everybody else must go on."""
    try:
        return render_to_string(template, dict(context))
    except DatabaseError:
        raise
    except Exception:
        logger.exception("%s could not be rendered live", template)
        return ""
