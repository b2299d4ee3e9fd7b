"""A SQLite database into one file, and back. Safe while everything runs: SQLite copies one moment of it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from django.db.migrations.loader import MigrationLoader

from engage.outbox import lineage

_BUSY_SECONDS = 60


class NoBackup(Exception):
    """The file is not a sound backup of ours; the words say why."""


def back_up(database: Path, to: Path) -> int:
    """Copy the database as it is at one moment; returns the size in bytes. Raises FileExistsError, NoBackup."""
    if to.exists():
        raise FileExistsError(str(to))
    with _beside(to) as aside:
        _copy(database, aside)
        check(aside)
        # Fails where somebody else was quicker: no backup ever replaces another one.
        os.link(aside, to)
    _sync(to.parent)
    return to.stat().st_size


def restore(backup: Path, database: Path, *, now: datetime) -> Path | None:
    """Put a copy of the backup in the database's place; returns where the old one lies now, if there was one.

    Nothing of ours may be running. Everybody has to sign in again, and the worker will hold everything that waits.
    Raises NoBackup, having changed nothing.
    """
    with _beside(database) as aside:
        # A copy of it, so that the backup's file is not touched.
        _copy(backup, aside)
        check(aside)
        _check_age(aside)
        number = _end_sessions(aside)
        old = _put_away(database, now)
        # First, so that whatever happens next the database is known for a restored one.
        lineage.outrun(database, number)
        os.link(aside, database)
    _sync(database.parent)
    return old


def check(path: Path) -> None:
    """Raises NoBackup unless the file is a whole database of this product."""
    try:
        with closing(_open(path)) as connection:
            verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError as error:
        raise NoBackup(f"{path} cannot be read as a database ({error})") from None
    if verdict != "ok":
        raise NoBackup(f"{path} is damaged ({verdict})")
    if not {"django_migrations", "engage_command"} <= tables:
        raise NoBackup(f"{path} is no database of this console")


def _check_age(path: Path) -> None:
    """Raises NoBackup when a newer release wrote it: its tables are not what this one knows."""
    ours = MigrationLoader(None).disk_migrations
    labels = {label for label, _ in ours}
    with closing(_open(path)) as connection:
        applied = set(connection.execute("SELECT app, name FROM django_migrations"))
    unknown = {(label, name) for label, name in applied if label in labels and (label, name) not in ours}
    if unknown:
        raise NoBackup("the backup was made by a newer release than this one")


def _copy(source: Path, target: Path) -> None:
    """In one step: one moment of the source, without holding up who writes to it."""
    try:
        with closing(_open(source)) as read, closing(sqlite3.connect(target)) as written:
            read.backup(written)
            # One file that can be carried away, without another one beside it.
            written.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        raise NoBackup(f"{source} cannot be read as a database ({error})") from None
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=_BUSY_SECONDS)


def _end_sessions(path: Path) -> int:
    """Who was signed out since must not be signed in again. Returns up to where this database had counted."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for table in session_tables(connection):
            connection.execute(f'DELETE FROM "{table}"')
        try:
            row = connection.execute("SELECT max(number) FROM engage_lineage").fetchone()
        except sqlite3.OperationalError:
            # From before there was such a table.
            return 0
    return int(row[0] or 0)


def session_tables(connection: sqlite3.Connection) -> list[str]:
    """Known by their columns: whose they are is no business of this floor."""
    columns = "SELECT group_concat(name) FROM pragma_table_info(sqlite_master.name)"
    rows = connection.execute(f"SELECT name, ({columns}) FROM sqlite_master WHERE type = 'table'")
    return [name for name, names in rows if {"session_key", "session_data"} <= set((names or "").split(","))]


def _put_away(database: Path, now: datetime) -> Path | None:
    """With what still stands in its log; nothing is deleted that somebody may want back."""
    if not database.exists():
        return None
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    old = database.with_name(f"{database.name}.before-restore-{now:%Y%m%d-%H%M%S}")
    for ending in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            database.with_name(database.name + ending).rename(old.with_name(old.name + ending))
    return old


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A name for a file that nobody sees until it is whole, readable by its owner alone."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield aside
    finally:
        aside.unlink(missing_ok=True)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
