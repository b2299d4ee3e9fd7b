"""What this process writes is for its own user: databases are full of people, and files beside them tell of them."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def keep_private(database: Path | None = None) -> None:
    """From now on new files are the owner's alone; so are this SQLite database and all beside it that bears its name.

    SQLite gives its log the mode of its database, and knows only what stands when it comes to it: files made before
    are closed here. What belongs to another user is left as it is.
    """
    os.umask(0o077)
    if database is None or ":memory:" in str(database):
        return
    with suppress(OSError):
        # Others may pass through, to static files that a proxy hands out, and neither list nor write.
        _take_away(database.parent, 0o026)
    with suppress(OSError):
        for path in database.parent.iterdir():
            if path.name.startswith(database.name) and path.is_file() and not path.is_symlink():
                with suppress(OSError):
                    _take_away(path, 0o077)


def _take_away(path: Path, bits: int) -> None:
    status = path.stat()
    # A directory with the sticky bit is everybody's by design.
    if status.st_uid == os.geteuid() and status.st_mode & bits and not status.st_mode & 0o1000:
        path.chmod(status.st_mode & 0o7777 & ~bits)
