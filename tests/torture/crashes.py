"""P12: a process dies at each of the named places, and the next one takes up what it left."""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from engage.crash_points import NAMES, VARIABLE
from tests.torture.books import wait_until
from tests.torture.desk import Clicks, Person, Reply, click_all, start_conversations
from tests.torture.dying import Cemetery
from tests.torture.findings import Finding
from tests.torture.replies import ENDED, judge
from tests.torture.rig import Rig

_OF_WEB = "webhook."
_CAMPAIGNS = ("Spring webinar", "Solar quotes NY", "Renewals May")
_CONVERSATIONS = 60
_CLICKED_AT_ONCE = 12
# Of what waits there is enough to die of; all the rest would only wait longer.
_MOST_WAITING = 40
_DIES_WITHIN = 40.0
_WEB_DIES_WITHIN = 10.0
_SETTLES_WITHIN = 90.0


class _Life:
    """What happens for a process to come by everywhere: people answer and switch, leads speak, the line is bad."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.people = start_conversations(rig, _CONVERSATIONS)
        # Whoever switches has signed in before web begins to die.
        self._persons = {name: Person(rig) for name in _CAMPAIGNS}
        self.clicks = Clicks()
        self.said = self.switched = 0
        self.speaks_every = 0.4
        self.errors: list[str] = []
        self._is_over = threading.Event()
        deeds = (self._answer, self._speak, *(partial(self._switch, name) for name in _CAMPAIGNS))
        self._threads = [threading.Thread(target=self._live, args=(deed,), daemon=True) for deed in deeds]

    def __enter__(self) -> _Life:
        # What certainly did not arrive is what somebody has to decide about in the end; what did is found.
        self.rig.sandbox.set_faults(calls={"rate": 0.4, "modes": ["cut_before", "cut"], "paths": ["send"]}, seed=12)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join(60)
        self.rig.sandbox.clear_faults()

    def _live(self, deed: Callable[[], None]) -> None:
        try:
            deed()
        except Exception as error:
            self.errors.append(f"life came to a stop: {error!r}"[:300])

    def _answer(self) -> None:
        ids = itertools.cycle(self.people)
        for number in itertools.count():
            if not wait_until(lambda: self._is_over.is_set() or self._waiting() < _MOST_WAITING, within=600, pause=0.1):
                return
            if self._is_over.is_set():
                return
            texts = (f"{number} Whoever sends this may die of it, {turn}." for turn in range(_CLICKED_AT_ONCE))
            batch = [Reply(next(ids), text) for text in texts]
            done = click_all(self.rig, batch, people=2, tries=200)
            self.clicks.acknowledged += done.acknowledged
            self.clicks.refused += done.refused

    def _waiting(self) -> int:
        return self.rig.books.count("engage_command", "kind = 'reply' AND state IN ('queued', 'retry_wait')")

    def _speak(self) -> None:
        for lead_id in itertools.cycle(self.people.values()):
            if self._is_over.wait(self.speaks_every):
                return
            self.rig.sandbox.say(lead_id, "Who of you reads this?")
            self.said += 1

    def _switch(self, name: str) -> None:
        """On and off. Where a death left it undecided, somebody else helps at the platform."""
        for to, before, undo in itertools.cycle((("pause", "ACTIVE", "activate"), ("activation", "READY", "pause"))):
            if not self._comes_to_be(name, before, within=1):
                self.rig.sandbox.switch_campaign(name, undo)
                self._comes_to_be(name, before, within=10)
            if self._is_over.is_set():
                return
            ((campaign_id,),) = self.rig.books.read(f"SELECT id FROM engage_campaign WHERE name = '{name}'")
            status = self._persons[name].post(f"/campaigns/{campaign_id}/{to}/")
            self.switched += 200 <= status < 300
            if status >= 300:
                self.errors.append(f"{to}: the desk answered {status}")

    def _comes_to_be(self, name: str, status: str, *, within: float) -> bool:
        here = f"name = '{name}' AND status = '{status}'"
        return wait_until(
            lambda: self._is_over.is_set() or bool(self.rig.books.count("engage_campaign", here)),
            within=within,
            pause=0.1,
        )


def torture(
    rig: Rig, *, rounds: int, names: Sequence[str] = NAMES, until: float = math.inf, at_once: int = 8
) -> Finding:
    """`until`: from this moment nobody dies any more, once somebody has died at each place. `at_once`: workers."""
    begun_at = time.monotonic()
    of_web = [name for name in names if name.startswith(_OF_WEB)]
    before = rig.sandbox.ledger()[-1:]
    with _Life(rig) as life:
        for worker in rig.workers:
            worker.kill()
        cemetery = Cemetery(rig, [name for name in names if name not in of_web], rounds, at_once=at_once)
        cemetery.bury_until(until - len(of_web) * _WEB_DIES_WITHIN, patience=_DIES_WITHIN)
        cemetery.clear()
        rig.mend()
        deaths_of_web = _die_in_web(life, of_web, rounds)
    counts = cemetery.deaths + deaths_of_web
    deaths = [counts[name] for name in names]
    finding = Finding(
        "P12",
        f"{len(life.clicks.acknowledged)} replies, {life.said} texts of leads, {life.switched} campaigns switched",
        f"{sum(deaths)} deaths, {min(deaths)} or more at each of {len(names)} places, {at_once} workers at once",
        broken=[*(f"{name}: nobody came by" for name in names if not counts[name]), *cemetery.odd_ends, *life.errors],
    )
    _judge(finding, life, before[0]["n"] if before else 0)
    if min(deaths) < rounds:
        finding.notes += "; ended by the clock"
    finding.seconds = time.monotonic() - begun_at
    return finding


def _judge(finding: Finding, life: _Life, ledger_after: int) -> None:
    """What became of it all once everything runs again."""
    rig = life.rig
    rig.mend()
    waited_at = time.monotonic()
    is_over = wait_until(lambda: not _backlog(rig), within=_SETTLES_WITHIN)
    took = time.monotonic() - waited_at
    # What changed unheard at the platform is read within the period of its polls.
    left = rig.wait_until_agreed(within=20)
    rows = rig.books.read("SELECT text, state, due_at IS NOT NULL FROM engage_command WHERE kind = 'reply'")
    found = judge(life.clicks, rows, rig.sandbox.ledger(after=ledger_after))
    finding.lost = len(found.disappeared) + len(found.confirmed_but_not_there) + len(left) + len(life.clicks.refused)
    finding.duplicated = len(found.duplicated)
    finding.broken += [*found.there_but_not_found, *found.without_future, *left[:3]]
    finding.broken += [] if is_over else [f"backlog after {took:.0f} s: {_backlog(rig)}"]
    states = Counter(state for _, state, _ in rows)
    ends = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    finding.notes = f"backlog 0 after {took:.0f} s; {ends}"


def _die_in_web(life: _Life, names: Sequence[str], rounds: int) -> Counter[str]:
    """Every process of web dies there at every webhook, and is followed by the next; the last web lives."""
    rig, deaths, life.speaks_every = life.rig, Counter[str](), 0.05
    for name in names:
        rig.web.kill()
        rig.web.take_log()
        # Loaded once, for all who die of it.
        rig.start(rig.web, **{VARIABLE: name, "GUNICORN_CMD_ARGS": "--preload"})

        deaths[name] = _count_deaths(rig, rounds)
    if names:
        rig.web.kill()
        rig.start(rig.web)
        rig.wait_for_web()
    return deaths


def _count_deaths(rig: Rig, most: int) -> int:
    """In the web that runs; as many as there is time for, and the first one may take longer on a busy machine."""
    begun_at, count = time.monotonic(), 0
    while count < most and time.monotonic() < begun_at + (_WEB_DIES_WITHIN if count else _DIES_WITHIN):
        time.sleep(0.1)
        count += rig.web.take_log().count("SIGKILL")
    return count


def _backlog(rig: Rig) -> int:
    """Deliveries not yet read, commands with a machine's step to come, GETs that are wanted."""
    ended = ", ".join(f"'{state}'" for state in ENDED)
    return (
        rig.books.count("engage_delivery", "state = 'pending'")
        + rig.books.count("engage_command", f"state NOT IN ({ended})")
        + rig.books.count("engage_conversation", "read_wanted_at IS NOT NULL")
    )
