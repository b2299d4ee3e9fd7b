"""One function in a process of its own, on a database of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from bench.processes import ROOT


def call(function: Callable[..., Any], *, database_url: str, **arguments: Any) -> Any:
    """What the function, found by its module and name, returns there; both ways go through JSON."""
    finished = subprocess.run(
        [sys.executable, "-m", "bench.child", function.__module__, function.__name__, json.dumps(arguments)],
        cwd=ROOT,
        env={**os.environ, "CONSOLE_DATABASE_URL": database_url},
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(finished.stdout)


def main(module: str, name: str, arguments: str) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    django.setup()
    print(json.dumps(getattr(import_module(module), name)(**json.loads(arguments))))


if __name__ == "__main__":
    main(*sys.argv[1:])
