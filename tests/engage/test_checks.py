from __future__ import annotations

from pathlib import Path

import pytest

from engage import checks
from engage.checks import check_disk, find_file_system

MOUNTS = ("overlay / overlay rw 0 0", "server:/export /srv nfs4 rw 0 0", "/dev/sdb1 /srv/our\\040disk ext4 rw 0 0")


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/var/console.sqlite3", "overlay"), ("/srv/console.sqlite3", "nfs4"), ("/srv/our disk/c.sqlite3", "ext4")],
)
def test_innermost_mount_decides(path: str, kind: str) -> None:
    assert find_file_system(Path(path), MOUNTS) == kind


def test_d8_database_on_a_network_disk_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mounts").write_text("\n".join(MOUNTS))
    monkeypatch.setattr(checks, "_MOUNTS", tmp_path / "mounts")
    monkeypatch.setattr(checks, "database_file", lambda: Path("/srv/console.sqlite3"))

    (error,) = check_disk(None)

    assert "nfs4" in error.msg


def test_database_on_this_machine_is_fine() -> None:
    assert check_disk(None) == []
