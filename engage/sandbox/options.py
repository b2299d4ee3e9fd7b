"""What the environment says about this sandbox. A value that makes no sense stops the start, with its name."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from engage.vault import Secret


@dataclass(frozen=True)
class Options:
    port: int
    database: str
    api_key: Secret
    public_origin: str
    webhook_url: str
    org_id: int
    workspace_id: int
    pace: float
    start: int
    seed: int | None


class Nonsense(ValueError):
    """A SANDBOX_ variable cannot be understood."""


@cache
def options() -> Options:
    port = int(_number("SANDBOX_PORT", 8001))
    seed = os.environ.get("SANDBOX_SEED", "").strip()
    return Options(
        port=port,
        database=_text("SANDBOX_DB", os.path.join("var", "sandbox.sqlite3")),
        # Without a key nobody may call the campaign endpoints, so none is guessable.
        api_key=Secret(_text("SANDBOX_API_KEY", secrets.token_urlsafe(32))),
        public_origin=_url("SANDBOX_PUBLIC_ORIGIN", f"http://127.0.0.1:{port}").rstrip("/"),
        webhook_url=_url("SANDBOX_WEBHOOK_URL", ""),
        org_id=int(_number("SANDBOX_ORG_ID", 1)),
        workspace_id=int(_number("SANDBOX_WORKSPACE_ID", 14)),
        pace=_number("SANDBOX_PACE", 20),
        start=int(_number("SANDBOX_START", 24)),
        seed=int(_number("SANDBOX_SEED", 0)) if seed else None,
    )


def is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _text(name: str, default: str) -> str:
    return os.environ.get(name, "").strip() or default


def _url(name: str, default: str) -> str:
    value = _text(name, default)
    if value and not is_web_address(value):
        raise Nonsense(f"{name} must be an http or https address")
    return value


def _number(name: str, default: float) -> float:
    value = _text(name, str(default))
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e9:
        raise Nonsense(f"{name} must be a number, zero or more, not {value!r}")
    return number
