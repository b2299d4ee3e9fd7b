"""P17: ten times the webhooks of a busy day, and a platform that takes half a minute to answer."""

from __future__ import annotations

import threading
import time

from bench.figures import quantile
from bench.payloads import new_message
from tests.torture.books import wait_until
from tests.torture.desk import Person, Reply, click_all, start_conversations
from tests.torture.findings import Finding
from tests.torture.posting import post_all
from tests.torture.rig import Rig
from tests.torture.webhooks import texts_of

PER_SECOND = 500
_CONNECTIONS = 8
_LEADS = 300
_PAGE_WITHIN = 1.0
_GROWTH = 0.15


def torture(rig: Rig, *, seconds: float, per_second: float = PER_SECOND, stall: float = 30) -> Finding:
    begun_at = time.monotonic()
    people = start_conversations(rig, 8)
    with rig.workspace("flood") as (workspace, path):
        bodies = [
            new_message(number % _LEADS, number, f"Flood {number}") for number in range(int(seconds * per_second))
        ]
        rig.sandbox.set_faults(
            calls={"rate": 1, "modes": ["stall"], "stall_s": stall, "paths": ["conversation", "send"]}
        )
        clicks = click_all(rig, [Reply(conversation_id, f"0 Slowly, {conversation_id}") for conversation_id in people])
        reader = _Reader(rig)
        reader.start()
        # A first part warms up: caches, pools, and Python's own memory.
        warm = len(bodies) // 4
        taken = _post(rig, path, bodies[:warm], per_second)
        rig.wait_until_projected()
        before = rig.megabytes()
        taken |= {warm + number for number in _post(rig, path, bodies[warm:], per_second)}
        backlog = rig.books.count("engage_delivery", "state = 'pending'")
        is_drained = rig.wait_until_projected()
        after = rig.megabytes()
        reader.end()
        rig.mend()
        settled = wait_until(lambda: _unsettled(rig, people) == 0, within=90, pause=1)
        there = set(texts_of(rig, workspace))
    slow = quantile(reader.seconds, 0.95) if reader.seconds else 99.0
    growth = after / before - 1
    return Finding(
        "P17",
        f"{len(bodies)} webhooks at {per_second:.0f}/s, {len(reader.seconds)} pages read meanwhile",
        f"every call to the platform takes {stall:.0f} s",
        lost=len(taken - there),
        broken=[
            *([] if is_drained else ["the ledger was not drained"]),
            *([] if settled else [f"{_unsettled(rig, people)} of {len(clicks.acknowledged)} replies not settled"]),
            *([f"a page took {slow:.2f} s (p95)"] if slow > _PAGE_WITHIN else []),
            *([f"memory grew by {growth:.0%}"] if growth > _GROWTH else []),
            *([f"{len(bodies) - len(taken)} not taken"] if len(taken) < len(bodies) else []),
        ],
        notes=f"page p95 {slow * 1000:.0f} ms, memory {before:.0f} → {after:.0f} MB, backlog at the end {backlog}",
        seconds=time.monotonic() - begun_at,
    )


class _Reader(threading.Thread):
    """An agent who reads the queue all the time."""

    def __init__(self, rig: Rig) -> None:
        super().__init__(daemon=True)
        self._person = Person(rig)
        self._is_over = threading.Event()
        self.seconds: list[float] = []

    def run(self) -> None:
        while not self._is_over.wait(0.2):
            begun_at = time.monotonic()
            self._person.read("/?queue=open")
            self.seconds.append(time.monotonic() - begun_at)

    def end(self) -> None:
        self._is_over.set()
        self.join(60)


def _post(rig: Rig, path: str, bodies: list[bytes], per_second: float) -> set[int]:
    """In portions, so that not more come per second than should, as far as the machine can."""
    taken: set[int] = set()
    begun_at, portion = time.monotonic(), max(1, int(per_second / 2))
    for start in range(0, len(bodies), portion):
        time.sleep(max(0.0, begun_at + start / per_second - time.monotonic()))
        posted = post_all(rig.port, path, bodies[start : start + portion], connections=_CONNECTIONS)
        taken |= {start + number for number in posted.acknowledged}
    return taken


def _unsettled(rig: Rig, people: dict[int, str]) -> int:
    ids = ", ".join(map(str, people))
    waiting = "'queued', 'preflight', 'retry_wait', 'sending', 'checking'"
    return rig.books.count("engage_command", f"conversation_id IN ({ids}) AND state IN ({waiting})")
