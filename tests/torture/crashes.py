"""P12: a process dies at each of the named places, and the next one takes up what it left."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Sequence

from engage.crash_points import NAMES, VARIABLE
from tests.torture.books import wait_until
from tests.torture.desk import Clicks, Person, Reply, click_all, start_conversations
from tests.torture.findings import Finding
from tests.torture.replies import ENDED, judge
from tests.torture.rig import Rig

# What has to happen for a process to come by.
_OF_WEB = "webhook."
_OF_DOUBT = ("look.", "move.before_checking", "move.before_unconfirmed")
_OF_CAMPAIGNS = ("campaign.", "pause.")
_OF_SWEEP = "sweep."
_DIES_WITHIN = 40.0
_SETTLES_WITHIN = 90.0


class _Wake:
    """One conversation per death; what the dead left is judged when all are over."""

    def __init__(self, rig: Rig, conversations: int) -> None:
        self.rig = rig
        self.people = start_conversations(rig, conversations)
        self.spare = list(self.people)
        self.clicks = Clicks()
        self.undead: list[str] = []
        self.said = 0
        self._person = Person(rig)

    def live_through(self, name: str) -> None:
        """A process is started that dies at this place, and given reason to come by."""
        rig, conversation_id = self.rig, self.spare.pop()
        if name.startswith(_OF_SWEEP):
            # Somebody has to die before, so that there is something to sweep.
            self.die_at("send.after_mark", conversation_id)
        if name.startswith(_OF_DOUBT):
            rig.sandbox.set_faults(calls={"rate": 1, "modes": ["cut_before"], "paths": ["send"]})
        if name.startswith(_OF_WEB):
            self._die_in_web(name, conversation_id)
        elif name.startswith(_OF_CAMPAIGNS):
            self.die_at(name, conversation_id, switch="pause" if name.startswith("pause.") else "activation")
        else:
            self.die_at(name, conversation_id)
        rig.sandbox.clear_faults()

    def die_at(self, name: str, conversation_id: int, *, switch: str = "") -> None:
        rig = self.rig
        rig.start(rig.worker, **{VARIABLE: name})
        self._speak(conversation_id, name)
        if switch:
            self._switch(switch)
        else:
            self._reply(conversation_id, name)
        try:
            status = rig.worker.wait(_DIES_WITHIN)
        except subprocess.TimeoutExpired:
            self.undead.append(f"{name}: nobody came by")
            rig.worker.kill()
            return
        if status != -9:
            self.undead.append(f"{name}: ended with status {status}")

    def _die_in_web(self, name: str, conversation_id: int) -> None:
        """Every process of web dies there at every webhook, until a web without the crash point takes over."""
        rig = self.rig
        rig.web.kill()
        rig.start(rig.web, **{VARIABLE: name})
        rig.wait_for_web()
        self._speak(conversation_id, name)
        if not wait_until(lambda: "SIGKILL" in rig.web.take_log(), within=_DIES_WITHIN):
            self.undead.append(f"{name}: nobody came by")
        rig.web.kill()
        rig.start(rig.web)
        rig.wait_for_web()

    def _speak(self, conversation_id: int, name: str) -> None:
        self.rig.sandbox.say(self.people[conversation_id], f"Dead at {name}?")
        self.said += 1

    def _reply(self, conversation_id: int, name: str) -> None:
        reply = Reply(conversation_id, f"{len(self.clicks.acknowledged)} This reply met {name} on its way.")
        done = click_all(self.rig, [reply], people=1)
        self.clicks.acknowledged += done.acknowledged
        self.clicks.refused += done.refused

    def _switch(self, to: str) -> None:
        """Somebody else had done the opposite before, and the desk has heard of it."""
        name, before = "Spring webinar", "ACTIVE" if to == "pause" else "READY"
        self.rig.sandbox.switch_campaign(name, "activate" if to == "pause" else "pause")
        here = f"name = '{name}' AND status = '{before}'"
        if not wait_until(lambda: bool(self.rig.books.count("engage_campaign", here)), within=30):
            self.undead.append(f"{to}: the campaign did not become {before}")
        ((campaign_id,),) = self.rig.books.read(f"SELECT id FROM engage_campaign WHERE name = '{name}'")
        status = self._person.post(f"/campaigns/{campaign_id}/{to}/")
        if not 200 <= status < 300:
            self.undead.append(f"{to}: the desk answered {status}")


def torture(rig: Rig, *, rounds: int, names: Sequence[str] = NAMES, seconds: float = 3600) -> Finding:
    """`seconds`: after so long nobody dies any more, once there was a whole round."""
    begun_at = time.monotonic()
    for worker in rig.workers:
        worker.kill()
    rig.start(rig.worker)
    wake = _Wake(rig, rounds * len(names))
    before = rig.sandbox.ledger()[-1:]
    rig.worker.kill()
    deaths = 0
    for number in range(rounds):
        for name in names:
            if number == 0 or time.monotonic() - begun_at < seconds:
                wake.live_through(name)
                deaths += 1
    rig.mend()
    waited_at = time.monotonic()
    is_over = wait_until(lambda: not _backlog(rig), within=_SETTLES_WITHIN)
    took = time.monotonic() - waited_at
    left = rig.find_differences()
    rows = rig.books.read("SELECT text, state, due_at IS NOT NULL FROM engage_command WHERE kind = 'reply'")
    found = judge(wake.clicks, rows, rig.sandbox.ledger(after=before[0]["n"] if before else 0))
    states = Counter(state for _, state, _ in rows)
    return Finding(
        "P12",
        f"{len(wake.clicks.acknowledged)} replies, {wake.said} texts of leads, {deaths} deaths",
        f"killed at each of {len(names)} places",
        lost=len(found.disappeared) + len(found.confirmed_but_not_there) + len(left),
        duplicated=len(found.duplicated),
        broken=[
            *wake.undead,
            *found.there_but_not_found,
            *found.without_future,
            *left[:3],
            *([] if is_over else [f"backlog after {took:.0f} s: {_backlog(rig)}"]),
        ],
        notes=f"backlog 0 after {took:.0f} s; " + ", ".join(f"{n} {state}" for state, n in sorted(states.items())),
        seconds=time.monotonic() - begun_at,
    )


def _backlog(rig: Rig) -> int:
    """Deliveries not yet read, commands with a machine's step to come, GETs that are wanted."""
    ended = ", ".join(f"'{state}'" for state in ENDED)
    return (
        rig.books.count("engage_delivery", "state = 'pending'")
        + rig.books.count("engage_command", f"state NOT IN ({ended})")
        + rig.books.count("engage_conversation", "read_wanted_at IS NOT NULL")
    )
