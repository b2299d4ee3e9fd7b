"""Where the console's files lie: beside the code in a checkout, inside the package where pip has installed it."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_CODE = Path(__file__).resolve().parent
# Only a built package holds pages inside the code (pyproject.toml puts them there).
IS_CHECKOUT = not (_CODE / "templates").is_dir()


def find_home() -> Path:
    """The directory of `var/`, and of relative paths in settings: nothing is ever written beside installed code."""
    if IS_CHECKOUT:
        return _CODE.parent
    home = Path(os.environ.get("CONSOLE_HOME", "").strip() or Path.cwd())
    if not home.is_dir():
        raise ImproperlyConfigured(f"CONSOLE_HOME must name a directory, and there is none at {home}")
    return home.resolve()


def find_shipped(name: str) -> Path:
    """`templates` or `static`, as they came with the code."""
    return (_CODE.parent if IS_CHECKOUT else _CODE) / name
