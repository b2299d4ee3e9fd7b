"""The database read by plain SQL, beside the product: what is judged is not asked for its own opinion."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg

Row = tuple[Any, ...]


class Books:
    def __init__(self, url: str) -> None:
        self._url = url
        self.is_sqlite = url.startswith("sqlite")

    def read(self, statement: str) -> list[Row]:
        # A connection each time: the database may have been restarted in between.
        with closing(self._open()) as connection:
            return [tuple(row) for row in connection.execute(statement).fetchall()]

    def write(self, statement: str) -> None:
        with closing(self._open()) as connection:
            connection.execute(statement)
            connection.commit()

    def count(self, table: str, where: str = "1 = 1") -> int:
        return int(self.read(f"SELECT count(*) FROM {table} WHERE {where}")[0][0])

    def earlier(self, column: str, seconds: int) -> str:
        """SQL: the column, so many seconds earlier, in its own format."""
        if self.is_sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%f000', {column}, '-{seconds} seconds')"
        return f"{column} - interval '{seconds} seconds'"

    def _open(self) -> Any:
        if self.is_sqlite:
            return sqlite3.connect(unquote(urlsplit(self._url).path), timeout=30)
        return psycopg.connect(self._url, connect_timeout=10)


def wait_until(holds: Callable[[], bool], *, within: float, pause: float = 0.3) -> bool:
    """Whether it came to be so in time. A database that is away for the moment says no."""
    deadline = time.monotonic() + within
    while True:
        try:
            if holds():
                return True
        except (psycopg.Error, sqlite3.Error):
            pass
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
