"""The files of lists on their way in: kept beside the database, read row by row."""

from __future__ import annotations

import csv
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

from engage.sandbox.options import options
from engage.sandbox.schedule import Misunderstood

Row = tuple[int, list[str]]
"""Its number in the file, from one, and its cells."""


def keep(pieces: Iterable[bytes]) -> Path:
    """A copy that outlives the request, and a restart."""
    directory = _directory()
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{secrets.token_hex(12)}.csv"
    with path.open("wb") as file:
        file.writelines(pieces)
    return path


def clear() -> None:
    for path in _directory().glob("*.csv"):
        path.unlink(missing_ok=True)


def rows(path: Path, *, has_headers: bool) -> Iterator[Row]:
    """Blank rows are left out, and the headers. Raises Misunderstood where the file is no CSV."""
    with path.open(encoding=_encoding_of(path), errors="replace", newline="") as file:
        try:
            for number, cells in enumerate(csv.reader(file), start=1):
                if any(cells) and not (has_headers and number == 1):
                    yield number, cells
        except csv.Error as error:
            raise Misunderstood(f"The file cannot be read as CSV: {error}") from None


def _directory() -> Path:
    return Path(f"{options().database}.loads")


def _encoding_of(path: Path) -> str:
    """UTF-8 if all of it is; else what spreadsheets on Windows write."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            while file.read(1 << 16):
                pass
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"
