"""P5, P6, P7: replies under faults and dying workers, judged by what the platform says that it took."""

from __future__ import annotations

import math
import random
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import requests

from tests.torture.books import Row, wait_until
from tests.torture.desk import Clicks, Person, Reply, click_all, start_conversations
from tests.torture.findings import Finding
from tests.torture.havoc import Evil, Havoc
from tests.torture.rig import Rig

ENDED = ("confirmed", "unconfirmed", "probable", "rejected", "expired", "cancelled", "discarded")
# Where a text that the platform took may stand in the end: seen there, or before a person's eyes as such.
FOUND = ("confirmed", "probable")
# Beside so many replies a look takes little of the machine.
_LOOKS_EVERY = 0.5


@dataclass
class Judgement:
    """What the ledger of the platform says about what was clicked."""

    duplicated: list[str] = field(default_factory=list)
    disappeared: list[str] = field(default_factory=list)
    confirmed_but_not_there: list[str] = field(default_factory=list)
    there_but_not_found: list[str] = field(default_factory=list)
    without_future: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)


def judge(clicks: Clicks, commands: Iterable[Row], ledger: Iterable[dict[str, str]]) -> Judgement:
    """`commands`: (text, state, whether something is due) of each row; texts are unique over all replies."""
    taken = [entry for entry in ledger if entry["call"] == "send" and entry.get("accepted")]
    copies = Counter(entry["text"] for entry in taken)
    rows = {text: (state, is_due) for text, state, is_due in commands}
    found = Judgement()
    found.duplicated = [text for text, count in copies.items() if count > 1]
    for reply in clicks.acknowledged:
        state, is_due = rows.get(reply.text, ("", False))
        if not state:
            found.disappeared.append(reply.text)
        elif state == "confirmed" and not copies[reply.text]:
            found.confirmed_but_not_there.append(reply.text)
        elif copies[reply.text] and state not in FOUND:
            found.there_but_not_found.append(f"{reply.text} ({state})")
        elif state not in ENDED and not is_due:
            found.without_future.append(f"{reply.text} ({state})")
    found.out_of_order = _find_overtaken(taken)
    return found


def _find_overtaken(taken: list[dict[str, str]]) -> list[str]:
    """Texts begin with their number in the conversation; a later one never comes before an earlier one."""
    newest: dict[str, int] = {}
    overtaken = []
    for entry in taken:
        number = int(entry["text"].split(maxsplit=1)[0])
        if number < newest.get(entry["lead_id"], -1):
            overtaken.append(entry["text"])
        newest[entry["lead_id"]] = max(number, newest.get(entry["lead_id"], -1))
    return overtaken


class Watch(threading.Thread):
    """Reads one thread after the other while all goes on, and counts the bubbles of each reply."""

    def __init__(self, rig: Rig, conversation_ids: list[int], texts: set[str]) -> None:
        super().__init__(daemon=True)
        self._rig, self._ids, self._texts = rig, conversation_ids, texts
        self._is_over = threading.Event()
        self.pages = 0
        self.twice: set[str] = set()

    def run(self) -> None:
        person, chance = Person(self._rig), random.Random(5)
        while not self._is_over.wait(_LOOKS_EVERY):
            try:
                bubbles = person.bubbles(chance.choice(self._ids), is_page=False)
            except requests.RequestException:
                continue
            self.pages += 1
            self.twice |= {text for text, count in bubbles.items() if count > 1 and text in self._texts}

    def end(self) -> None:
        self._is_over.set()
        self.join(60)


def make_replies(conversation_ids: Iterable[int], each: int) -> list[Reply]:
    """By turns, and of all lengths: short ones are the hard ones to tell from each other."""
    ids = list(conversation_ids)
    endings = ("ok", "Yes, that is possible.", "It costs €19 a month & “nothing” more; shall I book it?\nTell me! 🙂")
    return [
        Reply(conversation_id, f"{number} {conversation_id} {endings[(number + conversation_id) % len(endings)]}")
        for number in range(each)
        for conversation_id in ids
    ]


