"""The whole product as a team runs it: database, web, worker and a platform, each a process, over real sockets."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import requests

from tests.migrated import copy_migrated
from tests.sandbox_process import TEST_KEY, SandboxProcess, end_with_parent

ROOT = Path(__file__).resolve().parent.parent.parent

_PORTS = range(20_000, 32_000)

# What an operator does before the first start, in one go; it ends with the address that webhooks go to.
_PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
call_command("demo")
call_command("webhook_url")
"""
# As if everything under way had begun so many seconds earlier: for waits that no test can sit through.
_LET_PASS = """
from datetime import timedelta
from django.db.models import F
from engage.models import Attempt, Command
passed = timedelta(seconds={seconds})
for table, times in ((Command, ("created_at", "state_since", "due_at", "lease_until", "expires_at")),
                     (Attempt, ("marked_at", "ended_at"))):
    table.objects.update(**{{name: F(name) - passed for name in times}})
"""

_MAKE_PERSON = """
from django.contrib.auth.models import Group, User
User.objects.create_user("{name}", password="demo", first_name="{name}".capitalize()).groups.add(
    Group.objects.get(name="{role}"))
"""


class Part:
    """One program of the ring, in a process group of its own."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        self._command = command
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._log_read = 0

    def start(self, **environment: str) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._command],
                cwd=ROOT,
                env=self._environment | environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )

    def take_log(self) -> str:
        """What it wrote since it was asked last."""
        with self.log.open(errors="replace") as log:
            log.seek(self._log_read)
            text = log.read()
            self._log_read = log.tell()
        return text

    @property
    def pid(self) -> int:
        assert self._process, f"{self.name} is not running"
        return self._process.pid

    def wait(self, seconds: float) -> int:
        """Until it ends by itself; returns its exit status."""
        assert self._process, f"{self.name} is not running"
        status = self._process.wait(timeout=seconds)
        self._process = None
        return status

    @property
    def is_started(self) -> bool:
        return self._process is not None

    def check(self) -> None:
        """Who was started and not stopped must be running."""
        ended = self._process is not None and self._process.poll() is not None
        assert not ended, f"{self.name} ended by itself:\n{self.log.read_text()[-3000:]}"

    def kill(self) -> None:
        """At once, with all its children, as a power cut would."""
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> int:
        """Politely; returns its exit status."""
        assert self._process, f"{self.name} is not running"
        self._process.terminate()
        status = self._process.wait(timeout=20)
        self._process = None
        return status


class Ring:
    """`with Ring() as ring: …` runs everything on free ports and leaves nothing behind."""

    def __init__(self) -> None:
        self._exits = ExitStack()
        self.home = Path(tempfile.mkdtemp(prefix="ring-"))
        self._exits.callback(shutil.rmtree, self.home, ignore_errors=True)
        self.port = _find_free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.sandbox = SandboxProcess(db=self.home / "sandbox.sqlite3", port=_find_free_port())
        self._environment = self._make_environment()
        web = ["-m", "gunicorn", "-c", "console/gunicorn_conf.py", "console.wsgi"]
        self.web = self._part("web", web)
        self.worker = self._part("worker", ["manage.py", "worker"])

    def __enter__(self) -> Ring:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._exits.close()

    def _start(self) -> None:
        self._environment["CONSOLE_DATABASE_URL"] = self._make_database()
        self.webhook_url = self._run(_PREPARE, CONSOLE_DEMO="1").removeprefix("Demo: ").strip()
        for part in (self.web, self.worker):
            self._exits.callback(part.kill)
            part.start()
        self._exits.callback(self.sandbox.__exit__)
        self.sandbox.start()
        self.sandbox.set_webhook_url(self.webhook_url)
        self.wait_for_web()

    def wait_for_web(self, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while not self._does_web_answer():
            self.web.check()
            assert time.monotonic() < deadline, "web does not answer"
            time.sleep(0.05)

    def _does_web_answer(self) -> bool:
        """Refused, silent or unavailable: its processes may be on their way, which takes a busy machine a while."""
        try:
            return requests.get(f"{self.url}/sign-in/", timeout=10).ok
        except requests.RequestException:
            return False

    def mend(self) -> None:
        """Everything runs and is calm again, whatever a test did to it."""
        self.sandbox.clear_faults()
        for part in (self.web, self.worker):
            part.check()
            if not part.is_started:
                part.start()
        self.wait_for_web()

    def wait_until(self, is_so: Callable[[], bool], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, "It did not come to be so"
            time.sleep(0.1)

    def let_pass(self, minutes: float) -> None:
        """For replies under way, so much time has passed: leases are over, looks are due, verdicts are ripe."""
        self._run(_LET_PASS.format(seconds=minutes * 60))

    def make_person(self, name: str, role: str = "Agent") -> None:
        """Somebody with a password like the demo's people, whom no other test knows."""
        self._run(_MAKE_PERSON.format(name=name, role=role))

    def _run(self, program: str, **environment: str) -> str:
        """A few lines inside the product; returns what they printed."""
        command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", program]
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment | environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def _part(self, name: str, command: list[str]) -> Part:
        return Part(name, command, self._environment, self.home / f"{name}.log")

    def _make_environment(self) -> dict[str, str]:
        """What an operator would set; nothing of the shell that runs the tests decides anything."""
        ours = ("CONSOLE_", "ENGAGE_", "SANDBOX_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        kept.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
        return kept | {
            "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
            "RING_HOME": str(self.home),
            "CONSOLE_SECRET_KEY": secrets.token_urlsafe(48),
            "ENGAGE_KEY_RING": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "CONSOLE_BIND": "127.0.0.1",
            "CONSOLE_WEB_THREADS": "80",
            "PORT": str(self.port),
            "SANDBOX_PORT": str(self.sandbox.port),
            "SANDBOX_API_KEY": TEST_KEY,
        }

    def _make_database(self) -> str:
        """A file of our own, or a database of our own on the PostgreSQL that CONSOLE_DATABASE_URL names."""
        server = os.environ.get("CONSOLE_DATABASE_URL", "")
        if not server.startswith("postgres"):
            return f"sqlite:///{copy_migrated(self.home / 'console.sqlite3')}"
        name = f"ring_{secrets.token_hex(4)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        self._exits.callback(_drop_database, server, name)
        return urlsplit(server)._replace(path=f"/{name}").geturl()


def _drop_database(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _find_free_port() -> int:
    """Below the ports that connections leave from: nobody takes it while a part of the ring is down."""
    while True:
        port = secrets.choice(_PORTS)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
