"""Keeps in mind how GETs go, so that the sign in the bar can say when the platform answers nobody.

A line in a table of two rows per workspace, written when something changes and otherwise every few seconds: GETs come
ten a second, and none of them may wait for this.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import Error
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from engage.api.answers import LeftOut
from engage.api.client import EngageClient
from engage.api.errors import EngageError, Gone, Malformed, RateLimited, Unauthorized, Unreachable
from engage.api.origins import Origins
from engage.api.pages import Partial
from engage.api.wire import Campaign as WireCampaign
from engage.api.wire import ConversationPayload
from engage.models import Reach
from engage.vault import Secret

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 5.0


@dataclass
class _Said:
    """`None` as `trouble` of a good answer; `failures` that are not written down yet."""

    at: float
    trouble: str | None
    failures: int = 0


class NotedClient(EngageClient):
    """A client whose GETs are kept in mind."""

    def __init__(self, workspace_id: int | None, origins: Origins, api_key: Secret, **options: Any) -> None:
        """As EngageClient, which takes the options."""
        super().__init__(origins, api_key, **options)
        self._workspace_id = workspace_id

    def each_campaign(self) -> Iterator[WireCampaign | LeftOut | Partial]:
        # Noted when the last one was taken: an answer that breaks off is no good one.
        with _noting(self._workspace_id, Reach.Kind.CAMPAIGNS):
            yield from super().each_campaign()

    def get_conversation(self, key: Secret) -> ConversationPayload:
        with _noting(self._workspace_id, Reach.Kind.CONVERSATION):
            return super().get_conversation(key)


def in_words(error: EngageError) -> str:
    """What Engage did, to go on after its name."""
    match error:
        case Unauthorized() | Gone():
            return f"refuses ({error.status})"
        case Malformed():
            return f"answers what is not understood: {error.reason}"[:200]
        case RateLimited():
            return "asks us to wait"
        case Unreachable():
            return "cannot be reached"
        case _:
            return f"fails ({error.status})" if error.status else "does not answer"


_said: dict[tuple[int, str], _Said] = {}
_lock = threading.Lock()


def forget() -> None:
    """For tests: the next outcome is written down at once."""
    with _lock:
        _said.clear()


@contextmanager
def _noting(workspace_id: int | None, kind: Reach.Kind) -> Iterator[None]:
    try:
        yield
    except EngageError as error:
        _note(workspace_id, kind, in_words(error))
        raise
    _note(workspace_id, kind, None)


def _note(workspace_id: int | None, kind: Reach.Kind, trouble: str | None) -> None:
    if workspace_id is None:
        # It is being connected: no row is there before its key has proved good.
        return
    failures = _is_due(workspace_id, kind, trouble)
    if failures is None:
        return
    try:
        _write(workspace_id, kind, trouble, failures)
    except Error as error:
        # What was asked for is worth more than a note about it.
        logger.warning("how a GET went could not be noted: %s", type(error).__name__)


def _is_due(workspace_id: int, kind: Reach.Kind, trouble: str | None) -> int | None:
    """Failures to write down, or None while the last note is fresh and says the same."""
    now = time.monotonic()
    with _lock:
        last = _said.get((workspace_id, kind))
        failures = (last.failures if last else 0) + (trouble is not None)
        if last and (last.trouble is None) == (trouble is None) and now < last.at + _EVERY_SECONDS:
            last.failures = failures
            return None
        _said[workspace_id, kind] = _Said(now, trouble)
        return failures


def _write(workspace_id: int, kind: Reach.Kind, trouble: str | None, failures: int) -> None:
    now = timezone.now()
    rows = Reach.objects.filter(workspace_id=workspace_id, kind=kind)
    if trouble is None:
        changed = rows.update(answered_at=now, failing_since=None, failures=0, trouble="")
        new = Reach(workspace_id=workspace_id, kind=kind, answered_at=now)
    else:
        since = Coalesce("failing_since", now)
        changed = rows.update(failing_since=since, failures=F("failures") + failures, trouble=trouble)
        new = Reach(workspace_id=workspace_id, kind=kind, failing_since=now, failures=failures, trouble=trouble)
    if not changed:
        # Another worker may be making the row this very moment.
        Reach.objects.bulk_create([new], ignore_conflicts=True)
