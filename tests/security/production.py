"""The console as a team runs it behind its TLS proxy: gunicorn on loopback, with production's environment."""

from __future__ import annotations

import base64
import os
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import requests

from tests.browser.ring import ROOT, Part, _find_free_port
from tests.migrated import copy_migrated

HOST = "console.example"
# What the proxy in front says of a request that came by https.
BY_HTTPS = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
PASSWORD = "canary battery staple horse"

_PREPARE = f"""
from django.core.management import call_command
call_command("collectstatic", interactive=False, verbosity=0)
from tests.factories import make_conversation, make_user
make_user(username="sue", role="Supervisor", password="{PASSWORD}")
make_user(username="root", role="Admin", password="{PASSWORD}", is_staff=True)
make_conversation()
"""


class Visitor:
    """A browser with cookies of its own. The library's jar would send none that are for https alone."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.cookies: dict[str, str] = {}
        self.said: list[str] = []

    def ask(self, method: str, path: str, *, headers: dict[str, str | None] | None = None, **more: Any) -> Any:
        sent = BY_HTTPS | {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        for name, value in (headers or {}).items():
            sent = {key: kept for key, kept in sent.items() if key != name} | ({name: value} if value else {})
        answer = requests.request(method, f"{self._url}{path}", headers=sent, allow_redirects=False, timeout=30, **more)
        for line in answer.raw.headers.getlist("Set-Cookie"):
            self.said.append(line)
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer

    def get(self, path: str, **more: Any) -> Any:
        return self.ask("GET", path, **more)

    def post(self, path: str, fields: dict[str, str]) -> Any:
        """A form of ours, with its token."""
        page = self.get("/sign-in/" if path == "/sign-in/" else "/password/").text
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        origin: dict[str, str | None] = {"Origin": f"https://{HOST}"}
        return self.ask("POST", path, headers=origin, data=fields | {"csrfmiddlewaretoken": token})

    def sign_in(self, name: str) -> Visitor:
        answer = self.post("/sign-in/", {"username": name, "password": PASSWORD})
        assert answer.status_code == 302, answer.text[:500]
        return self


class Production:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.database = home / "console.sqlite3"
        self.port = _find_free_port()
        self.environment = production_environment(home, PORT=str(self.port))
        command = ["-m", "gunicorn", "-c", "console/gunicorn_conf.py", "console.wsgi"]
        self.web = Part("web", command, self.environment, home / "web.log")

    @property
    def log(self) -> str:
        return self.web.log.read_text()

    def visitor(self) -> Visitor:
        return Visitor(f"http://127.0.0.1:{self.port}")

    def start(self) -> None:
        copy_migrated(self.database)
        manage("shell", "--command", _PREPARE, environment=self.environment)
        self.web.start()
        deadline = time.monotonic() + 90
        while True:
            self.web.check()
            try:
                self.visitor().get("/sign-in/")
                return
            except requests.ConnectionError:
                assert time.monotonic() < deadline, self.log
                time.sleep(0.1)

    @contextmanager
    def without_table(self, name: str) -> Iterator[None]:
        """Something on our side is broken: every view that needs this table fails."""
        self._run(f"ALTER TABLE {name} RENAME TO {name}_away")
        try:
            yield
        finally:
            self._run(f"ALTER TABLE {name}_away RENAME TO {name}")

    def _run(self, statement: str) -> None:
        connection = sqlite3.connect(self.database, timeout=20)
        with connection:
            connection.execute(statement)
        connection.close()


@contextmanager
def running() -> Iterator[Production]:
    with tempfile.TemporaryDirectory(prefix="production-") as home:
        production = Production(Path(home))
        try:
            production.start()
            yield production
        finally:
            production.web.kill()


def production_environment(home: Path, **more: str) -> dict[str, str]:
    """What an operator sets, and nothing of the shell that runs the tests."""
    ours = ("CONSOLE_", "ENGAGE_", "SANDBOX_", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {
        # console.settings, but for where static files go.
        "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
        "RING_HOME": str(home),
        "CONSOLE_SECRET_KEY": secrets.token_urlsafe(48),
        "ENGAGE_KEY_RING": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "CONSOLE_ORIGIN": f"https://{HOST}",
        "CONSOLE_ALLOWED_HOSTS": HOST,
        "CONSOLE_BEHIND_PROXY": "1",
        "CONSOLE_DATABASE_URL": f"sqlite:///{home / 'console.sqlite3'}",
        "CONSOLE_BIND": "127.0.0.1",
        "CONSOLE_WEB_PROCESSES": "1",
        "CONSOLE_WEB_THREADS": "16",
        **more,
    }


def manage(*command: str, environment: dict[str, str], check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0 or not check, done.stderr[-3000:]
    return done
