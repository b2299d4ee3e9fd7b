"""What is wrong with the database, in a sentence that names what to do. For the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import Error

_PROBE_SECONDS = 5
# SQLSTATE: a table or a column that is not there.
_NOT_MIGRATED = ("42P01", "42703")
_MIGRATE = "The database does not have all of its tables yet: run `manage.py migrate` first."


def explain(error: Error) -> str:
    """One sentence about a database error of whatever kind; empty when it is a fault of our own."""
    database = settings.DATABASES["default"]
    if getattr(error.__cause__, "sqlstate", None) in _NOT_MIGRATED:
        return _MIGRATE
    if str(database["ENGINE"]).endswith("sqlite3"):
        return _explain_sqlite(str(error), Path(str(database["NAME"])))
    return _explain_postgres(database)


def _explain_sqlite(words: str, path: Path) -> str:
    if words.startswith(("no such table", "no such column")):
        return _MIGRATE
    if "locked" in words:
        return f"{path} is locked: another program has been writing to it for 20 seconds. End it, or try again later."
    if "unable to open" in words:
        return f"{path} cannot be opened: {_why_not_opened(path)} (CONSOLE_DATABASE_URL)."
    if "not a database" in words or "malformed" in words:
        return f"{path} is not a whole SQLite database: name another in CONSOLE_DATABASE_URL, or restore a backup."
    if "readonly" in words or "disk" in words:
        return f"{path} cannot be written: {words}."
    return ""


def _why_not_opened(path: Path) -> str:
    if path.is_dir():
        return "it is a directory"
    if not path.parent.is_dir():
        return f"there is no directory {path.parent}"
    return f"this user may not read and write it in {path.parent}"


def _explain_postgres(database: dict[str, Any]) -> str:
    """Asked once more by hand: the pool only says that it waited in vain."""
    where = ":".join(filter(None, (database["HOST"] or "the local socket", database["PORT"])))
    options = {name: value for name, value in database["OPTIONS"].items() if name != "pool"}
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {ours: database[theirs] for ours, theirs in named.items() if database[theirs]}
    try:
        psycopg.connect(**(options | given | {"connect_timeout": _PROBE_SECONDS})).close()
    except psycopg.Error as error:
        why = " ".join(str(error).split())
        return f"PostgreSQL at {where} cannot be reached (CONSOLE_DATABASE_URL): {why}"
    return ""
