"""P19: one release after the other while people work: nothing is lost, and every stop is short."""

from __future__ import annotations

import math
import threading
import time

from bench.payloads import new_message
from tests.torture.books import wait_until
from tests.torture.desk import click_all, start_conversations
from tests.torture.findings import Finding
from tests.torture.havoc import Evil, Havoc
from tests.torture.posting import Posted, post_all
from tests.torture.replies import ENDED, judge, make_replies
from tests.torture.rig import Rig
from tests.torture.webhooks import texts_of

_STOPS_WITHIN = 10.0


def torture(
    rig: Rig, *, conversations: int, each: int, every: float, patience: float, until: float = math.inf
) -> Finding:
    begun_at = time.monotonic()
    people = start_conversations(rig, conversations)
    with rig.workspace("deployed") as (workspace, path):
        bodies = [new_message(number % 100, number, f"Text {number}") for number in range(20_000)]
        before = rig.sandbox.ledger()[-1:]
        stops: list[float] = []
        is_over = threading.Event()
        posted: list[Posted] = []
        poster = threading.Thread(
            target=lambda: posted.append(post_all(rig.port, path, bodies, connections=4, is_over=is_over))
        )
        poster.start()
        with Havoc(Evil("release", lambda: stops.append(_release(rig)), (every, every))) as havoc:
            clicks = click_all(rig, make_replies(people, each), until=until)
            ids, ended = ", ".join(map(str, people)), ", ".join(f"'{state}'" for state in ENDED)
            open_ = f"kind = 'reply' AND conversation_id IN ({ids}) AND state NOT IN ({ended})"
            settled = wait_until(lambda: not rig.books.count("engage_command", open_), within=patience, pause=1)
        is_over.set()
        poster.join(60)
        rig.mend()
        drained = rig.wait_until_projected()
        rows = rig.books.read(
            f"SELECT text, state, due_at IS NOT NULL FROM engage_command WHERE conversation_id IN ({ids})"
        )
        found = judge(clicks, rows, rig.sandbox.ledger(after=before[0]["n"] if before else 0))
        there = set(texts_of(rig, workspace))
    longest = max(stops, default=0.0)
    taken = posted[0].acknowledged if posted else set()
    is_in_order = {
        "nothing was clicked": bool(clicks.acknowledged),
        "replies were not settled": settled,
        "the ledger was not drained": drained,
        f"a stop took {longest:.1f} s": longest <= _STOPS_WITHIN,
    }
    broken = [word for word, is_so in is_in_order.items() if not is_so]
    return Finding(
        "P19",
        f"{len(taken)} webhooks, {len(clicks.acknowledged)} replies",
        f"{havoc}: web reloaded, each worker stopped and started, migrations run",
        lost=len(taken - there) + len(found.disappeared) + len(found.confirmed_but_not_there),
        duplicated=len(found.duplicated),
        broken=[*found.there_but_not_found, *found.without_future, *broken, *havoc.errors],
        notes="; ".join(
            filter(None, [f"longest stop {longest:.1f} s, {clicks.unanswered} clicks repeated", clicks.note])
        ),
        seconds=time.monotonic() - begun_at,
    )


def _release(rig: Rig) -> float:
    """The longest time that a worker took to stop."""
    rig.migrate()
    rig.reload_web()
    longest = 0.0
    for worker in rig.workers:
        begun_at = time.monotonic()
        worker.stop()
        longest = max(longest, time.monotonic() - begun_at)
        rig.start(worker)
        # The next one goes when this one is at work.
        time.sleep(1)
    return longest
