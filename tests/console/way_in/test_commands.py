"""Every command of ours, in surroundings that lack something: a sentence that names what to do, never a traceback."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.console.way_in.clone import KEYS, Clone, Said
from tests.sandbox_process import ROOT

# With what each takes at least.
COMMANDS = {
    "backup": ["/nowhere/backup.sqlite3"],
    "connect_workspace": ["Acme", "--org-id=1", "--workspace-id=14"],
    "demo": [],
    "hold_commands": [],
    "mirror_check": [],
    "reconcile": [],
    "release_commands": ["--all"],
    "renew_webhook_token": ["Acme"],
    "restore": ["/nowhere/backup.sqlite3"],
    "rotate_keys": [],
    "sandbox": [],
    "webhook_url": [],
    "worker": [],
}
MIGRATE = "run `manage.py migrate` first"
pytestmark = pytest.mark.whole


def run_all(clone: Clone, names: list[str], *, seconds: float = 120, **environment: str) -> dict[str, Said]:
    def run(name: str) -> Said:
        return clone.manage(name, *COMMANDS[name], stdin="a-key\n", seconds=seconds, **environment)

    with ThreadPoolExecutor(4) as pool:
        return dict(zip(names, pool.map(run, names), strict=True))


def assert_sentences(said: dict[str, Said], *, naming: str) -> None:
    for name, words in said.items():
        assert "Traceback" not in words.everything, f"{name}: {words.everything}"
        assert words.status != 0, f"{name}: {words.everything}"
        assert len(words.err.strip().splitlines()) == 1, f"{name}: {words.everything}"
        assert naming in words.err, f"{name}: {words.err}"


def test_every_command_of_ours_is_tried_here() -> None:
    found = {path.stem for path in ROOT.glob("*/**/management/commands/*.py") if ".venv" not in path.parts}

    assert found - {"__init__", "generate_key"} == set(COMMANDS)


def test_nothing_set(clone: Clone) -> None:
    assert_sentences(run_all(clone, list(COMMANDS)), naming="CONSOLE_SECRET_KEY is not set: `manage.py generate_key")


def test_half_set(clone: Clone) -> None:
    said = run_all(clone, list(COMMANDS), CONSOLE_SECRET_KEY="something")

    assert_sentences(said, naming="ENGAGE_KEY_RING is not set: `manage.py generate_key` makes a key")


def test_no_tables_yet(clone: Clone) -> None:
    others = [name for name in COMMANDS if name not in ("demo", "backup", "restore")]

    assert_sentences(run_all(clone, others, **KEYS), naming=MIGRATE)
    assert_sentences(run_all(clone, ["restore"], **KEYS), naming="there is no file /nowhere/backup.sqlite3")
    assert_sentences(run_all(clone, ["demo"], **KEYS), naming="where CONSOLE_DEMO=1 only")


def test_backup_of_a_database_that_is_not_there(clone: Clone) -> None:
    assert_sentences(run_all(clone, ["backup"], **KEYS), naming="there is no database yet")


def test_nothing_in_the_database(clone: Clone) -> None:
    clone.migrate()

    none = "no workspace is connected yet"
    assert_sentences(run_all(clone, ["mirror_check", "reconcile", "webhook_url"], **KEYS), naming=none)
    assert_sentences(run_all(clone, ["renew_webhook_token"], **KEYS), naming="no workspace is called Acme")
    assert_sentences(run_all(clone, ["backup"], **KEYS), naming="cannot be written: No such file or directory")
    for name in ("hold_commands", "release_commands", "rotate_keys"):
        assert clone.manage(name, *COMMANDS[name], **KEYS).status == 0


def test_directory_of_the_database_is_not_there(clone: Clone) -> None:
    others = [name for name in COMMANDS if name not in ("demo", "backup", "restore", "worker", "sandbox")]
    url = "sqlite:////nowhere/at/all.sqlite3"

    said = run_all(clone, others, CONSOLE_DATABASE_URL=url, **KEYS)

    assert_sentences(said, naming="there is no directory /nowhere/at (CONSOLE_DATABASE_URL)")


def test_database_is_no_database(clone: Clone, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam, " * 100)
    others = [name for name in COMMANDS if name not in ("demo", "backup", "restore", "worker")]

    said = run_all(clone, others, CONSOLE_DATABASE_URL=f"sqlite:///{tmp_path / 'letter.txt'}", **KEYS)

    assert_sentences(said, naming="is not a whole SQLite database")


def test_postgres_is_away(clone: Clone) -> None:
    url = "postgres://console:not-to-be-shown@127.0.0.1:1/console"

    said = run_all(clone, ["mirror_check", "webhook_url", "rotate_keys"], CONSOLE_DATABASE_URL=url, **KEYS)

    assert_sentences(said, naming="PostgreSQL at 127.0.0.1:1 cannot be reached (CONSOLE_DATABASE_URL)")
    assert not any("not-to-be-shown" in words.everything for words in said.values())


def test_database_is_locked(clone: Clone) -> None:
    clone.migrate()
    with closing(sqlite3.connect(clone.home / "var" / "console.sqlite3", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        said = run_all(clone, ["hold_commands", "rotate_keys"], **KEYS)

    assert_sentences(said, naming="is locked: another program has been writing to it")


def test_ring_lacks_the_key_of_the_database(clone: Clone) -> None:
    clone.migrate()
    make = (
        "from engage.models import Workspace; from engage.vault import Secret; "
        "w = Workspace(name='Acme', org_id=1, workspace_id=14); w.api_key = w.webhook_token = Secret('x'); w.save()"
    )
    assert clone.manage("shell", "--verbosity=0", "--command", make, **KEYS).status == 0
    other = KEYS | {"ENGAGE_KEY_RING": clone.manage("generate_key").out.strip()}

    said = run_all(clone, ["webhook_url", "mirror_check", "reconcile", "rotate_keys"], **other)

    assert_sentences(said, naming="ring")


def test_worker_waits_for_no_threads(clone: Clone) -> None:
    assert "--threads takes 1 to 256" in clone.manage("worker", "--threads=0", **KEYS).last_words
