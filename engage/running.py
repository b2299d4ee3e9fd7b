"""Does anything of ours run on this SQLite file? Every web and worker process holds a lock beside it while it lives."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from django.db import connection

_held: list[int] = []


def announce() -> None:
    """Hold the lock until this process ends, however it ends. Nothing to do on PostgreSQL."""
    path = database_file()
    if path is not None:
        _held.append(_open(path))
        fcntl.flock(_held[-1], fcntl.LOCK_SH)


class InUse(Exception):
    """A process of ours runs."""


class Alone:
    """`with Alone(path): …` keeps processes of ours from starting meanwhile; raises InUse when one runs."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        self._lock = _open(self._path)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise InUse from None

    def __exit__(self, *exc_info: object) -> None:
        os.close(self._lock)


def database_file() -> Path | None:
    """Where the SQLite database really lies; None for PostgreSQL and for one in memory."""
    name = str(connection.settings_dict["NAME"])
    is_file = connection.vendor == "sqlite" and ":memory:" not in name and "mode=memory" not in name
    return Path(name).resolve() if is_file else None


def _open(path: Path) -> int:
    return os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
