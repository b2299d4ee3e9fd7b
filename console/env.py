"""Typed readers of the environment: a setting that makes no sense stops the start, with its name in the message."""

from __future__ import annotations

import base64
import binascii
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

_KEY_BYTES = 32
_DEFAULT_PORTS = {"http": 80, "https": 443}
# What Django takes for the host of a request: a name, an address, or an IPv6 address in brackets.
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*|\[(?=[^]]*:)[0-9a-f:.]+\]")


def text(name: str, default: str | None = None, *, hint: str = "") -> str:
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set{hint and f': {hint}'}")
    return default


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value in ("", "1", "0", "true", "false", "yes", "no"):
        return default if not value else value in ("1", "true", "yes")
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")


def number(name: str, default: int, *, least: int = 0, most: int = 1_000_000) -> int:
    value = os.environ.get(name, "").strip()
    try:
        result = int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from None
    if not least <= result <= most:
        raise ImproperlyConfigured(f"{name} must be from {least} to {most:,}, not {value}")
    return result


def words(name: str, default: str = "") -> list[str]:
    return [word for word in (part.strip() for part in text(name, default).split(",")) if word]


def key_ring(name: str) -> list[str]:
    """Keys of 32 bytes in base64, newest first: a wrong one would be found out by the first secret to be stored."""
    keys = words(name)
    if not keys:
        raise ImproperlyConfigured(f"{name} is not set: `manage.py generate_key` makes a key")
    for place, key in enumerate(keys, start=1):
        try:
            length = len(base64.urlsafe_b64decode(key))
        except (binascii.Error, ValueError):
            length = 0
        if length != _KEY_BYTES:
            # Not even a part of it is quoted: it may be a key with one letter cut off.
            raise ImproperlyConfigured(f"{name}: entry {place} is not a key; `manage.py generate_key` makes one")
    return keys


def origin(name: str, default: str) -> str:
    """Scheme, host and maybe a port, in the one spelling in which browsers say it: small letters, no default port."""
    value = text(name, default).lower()
    url = _split(name, value)
    rest = value[len(url.scheme) + len("://") + len(url.netloc) :]
    if url.scheme not in _DEFAULT_PORTS or not value[len(url.scheme) :].startswith("://"):
        raise ImproperlyConfigured(f"{name} must begin with https:// or http://, not {value!r}")
    if rest not in ("", "/") or not _is_host(url):
        words = "scheme, host and maybe a port, without a path: the console has a host name of its own"
        raise ImproperlyConfigured(f"{name} must be {words}; not {_without_user(value)!r}")
    port = "" if url.port in (None, _DEFAULT_PORTS[url.scheme]) else f":{url.port}"
    return f"{url.scheme}://{host_of(url.netloc)}{port}"


def hosts(name: str, default: list[str]) -> list[str]:
    """Host names as Django compares them: no scheme, no port; `.example.com` for all below, `*` for any."""
    found = [word.lower() for word in words(name)] or default
    for word in found:
        if word != "*" and not _HOST.fullmatch(word.removeprefix(".")):
            what = "host names without scheme, port or path, an IPv6 address in brackets"
            raise ImproperlyConfigured(f"{name} must hold {what}; not {_without_user(word)!r}")
    return found


def host_of(netloc: str) -> str:
    """The host as it is asked for, without a port; an IPv6 address keeps its brackets."""
    return re.sub(r":[0-9]*$", "", netloc) if not netloc.endswith("]") else netloc


def https_url(name: str) -> str:
    """An address to trust, or nothing; plain http only where nobody can stand between, on this machine."""
    value = text(name, "").rstrip("/")
    url = _split(name, value)
    is_here = url.scheme == "http" and url.hostname in ("127.0.0.1", "localhost", "::1")
    if value and not (url.hostname and (url.scheme == "https" or is_here)):
        raise ImproperlyConfigured(f"{name} must begin with https://")
    return value


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ValueError, OSError, LookupError):
        raise ImproperlyConfigured(f"{name} must be a time zone such as America/New_York, not {value!r}") from None
    return value


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return value


def database(name: str, default: str, *, base: Path) -> dict[str, Any]:
    """`sqlite:///path` or `postgres://user:password@host:port/name?option=value` as Django's settings.

    A path without a leading slash is below `base`, wherever a command is started.
    """
    # The value is quoted nowhere: it holds a password.
    url = _split(name, text(name, default))
    if url.scheme == "sqlite":
        path = unquote(url.path)[1:]
        if url.netloc or not path:
            raise ImproperlyConfigured(f"{name} must name a file: sqlite:///path, with three slashes or four")
        return _sqlite(path if path == ":memory:" or path.startswith("file:") else str(base / path))
    if url.scheme in ("postgres", "postgresql"):
        if not url.path.strip("/"):
            raise ImproperlyConfigured(f"{name} names no database: postgres://user:password@host:port/name")
        return _postgres(url.path, url.username, url.password, url.hostname, url.port, dict(parse_qsl(url.query)))
    raise ImproperlyConfigured(f"{name} must begin with sqlite:/// or postgres://")


def _split(name: str, value: str) -> SplitResult:
    try:
        url = urlsplit(value)
        # Read, so that a port that is none is found here.
        url.port  # noqa: B018
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not an address: {error}") from None
    return url


def _is_host(url: SplitResult) -> bool:
    return bool(_HOST.fullmatch(host_of(url.netloc))) and not url.netloc.endswith(":") and url.port != 0


def _without_user(value: str) -> str:
    """Somebody may have written a password."""
    scheme, separator, rest = value.partition("://")
    return f"{scheme}{separator}…@{rest.rpartition('@')[2]}" if "@" in rest else value


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
