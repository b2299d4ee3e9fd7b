"""One row that cannot be handled is set aside by itself: its neighbours go on, and it comes back later.

Only when the database itself does not answer is there no sense in going on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.db import Error, connection
from django.utils import timezone

from engage.models import Command
from engage.outbox.lanes import describe

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

_COMES_BACK_AFTER = timedelta(seconds=30)


def guarded(command_id: int, step: Callable[[], Result]) -> Result | None:
    """Run a step that is about one command; None when it failed. Raises what it raised when the database is away."""
    try:
        return step()
    except Exception as error:
        if isinstance(error, Error) and not database_answers():
            raise
        logger.error("command %s is set aside for now: %s", command_id, describe(error))
        _put_off(command_id)
        return None


def _put_off(command_id: int) -> None:
    later = timezone.now() + _COMES_BACK_AFTER
    try:
        Command.objects.filter(pk=command_id, due_at__lt=later).update(due_at=later)
    except Error as error:
        # Then it is due all the time; the others are begun all the same.
        logger.error("command %s cannot be put off: %s", command_id, describe(error))


def database_answers() -> bool:
    """A trivial statement tells a database that is away from one that refuses this one thing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True
