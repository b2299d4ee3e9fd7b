"""The worker: the loops that move data round the ring, one thread each, stopped together."""

from __future__ import annotations

import gc
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from types import FrameType

from django.conf import settings
from django.db import close_old_connections
from django.utils.module_loading import import_string

from engage.mirror import projector, pruning, reconcile
from engage.outbox import lineage, restored
from engage.outbox.lanes import describe
from engage.outbox.loop import Dispatcher
from engage.outbox.pace import DEFAULT_PACE, Pace

logger = logging.getLogger(__name__)

# A POST may take 20 seconds. Nobody who deploys waits so long: what is cut off stays marked as being sent, and the
# next worker looks it up when its lease is over, as after a power cut.
STOP_WITHIN_SECONDS = 8.0
_BEGIN_ANEW_SECONDS = 1.0


def run(*, dispatcher_threads: int = 4, pace: Pace = DEFAULT_PACE) -> int:
    """Run until SIGTERM or SIGINT; returns the exit status: 1 when a loop died, so that a supervisor starts anew."""
    stop = threading.Event()
    # A batch makes tens of thousands of short-lived objects, none in cycles; looking through them all every 700 took a
    # fifth of the projector's time.
    gc.set_threshold(50_000, 20, 50)

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    if not lineage.wait_until_known(stop):
        return 0
    loops = find_loops(stop, Dispatcher(stop, threads=dispatcher_threads, pace=pace), pace)
    threads = [
        threading.Thread(target=outlive, args=(name, loop, stop), name=name, daemon=True)
        for name, loop in loops.items()
    ]
    for thread in threads:
        thread.start()
    logger.info("worker started")
    while not stop.wait(0.5):
        dead = [thread.name for thread in threads if not thread.is_alive()]
        if dead:
            logger.critical("worker loop %s ended; stopping", ", ".join(dead))
            stop.set()
            return _end(threads, 1)
    return _end(threads, 0)


def find_loops(
    stop: threading.Event, dispatcher: Dispatcher, pace: Pace = DEFAULT_PACE
) -> dict[str, Callable[[], None]]:
    """By name. Those of the rooms above are named by a setting, and get the event that ends them."""
    return {
        "projector": lambda: projector.run(stop),
        "reconcile": lambda: reconcile.run(stop),
        "dispatcher": dispatcher.run,
        "restored": lambda: restored.run(stop, pace),
        "pruning": lambda: pruning.run(stop),
        "lineage": lambda: lineage.run(stop),
        **{name: partial(import_string(path), stop) for name, path in getattr(settings, "ENGAGE_LOOPS", {}).items()},
    }


def outlive(name: str, loop: Callable[[], None], stop: threading.Event) -> None:
    """Run a loop, and begin it anew when it breaks: with one loop would end the whole worker, again and again."""
    while True:
        try:
            loop()
        except Exception as error:
            # Its kind and place alone: the words may quote a text or a key.
            logger.error("worker loop %s broke and begins anew: %s", name, describe(error))
            close_old_connections()
        else:
            return
        if stop.wait(_BEGIN_ANEW_SECONDS):
            return


def _end(threads: list[threading.Thread], status: int) -> int:
    """Wait for what is in hand, but not for ever; Python itself would wait for every thread of a pool."""
    deadline = time.monotonic() + STOP_WITHIN_SECONDS
    for thread in threads:
        thread.join(max(deadline - time.monotonic(), 0.0))
    busy = [thread.name for thread in threads if thread.is_alive()]
    if busy:
        logger.warning("worker stops in the middle of: %s", ", ".join(busy))
        logging.shutdown()
        os._exit(status)
    logger.info("worker stopped")
    return status
