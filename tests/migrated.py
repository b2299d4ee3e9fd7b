"""A database with all its tables, made once for a state of the code; whoever needs one takes a copy.

Making one takes six seconds of a core and hundreds of commits, and dozens of processes of the tests begin with one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.sandbox_process import ROOT

_HOME = ROOT / "var" / "tests"


def copy_migrated(to: Path) -> Path:
    """An SQLite file as `manage.py migrate` leaves it. To migrate it again does nothing and takes no time."""
    _HOME.mkdir(parents=True, exist_ok=True)
    made = _HOME / f"migrated-{_state_of_code()}.sqlite3"
    # Several processes of tests begin at once: one makes it, the others wait for it.
    with (_HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _make(made)
        shutil.copyfile(made, to)
    to.chmod(0o600)
    return to


def _make(made: Path) -> None:
    for older in _HOME.glob("migrated-*"):
        older.unlink()
    with tempfile.TemporaryDirectory(prefix="migrated-") as home:
        new = Path(home) / "new.sqlite3"
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "PYTHONPATH": str(ROOT),
            "CONSOLE_DATABASE_URL": f"sqlite:///{new}",
        }
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        # The last connection that is closed writes the log into the file.
        assert not new.with_name(f"{new.name}-wal").exists()
        half_copied = made.with_suffix(".half")
        shutil.copyfile(new, half_copied)
        half_copied.replace(made)


def _state_of_code() -> str:
    """Changes with every line that could have a say in what migrating leaves behind, and with every package."""
    digest = hashlib.sha256((ROOT / "constraints.txt").read_bytes())
    for room in ("engage", "console"):
        for path in sorted((ROOT / room).rglob("*.py")):
            digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]
