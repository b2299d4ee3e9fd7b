"""A backup is whole, and what is restored from one sends nothing until somebody lets it."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engage.backup import NoBackup, back_up, check, restore, session_tables
from engage.outbox.looks import HELD_UNSEEN
from tests.engage.installed.installation import Installation, count_sends, wait_until
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.whole
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.promise(18)
def test_p18_c17_restored_backup_sends_nothing_until_released(
    installation: Installation, sandbox: SandboxProcess, tmp_path: Path
) -> None:
    before = count_sends(sandbox)
    leads = installation.start_conversations(5)
    installation.reply([(lead, f"This is answer number {number}.") for number, lead in enumerate(leads)])
    installation.manage("backup", str(tmp_path / "backup.sqlite3"))
    # Two are taken back after the backup was made; the others leave.
    taken_back = "Command.objects.filter(text__in=['This is answer number 3.', 'This is answer number 4.'])"
    cancel = f"from engage.models import Command; {taken_back}.update(state='cancelled', due_at=None)"
    installation.manage("shell", "--verbosity", "0", "--command", cancel)
    installation.start_worker()
    wait_until(lambda: count_sends(sandbox) == before + 3)
    installation.stop_worker()

    installation.manage("restore", str(tmp_path / "backup.sqlite3"))
    installation.start_worker()
    wait_until(lambda: {row["reason"] for row in installation.commands()} == {"Arrived late.", HELD_UNSEEN})

    states = [(row["state"], row["reason"]) for row in installation.commands()]
    assert states == [("confirmed", "Arrived late.")] * 3 + [("held", HELD_UNSEEN)] * 2
    assert count_sends(sandbox) == before + 3

    installation.manage("release_commands", "--all")
    wait_until(lambda: count_sends(sandbox) == before + 5)
    wait_until(lambda: {row["state"] for row in installation.commands()} == {"confirmed"})
    assert count_sends(sandbox) == before + 5


def test_restore_refuses_while_a_worker_runs(installation: Installation, tmp_path: Path) -> None:
    installation.start_worker()
    wait_until(lambda: installation.database.with_name("console.sqlite3.lineage").exists())

    said = installation.manage("restore", str(installation.database), fails=True)

    assert "stop them first" in said


@pytest.fixture
def database(tmp_path: Path, prepared: Path) -> Path:
    return Path(shutil.copyfile(prepared, tmp_path / "console.sqlite3"))


@pytest.fixture
def backup(tmp_path: Path, database: Path) -> Path:
    back_up(database, tmp_path / "backup.sqlite3")
    return tmp_path / "backup.sqlite3"


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def count_rows(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_backup_never_replaces_a_file(database: Path, tmp_path: Path) -> None:
    existing = tmp_path / "backup.sqlite3"
    existing.write_text("somebody's")

    with pytest.raises(FileExistsError):
        back_up(database, existing)

    assert existing.read_text() == "somebody's"


def test_only_its_owner_may_read_a_backup(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    assert not list(backup.parent.glob(".*"))


def test_restore_keeps_the_old_database_beside_it(database: Path, backup: Path) -> None:
    change(database, "INSERT INTO engage_change (at) VALUES ('2026-11-21')")

    old = restore(backup, database, now=NOW)

    assert old is not None
    assert count_rows(old, "engage_change") == count_rows(database, "engage_change") + 1


def test_restore_refuses_what_is_damaged_and_changes_nothing(database: Path, backup: Path) -> None:
    backup.write_bytes(backup.read_bytes()[: backup.stat().st_size // 2])
    was = database.read_bytes()

    with pytest.raises(NoBackup):
        restore(backup, database, now=NOW)

    assert database.read_bytes() == was


def test_restore_refuses_a_backup_of_a_newer_release(database: Path, backup: Path) -> None:
    change(backup, "INSERT INTO django_migrations (app, name, applied) VALUES ('engage', '9999_later', '2030-01-01')")

    with pytest.raises(NoBackup, match="newer release"):
        restore(backup, database, now=NOW)


def test_restored_people_sign_in_again(database: Path, backup: Path) -> None:
    with closing(sqlite3.connect(backup)) as connection:
        tables = session_tables(connection)
        columns = {table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")] for table in tables}
    assert tables
    for table, names in columns.items():
        values = ", ".join(
            "'2030-01-01'" if name == "expire_date" else "NULL" if name == "user_id" else "'x'" for name in names
        )
        change(backup, f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})")

    restore(backup, database, now=NOW)

    assert [count_rows(database, table) for table in tables] == [0] * len(tables)


def test_d8_backup_under_load_is_whole(tmp_path: Path) -> None:
    """Pairs of rows are written together; a copy that holds half of a pair was not made of one moment."""
    database = tmp_path / "busy.sqlite3"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE django_migrations (id INTEGER)")
        connection.execute("CREATE TABLE engage_command (id INTEGER PRIMARY KEY, pair INTEGER, text TEXT)")
    stop, written = threading.Event(), []

    def write() -> None:
        with closing(sqlite3.connect(database, timeout=20)) as connection:
            for pair in range(1_000_000):
                if stop.is_set():
                    return
                with connection:
                    rows = [(pair, "x" * 2000), (pair, "y" * 2000)]
                    connection.executemany("INSERT INTO engage_command (pair, text) VALUES (?, ?)", rows)
                written.append(pair)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            known = len(written)
            back_up(database, tmp_path / f"{number}.sqlite3")
            with closing(sqlite3.connect(tmp_path / f"{number}.sqlite3")) as copy:
                sizes = copy.execute("SELECT count(*) FROM engage_command GROUP BY pair").fetchall()
            assert set(sizes) <= {(2,)}
            # What was acknowledged before it began is in it.
            assert len(sizes) >= known
    finally:
        stop.set()
        writer.join()
    assert written


def test_an_empty_file_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite3").touch()

    with pytest.raises(NoBackup, match="no database of this console"):
        check(tmp_path / "empty.sqlite3")
