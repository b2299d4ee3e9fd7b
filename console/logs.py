"""Log lines without secrets: masked where a line is rendered, so that no logger and no traceback goes around it."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

from engage import request_id


def _spelled(word: str) -> str:
    """That word, also where some of its characters are written as `%6b`, once or more than once."""
    return "".join(f"(?:{re.escape(character)}|%(?:25){{0,3}}{ord(character):02x})" for character in word)


_SLASH = f"(?:{_spelled('/')}){{1,4}}"
_BEFORE_SECRETS = (
    # Our own token is part of the webhook's path, as somebody may spell it.
    f"{_SLASH}{_spelled('hooks')}{_SLASH}{_spelled('engage')}{_SLASH}",
    # A conversation's key is a query parameter of the platform's addresses.
    rf"(?:[?&;\s\"']|%(?:25){{0,3}}3f|%(?:25){{0,3}}26){_spelled('key')}{_spelled('=')}",
    # Headers, also those that lack their colon.
    r"x-api-key['\"]?[\s:=]{1,8}['\"]?",
    r"\b(?:bearer|basic)\s{1,4}",
    r"(?:sessionid|csrftoken|csrfmiddlewaretoken|browser|password)=",
)
_SECRETS = re.compile(rf"({'|'.join(_BEFORE_SECRETS)})[^\s\"'&;#/<>]+", re.I)


def masked(text: str) -> str:
    return _SECRETS.sub(r"\1***", text)


class ShortRefusals(logging.Filter):
    """A request that was refused gets one line: anybody can send another one, and a traceback of it helps nobody."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True


class MaskingFormatter(logging.Formatter):
    """Lines for people; `{request_id}` is the name of the click that all of this goes back to."""

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = request_id.current() or "-"
        return masked(super().format(record))


class JsonFormatter(logging.Formatter):
    """Lines for machines, one object each."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
            "process": record.process,
            "thread": record.threadName,
        }
        if name := request_id.current():
            line["request_id"] = name
        if record.exc_info:
            # Masked before it is quoted: a quotation mark written with a backslash is none to the pattern.
            line["exception"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
