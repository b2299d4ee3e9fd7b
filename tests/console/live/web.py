"""A web process as it runs in production: gunicorn with the console's own configuration, on the test's database."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import quote

from django.db import connection


class Web:
    def __init__(self, *, threads: int = 40, **settings: str) -> None:
        self.port = _free_port()
        environment = (
            os.environ
            | {
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "CONSOLE_DATABASE_URL": _database_url(),
                "CONSOLE_SECRET_KEY": "for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz",
                "ENGAGE_KEY_RING": "dGVzdHMtb25seS1rZXktMDEyMzQ1Njc4OWFiY2RlZiE=",
                "CONSOLE_BIND": "127.0.0.1",
                "CONSOLE_WEB_PROCESSES": "1",
                "CONSOLE_WEB_THREADS": str(threads),
                "PORT": str(self.port),
            }
            | settings
        )
        command = [sys.executable, "-m", "gunicorn", "-c", "console/gunicorn_conf.py", "console.wsgi"]
        self.process = subprocess.Popen(command, env=environment)
        self._wait_until_up()

    def worker_pid(self) -> int:
        children = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(children) as file:
            return int(file.read().split()[0])

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "gunicorn did not start"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("gunicorn did not listen")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _database_url() -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    return f"postgres://{settings['USER']}@/{settings['NAME']}?host={quote(settings['HOST'])}"
