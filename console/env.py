"""Typed readers of the environment: a setting that makes no sense stops the start, with its name in the message."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set")
    return default


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value in ("", "1", "0", "true", "false", "yes", "no"):
        return default if not value else value in ("1", "true", "yes")
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")


def number(name: str, default: int, *, least: int = 0) -> int:
    value = os.environ.get(name, "").strip()
    try:
        result = int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from None
    if result < least:
        raise ImproperlyConfigured(f"{name} must be at least {least}")
    return result


def words(name: str, default: str = "") -> list[str]:
    return [word for word in (part.strip() for part in text(name, default).split(",")) if word]


def https_url(name: str) -> str:
    """An address to trust, or nothing; plain http only where nobody can stand between, on this machine."""
    value = text(name, "").rstrip("/")
    url = urlsplit(value)
    is_here = url.scheme == "http" and url.hostname in ("127.0.0.1", "localhost", "::1")
    if value and not (url.hostname and (url.scheme == "https" or is_here)):
        raise ImproperlyConfigured(f"{name} must begin with https://")
    return value


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return value


def database(name: str, default: str) -> dict[str, Any]:
    """`sqlite:///path` or `postgres://user:password@host:port/name?option=value` as Django's settings."""
    url = urlsplit(text(name, default))
    if url.scheme == "sqlite":
        return _sqlite(unquote(url.path)[1:])
    if url.scheme in ("postgres", "postgresql"):
        return _postgres(url.path, url.username, url.password, url.hostname, url.port, dict(parse_qsl(url.query)))
    raise ImproperlyConfigured(f"{name} must begin with sqlite:/// or postgres://")


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            # IMMEDIATE: a transaction that begins by reading would fail at once when it comes to write.
            # FULL: a webhook is acknowledged after its commit, so the commit must survive a power cut.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


def _postgres(
    path: str, user: str | None, password: str | None, host: str | None, port: int | None, options: dict[str, str]
) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(path.lstrip("/")),
        "USER": unquote(user or ""),
        "PASSWORD": unquote(password or ""),
        "HOST": options.pop("host", "") or host or "",
        "PORT": str(options.pop("port", "") or port or ""),
        "CONN_MAX_AGE": 0,
        # A pool, so that hundreds of waiting threads share a few connections.
        "OPTIONS": {
            **options,
            "pool": {"min_size": 1, "max_size": number("CONSOLE_DATABASE_POOL", 16, least=2), "timeout": 10},
        },
    }
