"""P21: the clock of the console, then that of the platform, is a day off and right again, ahead and behind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from tests.torture.books import wait_until
from tests.torture.desk import Person, Reply, click_all, start_conversations
from tests.torture.findings import Finding
from tests.torture.healing import let_sweep_period_pass
from tests.torture.replies import ENDED
from tests.torture.rig import Rig
from tests.torture.set_clock import MachineClock

# Whoever wrote within 24 hours is answered at any hour: a whole day ahead, nobody has, and the hour would decide.
DAY = 24 * 60 * 60 - 15 * 60
_CAMPAIGN = "Spring webinar"


class ClockedRig(Rig):
    """Web and workers live by one clock, the platform by another; both can be set while they run."""

    def __init__(self, *, pace: str = "steady") -> None:
        super().__init__(pace=pace)
        self.clock = MachineClock(self.home / "console.clock")
        self.platform_clock = MachineClock(self.home / "platform.clock")
        self._environment |= self.clock.environment
        self.sandbox.set_environment(**self.platform_clock.environment)


def torture(rig: Rig, *, each: int, patience: float) -> Finding:
    """`each`: leads of each of the five kinds, for each of the four ways in which a clock is wrong."""
    begun_at = time.monotonic()
    assert isinstance(rig, ClockedRig), "its clocks cannot be set"
    finding = Finding(
        "P21",
        f"{20 * each} conversations, {4 * each} of each kind: who asks, who said STOP, says it, and thinks again",
        "the clock of the console, then the platform's, a day ahead and a day behind and right again under load, "
        "workers killed meanwhile",
    )
    for whose, clock in (("ours", rig.clock), ("Engage's", rig.platform_clock)):
        for words, seconds in (("ahead", DAY), ("behind", -DAY)):
            turn = _Turn(rig, each, patience, finding, f"{whose} {words}")
            turn.live_through(lambda clock=clock, seconds=seconds: clock.set(seconds), lambda clock=clock: clock.set(0))
    finding.seconds = time.monotonic() - begun_at
    return finding


class _Turn:
    """One clock goes wrong in one direction, and comes right."""

    def __init__(self, rig: ClockedRig, each: int, patience: float, finding: Finding, name: str) -> None:
        self._rig, self._patience, self._finding, self._name = rig, patience, finding, name
        people = list(start_conversations(rig, 5 * each).items())
        self._leads = dict(people)
        self._asking, self._stopped, self._stopping, self._wavering, self._returning = (
            [conversation_id for conversation_id, _ in people[each * kind : each * (kind + 1)]] for kind in range(5)
        )
        self._never_again = [*self._stopped, *self._stopping, *self._wavering]

    def live_through(self, go_wrong: Callable[[], None], come_right: Callable[[], None]) -> None:
        self._say(self._stopped, "STOP")
        self._expect("not locked before", self._stopped, "status = 'opted_out'")
        go_wrong()
        self._rig.cookies.clear()
        self._live_wrong()
        for worker in self._rig.workers:
            worker.kill()
        self._rig.sandbox.clear_faults()
        come_right()
        self._rig.cookies.clear()
        self._rig.mend()
        self._live_right()
        self._judge()

    def _live_wrong(self) -> None:
        self._say(self._asking, "Is it free?")
        self._say([*self._stopping, *self._wavering, *self._returning], "STOP")
        self._say(self._wavering, "START")
        self._rig.sandbox.switch_campaign(_CAMPAIGN, "pause")
        self._expect("hidden while wrong", self._asking, "last_message_text = 'Is it free?'")
        self._expect("not locked while wrong", [*self._stopping, *self._returning], "status = 'opted_out'")
        self._expect_campaign("READY")
        self._answer(self._asking, 0)
        self._expect_refusals([*self._stopped, *self._stopping])
        self._rig.sandbox.set_faults(webhooks={"drop": 1.0})
        self._say(self._asking, "Nobody hears this")
        # Under way when it ends: some that did not leave, and some of which nobody knows it.
        half = len(self._asking) // 2
        self._begin(self._asking[half:], "conversation", "refuse", "retry_wait")
        self._begin(self._asking[:half], "send", "stall", "sending")

    def _live_right(self) -> None:
        self._say(self._asking, "Are you there?")
        self._say(self._wavering, "STOP")
        self._say(self._returning, "START")
        self._rig.sandbox.switch_campaign(_CAMPAIGN, "activate")
        self._expect("hidden", self._asking, "last_message_text = 'Are you there?' AND waiting_since IS NOT NULL")
        self._expect("not locked", self._never_again, "status = 'opted_out'")
        self._expect("locked for good", self._returning, "status <> 'opted_out'")
        self._expect_campaign("ACTIVE")
        self._expect_no_commands()
        self._answer(self._asking, 2)
        self._expect_refusals(self._never_again)

    def _judge(self) -> None:
        rig = self._rig
        let_sweep_period_pass(rig)
        self._complain(rig.wait_until_agreed(within=self._patience))
        person = Person(rig)
        for conversation_id in self._asking:
            said = {entry["message"] for entry in rig.sandbox.messages(self._leads[conversation_id])}
            hidden = said - set(person.bubbles(conversation_id))
            self._finding.lost += len(hidden)
        leads = {self._leads[conversation_id] for conversation_id in self._never_again}
        keys = {lead["key"] for lead in rig.sandbox.leads() if lead["id"] in leads}
        texted = [call for call in rig.sandbox.received() if call["call"] == "send" and _key_of(call) in keys]
        self._finding.leaked += len(texted)

    # What people do

    def _say(self, conversation_ids: Iterable[int], text: str) -> None:
        for conversation_id in conversation_ids:
            self._rig.sandbox.say(self._leads[conversation_id], text)

    def _answer(self, conversation_ids: list[int], number: int) -> None:
        """Each is confirmed in time."""
        replies = [Reply(one, f"{number} Yes, to conversation {one}, {self._name}") for one in conversation_ids]
        refused = click_all(self._rig, replies, tries=5).refused
        self._complain([f"{len(refused)} of {len(replies)} replies refused at the click"] if refused else [])
        here = f"kind = 'reply' AND text LIKE '{number} Yes%' AND conversation_id IN ({_listed(conversation_ids)})"
        wanted = len(replies) - len(refused)
        done = f"{here} AND state = 'confirmed'"
        if not wait_until(lambda: self._rig.books.count("engage_command", done) == wanted, within=self._patience):
            states = self._rig.books.read(f"SELECT state, count(*) FROM engage_command WHERE {here} GROUP BY state")
            self._complain([f"replies not confirmed: {states}"])

    def _begin(self, conversation_ids: list[int], path: str, mode: str, state: str) -> None:
        faults: dict[str, Any] = {"rate": 1, "modes": [mode], "stall_s": 20, "paths": [path]}
        self._rig.sandbox.set_faults(calls=faults)
        replies = [Reply(one, f"1 Under way, to {one}") for one in conversation_ids]
        click_all(self._rig, replies, tries=5)
        here = f"text LIKE '1 Under%' AND conversation_id IN ({_listed(conversation_ids)}) AND state = '{state}'"
        reached = wait_until(
            lambda: self._rig.books.count("engage_command", here) == len(replies), within=self._patience
        )
        self._complain([] if reached else [f"not every reply came to be {state}"])

    def _expect_refusals(self, conversation_ids: list[int]) -> None:
        person = Person(self._rig)
        for one in conversation_ids:
            path = f"/conversations/{one}/replies/"
            status = person.post(path, text="9 Nobody wants this.", take_over="true")
            self._complain([] if status == 422 else [f"a reply after STOP was answered {status}"])

    # What must come to be

    def _expect(self, otherwise: str, conversation_ids: list[int], so: str) -> None:
        here = f"id IN ({_listed(conversation_ids)}) AND {so}"
        count = len(conversation_ids)
        if not wait_until(lambda: self._rig.books.count("engage_conversation", here) == count, within=self._patience):
            left = count - self._rig.books.count("engage_conversation", here)
            self._complain([f"{left} of {count} {otherwise}"])

    def _expect_campaign(self, status: str) -> None:
        here = f"name = '{_CAMPAIGN}' AND status = '{status}'"
        is_so = wait_until(lambda: bool(self._rig.books.count("engage_campaign", here)), within=self._patience)
        self._complain([] if is_so else [f"a campaign that is {status} at Engage is not here"])

    def _expect_no_commands(self) -> None:
        ended = ", ".join(f"'{state}'" for state in ENDED)
        open_ = f"state NOT IN ({ended}) AND conversation_id IN ({_listed(list(self._leads))})"
        if not wait_until(lambda: not self._rig.books.count("engage_command", open_), within=self._patience):
            rows = self._rig.books.read(f"SELECT state, text, due_at, lease_until FROM engage_command WHERE {open_}")
            self._complain([f"{len(rows)} replies frozen, such as {rows[0]}"])

    def _complain(self, words: list[str]) -> None:
        self._finding.broken += [f"{self._name}: {word}" for word in words]


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def _key_of(call: dict[str, Any]) -> str:
    return parse_qs(call["query"]).get("key", [""])[0]
