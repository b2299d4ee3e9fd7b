"""A fresh clone: the code as it is checked out, and nothing that a start leaves behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.migrated import copy_migrated
from tests.sandbox_process import ROOT

KEYS = {
    "CONSOLE_SECRET_KEY": "for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ENGAGE_KEY_RING": "dGVzdHMtb25seS1rZXktMDEyMzQ1Njc4OWFiY2RlZiE=",
}
_PARTS = ("console", "engage", "templates", "static")


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str

    @property
    def everything(self) -> str:
        return self.out + self.err

    @property
    def last_words(self) -> str:
        return self.err.strip().splitlines()[-1] if self.err.strip() else ""


@dataclass
class Clone:
    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, home: Path) -> Clone:
        for part in _PARTS:
            shutil.copytree(ROOT / part, home / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "manage.py", home)
        return cls(home)

    def manage(self, *arguments: str, stdin: str = "", seconds: float = 120, **environment: str) -> Said:
        """As typed by somebody whose shell has set nothing of ours but what is named."""
        ours = ("CONSOLE_", "ENGAGE_", "SANDBOX_", "DJANGO_", "PORT")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        done = subprocess.run(
            [sys.executable, str(self.home / "manage.py"), *arguments],
            # Elsewhere, so that nothing depends on where the command is typed.
            cwd="/",
            env=inherited | self.environment | environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def migrate(self) -> None:
        """Into the database that it has where none is named."""
        (self.home / "var").mkdir(exist_ok=True)
        copy_migrated(self.home / "var" / "console.sqlite3")

    def forget(self) -> None:
        """Whatever starts have left behind."""
        shutil.rmtree(self.home / "var", ignore_errors=True)
