"""Writing down what happened at the platform must not fail because the database was away for a moment."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

# Together shorter than what is left of a lease after a POST.
_WAITS = (0.1, 0.5, 2.0, 5.0)


def persist(step: Callable[[], Result]) -> Result:
    """Run a step that may run twice; raises the last error when the database stays away."""
    for wait in _WAITS:
        try:
            return step()
        except (OperationalError, InterfaceError) as error:
            logger.warning("the database did not take an outcome (%s), trying again", type(error).__name__)
            connection.close()
            time.sleep(wait)
    return step()
