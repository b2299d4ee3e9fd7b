"""Is this process alive, and is the whole of it ready? For load balancers and supervisors, without a sign-in.

They say which part is not ready, and nothing of names, numbers, versions or keys.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

from console.operations import vitals, writing
from console.operations.vitals import RECEIVING, SENDING, Vitals

logger = logging.getLogger(__name__)

NOT_READY = 503


class QuietResponse(HttpResponse):
    """Django writes no line about it: probes come every few seconds, and most of all while something is wrong."""

    _has_been_logged = True


def alive(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return QuietResponse("alive\n", content_type="text/plain")


def ready_web(request: HttpRequest) -> HttpResponse:
    """Can this process serve pages and take webhooks? Whoever passes requests on asks this."""
    return _answer(_find_web_faults)


def ready(request: HttpRequest) -> HttpResponse:
    """The same, and is the work being done? Whoever raises alarms asks this."""
    return _answer(_find_faults)


def _answer(find_faults: Callable[[], Iterator[str]]) -> HttpResponse:
    try:
        faults = list(find_faults())
    except Error as error:
        logger.warning("not ready: %s", type(error).__name__)
        faults = ["database: cannot be used"]
    words = "".join(f"{fault}\n" for fault in faults) or "ready\n"
    return QuietResponse(words, status=NOT_READY if faults else 200, content_type="text/plain")


def _find_faults() -> Iterator[str]:
    found = list(_find_web_faults())
    yield from found
    if not found:
        yield from _find_worker_faults(vitals.recent())


def _find_web_faults() -> Iterator[str]:
    if not _migrations.are_applied():
        yield "migrations: not all are applied"
    else:
        # Asked even when the answer above is remembered: is the database there, and does it keep what it is given?
        vitals.recent()
        if not writing.works():
            yield "database: cannot be written"


def _find_worker_faults(now: Vitals) -> Iterator[str]:
    if not now.has_worker_run:
        yield "worker: none has run yet"
        return
    for loop, words in ((SENDING, "sends nothing"), (RECEIVING, "takes in nothing")):
        if silent := now.silent_since(loop):
            yield f"worker: {words} for {now.age(silent):.0f} s"
    if overdue := now.overdue_since():
        yield f"worker: work has been due for {now.age(overdue):.0f} s"


class _Migrations:
    """Once they are applied they stay so for as long as this code runs."""

    def __init__(self) -> None:
        self._are_applied = False

    def are_applied(self) -> bool:
        if not self._are_applied:
            executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
            self._are_applied = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return self._are_applied


_migrations = _Migrations()
