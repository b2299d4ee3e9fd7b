"""P11: everything at once and nobody dies, on both databases: no error reaches anybody, and both end alike."""

from __future__ import annotations

import math
import os
import threading
import time
from collections import Counter

from bench.figures import quantile
from tests.torture.books import wait_until
from tests.torture.desk import Person, click_all, start_conversations
from tests.torture.findings import Finding
from tests.torture.replies import ENDED, judge, make_replies
from tests.torture.rig import Rig
from tests.torture.webhooks import torture_repetition

# What a database says when writers stand in each other's way, wherever it comes to be written down.
_COMPLAINTS = ("database is locked", "deadlock", "OperationalError", "could not serialize", "Traceback")


def torture(*, conversations: int, clicking: float = math.inf) -> Finding:
    """`clicking`: seconds after which nobody clicks any more, on each database."""
    begun_at = time.monotonic()
    server = os.environ.get("CONSOLE_DATABASE_URL", "")
    found = {"SQLite": _run("", conversations, clicking)}
    if server.startswith("postgres"):
        found["PostgreSQL"] = _run(server, conversations, clicking)
    ends = {name: part.end for name, part in found.items()}
    broken = [f"{name}: {word}" for name, part in found.items() for word in part.broken]
    is_cut_short = any(part.note for part in found.values())
    if len(set(ends.values())) > 1 and not is_cut_short:
        broken.append(f"they ended differently: {ends}")
    return Finding(
        "P11",
        f"{conversations} conversations with 4 replies each, a storm of webhooks, 3 readers, on {' and '.join(found)}",
        "4 web and worker processes write at once",
        lost=sum(part.lost for part in found.values()),
        duplicated=sum(part.duplicated for part in found.values()),
        broken=broken,
        notes=", ".join(
            " ".join(filter(None, [f"{name}: click p99 {part.slow * 1000:.0f} ms", part.note]))
            for name, part in found.items()
        ),
        seconds=time.monotonic() - begun_at,
    )


class _Part:
    lost = duplicated = 0
    slow = 0.0
    note = ""

    def __init__(self) -> None:
        self.broken: list[str] = []
        self.end: frozenset[tuple[str, int]] = frozenset()


def _run(server: str, conversations: int, clicking: float) -> _Part:
    part = _Part()
    with _on(server), Rig() as rig:
        people = start_conversations(rig, conversations)
        before = rig.sandbox.ledger()[-1:]
        readers = [_Reader(rig) for _ in range(3)]
        storm = threading.Thread(
            target=lambda: part.broken.extend(
                word for finding in torture_repetition(rig, leads=conversations // 2) for word in finding.broken
            )
        )
        for thread in (*readers, storm):
            thread.start()
        clicks = click_all(rig, make_replies(people, 4), until=time.monotonic() + clicking)
        part.note = clicks.note
        storm.join(120)
        ids, ended = ", ".join(map(str, people)), ", ".join(f"'{state}'" for state in ENDED)
        open_ = f"conversation_id IN ({ids}) AND state NOT IN ({ended})"
        if not wait_until(lambda: not rig.books.count("engage_command", open_), within=120):
            part.broken.append("replies were not settled")
        for reader in readers:
            reader.end()
        rows = rig.books.read(
            f"SELECT text, state, due_at IS NOT NULL FROM engage_command WHERE conversation_id IN ({ids})"
        )
        found = judge(clicks, rows, rig.sandbox.ledger(after=before[0]["n"] if before else 0))
        part.lost = len(found.disappeared) + len(found.confirmed_but_not_there) + len(clicks.refused)
        part.duplicated = len(found.duplicated)
        part.end = frozenset(Counter(state for _, state, _ in rows).items())
        part.slow = quantile([second for reader in readers for second in reader.seconds], 0.99)
        part.broken += [] if clicks.acknowledged else ["nothing was clicked"]
        part.broken += [f"{clicks.unanswered} clicks unanswered"] if clicks.unanswered else []
        part.broken += [f"a reader got {reader.failures} errors" for reader in readers if reader.failures]
        part.broken += rig.errors_in_logs(*_COMPLAINTS)[:3]
    return part


class _on:
    """The database that the ring is made on."""

    def __init__(self, server: str) -> None:
        self._server = server

    def __enter__(self) -> None:
        self._before = os.environ.pop("CONSOLE_DATABASE_URL", None)
        if self._server:
            os.environ["CONSOLE_DATABASE_URL"] = self._server

    def __exit__(self, *exc_info: object) -> None:
        os.environ.pop("CONSOLE_DATABASE_URL", None)
        if self._before is not None:
            os.environ["CONSOLE_DATABASE_URL"] = self._before


class _Reader(threading.Thread):
    """Reads the queue and claims what is there, so that small writes come from everywhere."""

    def __init__(self, rig: Rig) -> None:
        super().__init__(daemon=True)
        self._rig = rig
        self._person = Person(rig)
        self._is_over = threading.Event()
        self.seconds: list[float] = []
        self.failures = 0

    def run(self) -> None:
        ids = [row[0] for row in self._rig.books.read("SELECT id FROM engage_conversation ORDER BY id")]
        number = 0
        while not self._is_over.wait(0.1):
            begun_at = time.monotonic()
            number += 1
            status = self._person.post(f"/conversations/{ids[number % len(ids)]}/claim/")
            self.seconds.append(time.monotonic() - begun_at)
            self.failures += status == 0 or status >= 500

    def end(self) -> None:
        self._is_over.set()
        self.join(60)
