"""The worker: the loops that move data round the ring, one thread each, stopped together."""

from __future__ import annotations

import gc
import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType

from engage.mirror import projector, reconcile
from engage.outbox.loop import Dispatcher

logger = logging.getLogger(__name__)

# Longer than the deadline of a POST in hand would hold up a stop; its lease settles what was cut off.
_STOP_WITHIN_SECONDS = 8.0


def run(*, dispatcher_threads: int = 4) -> int:
    """Run until SIGTERM or SIGINT; returns the exit status: 1 when a loop died, so that a supervisor starts anew."""
    stop = threading.Event()
    # A batch makes tens of thousands of short-lived objects, none in cycles; looking through them all every 700 took a
    # fifth of the projector's time.
    gc.set_threshold(50_000, 20, 50)

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    loops: dict[str, Callable[[], None]] = {
        "projector": lambda: projector.run(stop),
        "reconcile": lambda: reconcile.run(stop),
        "dispatcher": Dispatcher(stop, threads=dispatcher_threads).run,
    }
    threads = [threading.Thread(target=loop, name=name, daemon=True) for name, loop in loops.items()]
    for thread in threads:
        thread.start()
    logger.info("worker started")
    while not stop.wait(0.5):
        dead = [thread.name for thread in threads if not thread.is_alive()]
        if dead:
            logger.critical("worker loop %s ended; stopping", ", ".join(dead))
            stop.set()
            return 1
    for thread in threads:
        thread.join(_STOP_WITHIN_SECONDS)
    logger.info("worker stopped")
    return 0
