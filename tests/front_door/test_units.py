"""The systemd units of deploy/: understood, closed, and their commands begin and end as systemd expects."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox_process import ROOT
from tests.security.production import Production, production_environment

UNITS = ROOT / "deploy" / "systemd"
PROGRAMS = "/opt/engage-console/"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
# From 0 to 10, by systemd's own count; a service without any precaution has 9.6.
MOST_EXPOSED = 2.0

needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze") and os.environ.get("CONSOLE_REQUIRE_ALL") != "1",
    reason="systemd is not installed",
)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """As an operator copies them, with programs that are there."""
    shutil.copytree(UNITS, tmp_path / "units")
    for path in (tmp_path / "units").rglob("*.service"):
        path.write_text(re.sub(rf"{PROGRAMS}[a-z/-]*", "/bin/true", path.read_text()))
    return tmp_path / "units"


def commands_of(name: str) -> list[list[str]]:
    lines = (UNITS / name).read_text().splitlines()
    return [line.removeprefix("ExecStart=").split() for line in lines if line.startswith("ExecStart=")]


@needs_systemd
def test_systemd_understands_every_line(units: Path) -> None:
    files = sorted(str(path) for path in units.iterdir() if path.is_file())

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("name", SERVICES)
def test_service_is_closed_against_the_machine(units: Path, name: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED * 10:.0f}"]

    done = subprocess.run([*command, str(units / name)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_every_timer_has_its_service_and_every_service_its_reason_to_start() -> None:
    timers = {path.stem for path in UNITS.glob("*.timer")}
    on_their_own = {path.stem for path in UNITS.glob("*.service") if "WantedBy=" in path.read_text()}

    assert timers == {"engage-console-backup", "engage-console-check"}
    assert {name.removesuffix(".service") for name in SERVICES} == timers | on_their_own | {"engage-console-release"}


@pytest.mark.parametrize("name", SERVICES)
def test_command_is_one_that_the_installation_has(name: str) -> None:
    known = subprocess.run(
        [sys.executable, "manage.py", "help", "--commands"],
        cwd=ROOT,
        env=production_environment(Path("/nonexistent"), CONSOLE_DATABASE_URL="sqlite:///:memory:"),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    for program, *words in commands_of(name):
        place = program.removeprefix(PROGRAMS)
        assert place in ("bin/engage-console", "bin/gunicorn", "share/backup")
        assert place != "bin/engage-console" or words[0] in known


@pytest.fixture
def notified(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(60)
        yield ear


@pytest.mark.whole
def test_web_tells_systemd_when_it_is_ready(tmp_path: Path, notified: socket.socket) -> None:
    (command,) = commands_of("engage-console-web.service")
    assert "Type=notify" in (UNITS / "engage-console-web.service").read_text()
    production = Production(tmp_path)
    environment = production.environment | {"NOTIFY_SOCKET": str(tmp_path / "notify")}

    web = subprocess.Popen([sys.executable, "-m", "gunicorn", *command[1:]], cwd=ROOT, env=environment)
    try:
        said = notified.recv(1000)
    finally:
        web.terminate()

    assert b"READY=1" in said
    assert web.wait(timeout=15) == 0


def back_up(directory: Path, **environment: str) -> list[Path]:
    """Runs deploy/backup as the unit does; the installed program is this checkout's."""
    program = directory.parent / "engage-console"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/manage.py" "$@"\n')
    program.chmod(0o755)
    env = os.environ | environment | {"CONSOLE_PROGRAM": str(program)}
    done = subprocess.run([ROOT / "deploy" / "backup", directory], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return sorted(directory.iterdir())


@pytest.mark.whole
@pytest.mark.both_databases
def test_nightly_backup_holds_the_database_and_outlives_older_ones(tmp_path: Path) -> None:
    server = os.environ.get("CONSOLE_DATABASE_URL", "")
    directory = tmp_path / "backups"
    directory.mkdir()
    old = directory / "console-2020-01-01-000000.sqlite3"
    old.touch()
    os.utime(old, (0, 0))
    ours = production_environment(tmp_path) | (
        {"CONSOLE_DATABASE_URL": server} if server.startswith("postgres") else {}
    )
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=ours, check=True)

    (copy,) = back_up(directory, **ours)

    assert copy.stat().st_mode & 0o077 == 0
    if server.startswith("postgres"):
        listed = subprocess.run(["pg_restore", "--list", copy], capture_output=True, text=True, check=True).stdout
        assert "TABLE DATA public engage_delivery" in listed
    else:
        rows = sqlite3.connect(copy).execute("SELECT count(*) FROM django_migrations").fetchone()
        assert rows[0] > 0


def test_backup_that_fails_deletes_nothing(tmp_path: Path) -> None:
    old = tmp_path / "console-2020-01-01-000000.sqlite3"
    old.touch()
    os.utime(old, (0, 0))
    env = os.environ | {"CONSOLE_DATABASE_URL": "", "CONSOLE_PROGRAM": "/bin/false"}

    done = subprocess.run([ROOT / "deploy" / "backup", tmp_path], env=env, check=False)

    assert done.returncode != 0
    assert old.exists()
