"""A clean clone: what the repository holds as it stands in this tree, without anything that a start leaves behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.sandbox_process import ROOT


def make_clone(home: Path) -> Path:
    """Files that are tracked, or new and not ignored, so that a change can be tried before it is committed."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, home / name)
    return home


def own_environment(**more: str) -> dict[str, str]:
    """What a shell holds in which nothing of ours was set."""
    ours = ("CONSOLE_", "ENGAGE_", "SANDBOX_", "DJANGO_", "PORT", "PYTHON", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | more


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """What the command printed; it must succeed, within minutes on a busy machine."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=own_environment(**environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"{command}:\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def make_venv(home: Path) -> Path:
    """A fresh virtual environment; returns the directory of its programs."""
    run(sys.executable, "-m", "venv", home, cwd=home.parent)
    return home / "bin"
