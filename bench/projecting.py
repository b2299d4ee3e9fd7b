"""B2: deliveries projected per second by one worker, into an empty mirror and into a large one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from urllib.parse import urlsplit

import psycopg

from bench.child import call
from bench.drain import MESSAGES_EACH, drain, make_mirror
from bench.figures import Figures
from bench.processes import ROOT
from bench.sizes import Sizes


def measure(sizes: Sizes) -> Figures:
    mirrored = sizes.mirrored_messages // MESSAGES_EACH
    rates: list[tuple[float, float]] = []
    with _database("bench_large") as large:
        call(make_mirror, database_url=large, conversations=mirrored)
        for number in range(sizes.rounds):
            with _database("bench_empty") as empty:
                small_rate = _drain(empty, sizes, number, mirrored=0)
            rates.append((small_rate, _drain(large, sizes, number, mirrored=mirrored)))
    return {
        "per_s": round(median(rate for rate, _ in rates)),
        "large_per_s": round(median(rate for _, rate in rates)),
        "ratio_large": round(median(large_rate / rate for rate, large_rate in rates), 3),
    }


def _drain(database_url: str, sizes: Sizes, number: int, *, mirrored: int) -> float:
    rate = call(
        drain,
        database_url=database_url,
        number=number,
        conversations=sizes.projected_conversations,
        texts_each=sizes.texts_each,
        mirrored=mirrored,
    )
    return float(rate)


@contextmanager
def _database(name: str) -> Iterator[str]:
    """A database beside the one we were given, with our tables."""
    given = os.environ["CONSOLE_DATABASE_URL"]
    url = urlsplit(given)._replace(path=f"/{name}").geturl()
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            command = [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity", "0"]
            subprocess.run(command, cwd=ROOT, env={**os.environ, "CONSOLE_DATABASE_URL": url}, check=True)
            yield url
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