def torture(
    rig: Rig,
    *,
    conversations: int,
    each: int,
    fault_rate: float,
    kill_every: float,
    patience: float,
    until: float = math.inf,
) -> list[Finding]:
    """One run for three promises. `kill_every`: seconds between two deaths of a worker, about; 0: none dies.

    `until`: from this moment nobody clicks any more; what was not clicked does not count.
    """
    begun_at = time.monotonic()
    people = start_conversations(rig, conversations)
    replies = make_replies(people, each)
    before = rig.sandbox.ledger()[-1:]
    watch = Watch(rig, list(people), {reply.text for reply in replies})
    watch.start()
    rig.sandbox.set_faults(calls={"rate": fault_rate, "stall_s": 1.5}, seed=11)
    evils = [Evil("worker killed", rig.kill_worker, (kill_every * 0.5, kill_every * 1.5))] if kill_every else []
    with Havoc(*evils) as havoc:
        clicks = click_all(rig, replies, people=6, until=until)
        is_over = wait_until(lambda: not _unsettled(rig, people), within=patience, pause=1)
    rig.mend()
    # What arrived late is found by a later look, which a good line needs for it.
    is_over = wait_until(lambda: not _unsettled(rig, people) and not _unseen(rig, people), within=60) or is_over
    watch.end()
    found = judge(clicks, _commands(rig, people), rig.sandbox.ledger(after=before[0]["n"] if before else 0))
    load = f"{len(clicks.acknowledged)} replies in {conversations} conversations"
    findings = _put_into_words(found, clicks, load, f"{fault_rate:.0%} of calls spoilt, {havoc}")
    findings.append(Finding("P7", f"{watch.pages} looks at threads meanwhile", str(havoc), duplicated=len(watch.twice)))
    states = Counter(state for _, state, _ in _commands(rig, people))
    ends = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    for finding, words in zip(findings, ("", ends, ""), strict=True):
        finding.notes = "; ".join(filter(None, [words, clicks.note]))
    if not clicks.acknowledged:
        for finding in findings:
            finding.broken.append("nothing was clicked")
    if not is_over:
        findings[1].broken.append(f"not settled in time: {_unsettled(rig, people)}")
    for finding in findings:
        finding.seconds = time.monotonic() - begun_at
    return findings


def _put_into_words(found: Judgement, clicks: Clicks, load: str, faults: str) -> list[Finding]:
    """P5 and P6."""
    missing = len(found.disappeared) + len(found.confirmed_but_not_there) + len(clicks.refused)
    kinds = (found.disappeared, found.there_but_not_found, found.without_future, found.out_of_order)
    return [
        Finding("P5", load, faults, duplicated=len(found.duplicated), broken=_first(found.duplicated)),
        Finding("P6", load, faults, lost=missing, broken=[word for kind in kinds for word in _first(kind)]),
    ]


def _commands(rig: Rig, people: dict[int, str]) -> list[Row]:
    ids = ", ".join(map(str, people))
    return rig.books.read(
        "SELECT text, state, due_at IS NOT NULL FROM engage_command"
        f" WHERE kind = 'reply' AND conversation_id IN ({ids})"
    )


def _unsettled(rig: Rig, people: dict[int, str]) -> int:
    """Those with a machine's step to come; accepted ones are on their way to be seen."""
    ids = ", ".join(map(str, people))
    states = ", ".join(f"'{state}'" for state in ENDED)
    return rig.books.count(
        "engage_command", f"kind = 'reply' AND conversation_id IN ({ids}) AND state NOT IN ({states})"
    )


def _unseen(rig: Rig, people: dict[int, str]) -> bool:
    """Does the platform hold a text of ours that is not yet some reply's?"""
    there = Counter(
        (entry["lead_id"], entry["text"])
        for entry in rig.sandbox.ledger()
        if entry["call"] == "send" and entry.get("accepted")
    )
    rows = {(people[conversation_id], text): state for conversation_id, text, state in _found_rows(rig, people)}
    return any(rows.get(name, "confirmed") not in FOUND for name in there)


def _found_rows(rig: Rig, people: dict[int, str]) -> list[Row]:
    ids = ", ".join(map(str, people))
    return rig.books.read(
        f"SELECT conversation_id, text, state FROM engage_command WHERE kind = 'reply' AND conversation_id IN ({ids})"
    )


def _first(texts: list[str]) -> list[str]:
    return [f"{len(texts)}: {texts[0]!r}"] if texts else []
