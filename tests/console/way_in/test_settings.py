"""A setting that makes no sense stops the start and names itself."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from console import env
from tests.console.way_in.clone import KEYS, Clone
from tests.sandbox_process import ROOT

NONSENSE_ORIGINS = (
    "https://desk.example/engage",
    "https://desk.example/engage/",
    "https://desk.example?x=1",
    "https://desk.example#top",
    "https://a.example,https://b.example",
    "https://ada:secret@desk.example",
    "https://secret@desk.example",
    "ftp://desk.example",
    "desk.example",
    "desk.example:8000",
    "https://",
    "//desk.example",
    "javascript:1",
    "https://*.example",
    "https://desk.example:",
    "https://desk.example:0",
    "https://desk.example:70000",
    "https://desk.example:port",
    "https://désk.example",
    "https://desk example",
    "https://desk.\nexample",
    "https:desk.example",
    "https://[::1",
    "https://::1",
    "https://.example",
)


@pytest.mark.parametrize("value", NONSENSE_ORIGINS)
def test_origin_that_makes_no_sense_is_refused_by_name(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSOLE_ORIGIN", value)

    with pytest.raises(ImproperlyConfigured, match=r"^CONSOLE_ORIGIN ") as refusal:
        env.origin("CONSOLE_ORIGIN", "")

    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("value", "is_read_as"),
    [
        ("HTTPS://Desk.Example", "https://desk.example"),
        ("https://desk.example:443/", "https://desk.example"),
        ("http://desk.example:80", "http://desk.example"),
        ("http://10.1.2.3:8000", "http://10.1.2.3:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://[2001:DB8::1]", "https://[2001:db8::1]"),
        (" https://desk ", "https://desk"),
    ],
)
def test_origin_is_read_in_one_spelling(value: str, is_read_as: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSOLE_ORIGIN", value)

    assert env.origin("CONSOLE_ORIGIN", "") == is_read_as


@pytest.mark.parametrize("value", ["::1", "https://a.example", "a.example:8000", "a.example/x", "*.example", "a b"])
def test_hosts_that_never_match_are_refused_by_name(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSOLE_ALLOWED_HOSTS", f"fine.example,{value}")

    with pytest.raises(ImproperlyConfigured, match=r"^CONSOLE_ALLOWED_HOSTS "):
        env.hosts("CONSOLE_ALLOWED_HOSTS", [])


def test_hosts_are_compared_in_small_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSOLE_ALLOWED_HOSTS", "Desk.Example, .All.Example,[::1],*")

    assert env.hosts("CONSOLE_ALLOWED_HOSTS", []) == ["desk.example", ".all.example", "[::1]", "*"]


@pytest.mark.whole
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "eight"),
        ("CONSOLE_TIME_ZONE", "Mars/Olympus"),
        ("CONSOLE_TIME_ZONE", "../../etc/passwd"),
        ("CONSOLE_SESSION_HOURS", "9" * 30),
        ("CONSOLE_DEMO", "perhaps"),
        ("CONSOLE_DATABASE_URL", "mysql://ada:secret@db/console"),
        ("CONSOLE_DATABASE_URL", "postgres://ada:secret@db:port/console"),
        ("CONSOLE_DATABASE_URL", "postgres://ada:secret@db"),
        ("CONSOLE_DATABASE_URL", "sqlite:///"),
        ("CONSOLE_DATABASE_URL", "sqlite://console.sqlite3"),
        ("ENGAGE_KEY_RING", "secret"),
        ("ENGAGE_KEY_RING", f"{KEYS['ENGAGE_KEY_RING']},c2VjcmV0"),
        ("CONSOLE_OIDC_ISSUER", "https://[secret"),
        ("CONSOLE_WEB_THREADS", "many"),
        ("CONSOLE_LOG_FORMAT", "xml"),
        ("CONSOLE_ALLOWED_HOSTS", "other.example"),
    ],
)
def test_start_stops_and_names_the_setting(clone: Clone, name: str, value: str) -> None:
    said = clone.manage("check", **KEYS | {"CONSOLE_ORIGIN": "https://desk.example"} | {name: value})

    assert said.status == 1
    assert name in said.last_words
    assert "Traceback" not in said.err
    assert "secret" not in said.err


@pytest.mark.whole
def test_host_of_the_origin_is_served_without_being_named_twice(clone: Clone) -> None:
    show = "from django.conf import settings; print(settings.ALLOWED_HOSTS[-1], settings.SESSION_COOKIE_SECURE)"

    said = clone.manage("shell", "--verbosity=0", "-c", show, CONSOLE_ORIGIN="HTTPS://Desk.Example", **KEYS)

    assert said.out.split() == ["desk.example", "True"]


@pytest.mark.whole
def test_web_says_in_one_sentence_why_it_does_not_start() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CONSOLE_", "ENGAGE_"))}
    command = [sys.executable, "-m", "gunicorn", "-c", "console/gunicorn_conf.py", "console.wsgi"]

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 1
    assert done.stderr.startswith("The console does not start: CONSOLE_SECRET_KEY is not set")
    assert "Traceback" not in done.stderr
