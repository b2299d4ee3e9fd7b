"""gunicorn's own words, masked like all others whatever its configuration says where they go."""

from __future__ import annotations

import logging
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # ships no types

from console import settings
from console.logs import JsonFormatter, masked


class _Masked(logging.Formatter):
    """Another formatter's lines without secrets."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self._formatter = formatter

    def format(self, record: logging.LogRecord) -> str:
        return masked(self._formatter.format(record))


class WebLogger(Logger):  # type: ignore[misc]  # as above
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        is_json = settings.LOG_FORMAT == "json"
        # The access log too: it is off unless an operator asks for it, and holds the addresses of webhooks then.
        for handler in [*self.error_log.handlers, *self.access_log.handlers]:
            own = handler.formatter or logging.Formatter()
            handler.setFormatter(JsonFormatter() if is_json else _Masked(own))
