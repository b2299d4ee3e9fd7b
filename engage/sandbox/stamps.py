"""Times and ids as the platform writes them: milliseconds everywhere, ids that grow with time."""

from __future__ import annotations

import itertools
import secrets
from datetime import UTC, datetime

from engage.sandbox.clock import clock

# Starts anywhere, so that two runs within one millisecond do not meet.
_serial = itertools.count(secrets.randbits(40))


def now() -> int:
    """Milliseconds since 1970, by the platform's clock."""
    return clock.now()


def iso(at: int) -> str:
    """ISO 8601 with milliseconds and Z."""
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"


def iso_or_none(at: int | None) -> str | None:
    return None if at is None else iso(at)


def object_id(at: int) -> str:
    """24 hex digits; one made later is greater."""
    return f"{at // 1000:08x}{at % 1000:04x}{next(_serial):012x}"
