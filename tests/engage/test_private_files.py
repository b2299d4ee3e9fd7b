"""Files that are full of people are for their owner alone, whether they were made before or are made now."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engage.private_files import keep_private
from tests.sandbox_process import ROOT, SandboxProcess


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    """As in a usual shell; it is the process's own, so it is put back."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(directory: Path) -> dict[str, str]:
    return {path.name: oct(path.stat().st_mode & 0o777) for path in sorted(directory.iterdir()) if path.is_file()}


def manage(database: Path, *command: str) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "CONSOLE_DATABASE_URL": f"sqlite:///{database}",
    }
    subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True, timeout=120)


def test_database_and_all_beside_it_is_for_its_owner_alone_from_the_first_start(tmp_path: Path) -> None:
    home = tmp_path / "var"
    home.mkdir(mode=0o755)
    database = home / "console.sqlite3"

    # Held open, so that the log stays beside the database.
    script = (
        "from django.core.management import call_command; call_command('migrate', verbosity=0);"
        "from engage import running; from engage.outbox import lineage; running.announce(); lineage.check();"
        f"import pathlib; print([oct(p.stat().st_mode & 0o777) for p in pathlib.Path({str(home)!r}).iterdir()])"
    )
    manage(database, "shell", "--command", script)

    assert set(modes(home).values()) == {"0o600"}
    assert {"console.sqlite3", "console.sqlite3.lineage", "console.sqlite3.lock"} <= modes(home).keys()
    assert home.stat().st_mode & 0o026 == 0


def test_what_an_earlier_release_left_open_is_closed_at_the_next_start(tmp_path: Path) -> None:
    names = ["", "-wal", "-shm", ".lineage", ".lock", ".before-restore-20261101-000000"]
    for name in names:
        (tmp_path / f"console.sqlite3{name}").touch()
        (tmp_path / f"console.sqlite3{name}").chmod(0o644)
    (tmp_path / "somebody-elses.txt").touch()
    (tmp_path / "somebody-elses.txt").chmod(0o644)
    tmp_path.chmod(0o777)

    keep_private(tmp_path / "console.sqlite3")

    assert {mode for name, mode in modes(tmp_path).items() if name.startswith("console")} == {"0o600"}
    assert modes(tmp_path)["somebody-elses.txt"] == "0o644"
    assert tmp_path.stat().st_mode & 0o777 == 0o751


def test_start_goes_on_where_there_is_nothing_to_close(tmp_path: Path) -> None:
    keep_private(tmp_path / "not-there" / "console.sqlite3")
    keep_private(Path(":memory:"))
    keep_private(None)

    assert not list(tmp_path.iterdir())


def test_sandbox_keeps_its_files_to_itself_too(tmp_path: Path) -> None:
    (tmp_path / "sandbox.sqlite3").touch(mode=0o644)
    (tmp_path / "sandbox.sqlite3").chmod(0o644)

    with SandboxProcess(db=tmp_path / "sandbox.sqlite3"):
        found = modes(tmp_path)

    databases = {name: mode for name, mode in found.items() if "sqlite3" in name}
    assert databases
    assert set(databases.values()) == {"0o600"}
