"""Log lines without secrets: masked where a line is rendered, so that no logger and no traceback goes around it."""

from __future__ import annotations

import logging
import re

# A conversation's key is a query parameter of the platform's addresses; our own token is part of the webhook's path.
_SECRETS = re.compile(
    r"((?:[?&;\s\"']|%3f|%26)(?:key|%6bey)=|/hooks/engage/|x-api-key['\"]?\s*[:=]\s*['\"]?)[^\s\"'&;#/<>]+", re.I
)


class MaskingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return _SECRETS.sub(r"\1***", super().format(record))
