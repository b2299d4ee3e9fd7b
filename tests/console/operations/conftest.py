from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone

from console.operations import vitals, writing
from engage.models import Pulse


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """One reading serves a whole second: longer than a test takes."""
    vitals.forget()
    writing.forget()
    yield
    vitals.forget()
    writing.forget()


@pytest.fixture
def worker(db: None) -> None:
    """One that came round just now."""
    for loop in (vitals.SENDING, vitals.RECEIVING):
        Pulse.beat(loop, timezone.now())
