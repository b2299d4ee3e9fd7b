"""The platform calls received lately, refused ones included. Kept in memory: evidence for people and tests."""

from __future__ import annotations

import itertools
from collections import deque
from typing import Any

from engage.sandbox import stamps

LONGEST_NOTED_BODY = 64 * 1024

_API = "/api/public/engage/"
_KINDS = {"conversation": "conversation", "conversation/send": "send", "conversation/disposition": "disposition"}

_numbers = itertools.count(1)
_latest: deque[dict[str, Any]] = deque(maxlen=2000)


def kind_of(path: str) -> str:
    """send, conversation, disposition or campaign; nothing when the path is not the platform's."""
    if not path.startswith(_API):
        return ""
    return _KINDS.get(path.removeprefix(_API), "campaign")


def note(environ: dict[str, Any], kind: str, mode: str) -> dict[str, Any]:
    """A new entry; the caller fills in what becomes of the call."""
    entry = {
        "n": next(_numbers),
        "at": stamps.iso(stamps.now()),
        "call": kind,
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"],
        "query": environ["QUERY_STRING"],
        "content_type": environ.get("CONTENT_TYPE", ""),
        "has_api_key": "HTTP_X_API_KEY" in environ,
        "fault": mode,
        "status": None,
        "body": "",
    }
    _latest.append(entry)
    return entry


def latest() -> list[dict[str, Any]]:
    return list(_latest)


def clear() -> None:
    _latest.clear()
