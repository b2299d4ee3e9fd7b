"""What the environment says about this sandbox. A value that makes no sense stops the start, with its name."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from urllib.parse import urlsplit

from engage.vault import Secret

# A day in a second or so; beyond that nothing can be followed any more.
FASTEST = 100_000


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
    broadcast_per_minute: float
    undeliverable: float
    approval_delay_s: float | None
    dialects: tuple[str, ...]
    mail_directory: str
    speed: float
    begins_at: int | None


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
        broadcast_per_minute=_number("SANDBOX_BROADCAST_PER_MINUTE", 12),
        undeliverable=_number("SANDBOX_UNDELIVERABLE", 0.04, most=1),
        # Without a delay nobody but a person approves.
        approval_delay_s=_number("SANDBOX_APPROVAL_DELAY", 0) if _text("SANDBOX_APPROVAL_DELAY", "") else None,
        dialects=tuple(_text("SANDBOX_DIALECT", "").split(",")),
        mail_directory=_text("SANDBOX_MAIL_DIR", os.path.join("var", "sandbox-mail")),
        speed=_number("SANDBOX_SPEED", 1, least=0.01, most=FASTEST),
        begins_at=_moment("SANDBOX_NOW"),
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


def _number(name: str, default: float, *, least: float = 0, most: float = 1e9) -> float:
    value = _text(name, str(default))
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not least <= number <= most:
        raise Nonsense(f"{name} must be a number from {least:g} to {most:g}, not {value!r}")
    return number


def milliseconds(text: str) -> int:
    """ISO 8601 as milliseconds since 1970; without an offset it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    if not 1990 <= moment.year < 2200:
        raise ValueError("not a plausible time")
    return int(moment.timestamp() * 1000)


def _moment(name: str) -> int | None:
    value = _text(name, "")
    try:
        return milliseconds(value) if value else None
    except ValueError:
        raise Nonsense(f"{name} must be a time such as 2026-03-08T05:00:00Z, not {value!r}") from None
