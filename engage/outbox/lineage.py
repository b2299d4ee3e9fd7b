"""Is this the database that was left, or a copy of how it was earlier? A copy has forgotten what was sent since.

SQLite: a file beside the database holds the number that the database counted up to last. A copy that is put in its
place, by whatever means, is behind that number. PostgreSQL: the server's own names for the database and for the
table of commands, which no dump carries along.
"""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

from django.db import Error, close_old_connections, connection, transaction
from django.db.models import F

from engage import witness
from engage.models import Lineage
from engage.outbox import holding
from engage.running import database_file

logger = logging.getLogger(__name__)

ADVANCE_EVERY_SECONDS = 5.0
_PATIENCE_SECONDS = 2.0


def wait_until_known(stop: threading.Event) -> bool:
    """Before anything is sent: hold everything if this is a restored copy. False: told to stop meanwhile."""
    while not stop.is_set():
        try:
            close_old_connections()
            check()
            return True
        except Error as error:
            logger.warning("sending waits for the database: %s", type(error).__name__)
            stop.wait(_PATIENCE_SECONDS)
    return False


def run(stop: threading.Event) -> None:
    """Count on until told to stop."""
    while not stop.wait(ADVANCE_EVERY_SECONDS):
        try:
            close_old_connections()
            advance()
        except Exception as error:
            # Nothing may end a loop of the worker: it would end the worker.
            logger.warning("the database's place in time could not be kept: %s", type(error).__name__)
    close_old_connections()


def check() -> int:
    """Hold what waits if this is not the database that was left; returns how many. Then go on from here."""
    held = 0
    with transaction.atomic():
        row, is_new = Lineage.objects.get_or_create(pk=1, defaults={"identity": _identity()})
        if _is_older_than_its_file() if is_new else _is_restored(row):
            held = holding.hold_restored()
            witness.tell("held commands", subject=f"{held} commands", found="a restored database")
            logger.critical("this database is a restored copy: %d commands are held until somebody releases them", held)
        Lineage.objects.filter(pk=1).update(number=max(row.number, _read_number() or 0) + 1, identity=_identity())
    _write_number()
    return held


def advance() -> None:
    """One further, first inside and then outside: only a restored database is ever behind its file."""
    Lineage.objects.filter(pk=1).update(number=F("number") + 1)
    _write_number()


def outrun(database: Path, number: int) -> None:
    """The database that is put there next, and has counted up to this number, will be found to be restored."""
    file = file_beside(database)
    _write(file, max(number, _read(file) or 0) + 1)


def file_beside(database: Path) -> Path:
    return database.with_name(f"{database.name}.lineage")


def _is_older_than_its_file() -> bool:
    """It has never counted, but something that stood in its place has."""
    return _read_number() is not None


def _is_restored(row: Lineage) -> bool:
    if connection.vendor == "postgresql":
        return row.identity != _identity()
    if _file() is None:
        return False
    outside = _read_number()
    # Without its file it was moved here, and nobody knows from when it is.
    return outside is None or row.number < outside


def _identity() -> str:
    if connection.vendor != "postgresql":
        return ""
    ours = "(SELECT oid FROM pg_database WHERE datname = current_database()), 'engage_command'::regclass::oid"
    with connection.cursor() as cursor:
        # Where we may not ask for the cluster's name, the names within it have to do.
        cursor.execute("SELECT has_function_privilege('pg_catalog.pg_control_system()', 'execute')")
        cluster = "(SELECT system_identifier FROM pg_control_system())" if cursor.fetchone()[0] else "NULL"
        cursor.execute(f"SELECT concat_ws('/', {cluster}, {ours})")
        return str(cursor.fetchone()[0])


def _file() -> Path | None:
    """None where there is no such file to be: on PostgreSQL, and for a database in memory."""
    database = database_file()
    return file_beside(database) if database is not None else None


def _read_number() -> int | None:
    file = _file()
    return _read(file) if file is not None else None


def _read(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (FileNotFoundError, ValueError):
        return None


def _write_number() -> None:
    file = _file()
    number = Lineage.objects.values_list("number", flat=True).filter(pk=1).first()
    if file is not None and number is not None:
        _write(file, number)


def _write(file: Path, number: int) -> None:
    """Whole or not at all, and not half a file after a power cut."""
    aside = file.with_name(f"{file.name}.{os.getpid()}-{threading.get_ident()}")
    with aside.open("w") as output:
        output.write(str(number))
        output.flush()
        os.fsync(output.fileno())
    aside.rename(file)
