"""The platform's own motion: approvals that are due, the broadcast, the carriers' answers."""

from __future__ import annotations

import logging
import threading
import time

from engage.sandbox import stamps
from engage.sandbox.campaigns import approve_those_due
from engage.sandbox.handing_over import record_results
from engage.sandbox.sending import broadcast

_LOOK_EVERY_S = 0.2

logger = logging.getLogger(__name__)


def start() -> None:
    threading.Thread(target=_run, name="engine", daemon=True).start()


def _run() -> None:
    while True:
        time.sleep(_LOOK_EVERY_S)
        for step in (approve_those_due, broadcast.run_until, record_results):
            try:
                step(stamps.now())
            except Exception:
                # One odd lead, or a reset in the middle, must not end it all.
                logger.exception("the engine stumbled")
