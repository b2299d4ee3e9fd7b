"""What stops a start: a place for the database where its promises do not hold."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.checks import Error, Tags, register

from engage.running import database_file

_MOUNTS = Path("/proc/self/mounts")
# SQLite's log needs memory shared by all of its processes, and locks that hold: not there over a network.
_FAR_AWAY = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "vboxsf", "fuse.sshfs", "fuse.s3fs", "fuse.glusterfs")


@register(Tags.compatibility)
def check_disk(app_configs: Any, **kwargs: Any) -> list[Error]:
    """D8 of the failure catalogue. Where the system does not say what is mounted, nothing is said either."""
    database = database_file()
    if database is None or not _MOUNTS.exists():
        return []
    kind = find_file_system(database, _MOUNTS.read_text().splitlines())
    if kind not in _FAR_AWAY:
        return []
    words = f"The SQLite database lies on {kind}, where a power cut or a second process may destroy it."
    return [Error(words, hint="Put it on a local disk, or use PostgreSQL.", id="engage.E001")]


def find_file_system(path: Path, mounts: Iterable[str]) -> str:
    """The kind of the innermost mount that holds the path."""
    kinds: dict[Path, str] = {}
    for line in mounts:
        _, directory, kind, *_ = line.split(" ")
        kinds[Path(directory.replace("\\040", " "))] = kind
    return next((kinds[place] for place in (path, *path.parents) if place in kinds), "")
