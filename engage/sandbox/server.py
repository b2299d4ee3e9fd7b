"""`python -m engage.sandbox.server`: the sandbox as one program. It ends by SIGTERM, or with whoever started it."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import django
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # ships no types

from engage.sandbox.options import Nonsense, Options, options


class Server(BaseApplication):  # type: ignore[misc]  # as above
    def load_config(self) -> None:
        settings = {
            "bind": f"127.0.0.1:{options().port}",
            "worker_class": "gthread",
            # One process: the one-writer lock, the faults and the simulator live in its memory.
            "workers": 1,
            "threads": 64,
            "worker_connections": 2000,
            "keepalive": 30,
            "timeout": 120,
            "graceful_timeout": 3,
            "proc_name": "engage-sandbox",
            "control_socket_disable": True,
            "loglevel": "warning",
            "on_starting": end_with_parent,
            "post_worker_init": release_stalled_answers_at_the_end,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """In the worker, after the fork: threads and SQLite connections do not survive one."""
        from engage.sandbox import engine, seed, simulator, webhooks
        from engage.sandbox.loading import loader
        from engage.sandbox.wsgi import application

        seed.prepare_database()
        for part in (webhooks, loader, engine, simulator):
            part.start()
        return application


def end_with_parent(arbiter: object) -> None:
    """Nothing lingers on the port when the terminal, test or supervisor that started it is gone."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def release_stalled_answers_at_the_end(worker: Any) -> None:
    """A stalled answer would hold up the stop until the worker is killed."""
    from engage.sandbox.wire import stopping

    def watch() -> None:
        while worker.alive:
            time.sleep(0.2)
        stopping.set()

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    read_arguments()
    try:
        settings = options()
    except Nonsense as error:
        sys.exit(str(error))
    begin_to_speak(settings)
    keep_private(Path(settings.database))
    print(f"Sandbox platform: {settings.public_origin}/sandbox/", file=sys.stderr, flush=True)
    Server().run()


def keep_private(database: Path) -> None:
    """Invented leads, but the API key and the address of webhooks are real: nobody else on this machine reads them."""
    os.umask(0o077)
    database.parent.mkdir(parents=True, exist_ok=True)
    for ending in ("", "-wal", "-shm"):
        # What is not there yet, or is somebody else's, stays as it is.
        with suppress(OSError):
            database.with_name(database.name + ending).chmod(0o600)


def begin_to_speak(settings: Options) -> None:
    """Before the fork, so that a dialect nobody knows stops the start."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "engage.sandbox.settings"
    django.setup()
    from engage.sandbox.dialects import saying, speech

    try:
        saying.begin(settings.dialects, seed=settings.seed or 0)
    except speech.Misunderstood as error:
        sys.exit(f"SANDBOX_DIALECT: {error}")


def read_arguments() -> None:
    """Everything else is said by the environment, and so is this in the end."""
    parser = argparse.ArgumentParser(prog="python -m engage.sandbox.server", description=__doc__)
    parser.add_argument("--speed", metavar="N", help="the platform's time runs N times as fast: 1440 is a day a minute")
    speed = parser.parse_args().speed
    if speed is not None:
        os.environ["SANDBOX_SPEED"] = speed


if __name__ == "__main__":
    main()
