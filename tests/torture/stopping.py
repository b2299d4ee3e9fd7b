"""P8: the lead says STOP at any moment between the click and the first byte."""

from __future__ import annotations

import math
import random
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import parse_qs

import requests

from tests.torture.books import wait_until
from tests.torture.desk import Person, start_conversations
from tests.torture.findings import Finding
from tests.torture.replies import ENDED
from tests.torture.rig import Rig

# The platform keeps its last 2,000 calls; each of these stories makes about six.
_MOST_AT_ONCE = 150
# By then an event that nothing holds up has been heard by any worker, also on a busy machine.
_HEARD_AFTER = 5.0
# In the thread, or as the state of the lead.
_SAYS_STOP = re.compile(r'"STOP"|"status": "(OPT|OPTED[_-]?OUT|STOPPED|UNSUBSCRIBED|BLOCKED|DNC)"', re.IGNORECASE)


def torture(rig: Rig, *, conversations: int, patience: float, until: float = math.inf) -> Finding:
    begun_at = time.monotonic()
    sent_after = sent = cancelled = refused = told = 0
    broken: list[str] = []
    for begun in range(0, conversations, _MOST_AT_ONCE):
        people = start_conversations(rig, min(_MOST_AT_ONCE, conversations - begun))
        # A look at the platform that takes a moment is one during which things may happen.
        rig.sandbox.set_faults(calls={"rate": 0.5, "modes": ["stall"], "stall_s": 0.3, "paths": ["conversation"]})
        stopped_at, refusals = _tell(rig, people, until)
        told, refused = told + len(stopped_at), refused + refusals
        ids = ", ".join(map(str, people))
        states = ", ".join(f"'{state}'" for state in ENDED)
        open_ = f"kind = 'reply' AND conversation_id IN ({ids}) AND state NOT IN ({states})"
        if not wait_until(lambda open_=open_: not rig.books.count("engage_command", open_), within=patience):
            broken.append(f"not settled: {rig.books.count('engage_command', open_)}")
        rig.sandbox.clear_faults()
        cancelled += rig.books.count("engage_command", f"conversation_id IN ({ids}) AND state = 'cancelled'")
        without_reason = f"conversation_id IN ({ids}) AND state = 'cancelled' AND reason NOT LIKE 'They opted out%'"
        broken += ["cancelled without a reason"] * rig.books.count("engage_command", without_reason)
        all_sent, leaks = _judge(rig, stopped_at)
        sent, sent_after = sent + all_sent, sent_after + leaks
    broken += [] if told else ["nobody said STOP"]
    return Finding(
        "P8",
        f"{told} replies, a STOP around each",
        "STOP from 0.3 s before the click to 0.5 s after it, half of the looks at the platform slow",
        leaked=sent_after,
        broken=broken,
        notes=f"{cancelled} cancelled, {refused} refused at the click, {sent} had left before"
        + ("; ended by the clock" if told < conversations else ""),
        seconds=time.monotonic() - begun_at,
    )


def _tell(rig: Rig, people: dict[int, str], until: float) -> tuple[dict[str, float], int]:
    """Lead id → when the platform had certainly taken the STOP; and how many clicks were refused."""
    chance, stopped_at, refused = random.Random(7), {}, 0
    persons = [Person(rig) for _ in range(4)]

    def stop(lead_id: str, after: float) -> None:
        time.sleep(after)
        rig.sandbox.say(lead_id, "STOP")
        stopped_at[lead_id] = time.time()

    def click(person: Person, conversation_id: int, after: float) -> bool:
        time.sleep(after)
        text = f"0 A reply to {conversation_id}, which may come too late."
        return person.post(f"/conversations/{conversation_id}/replies/", text=text, take_over="true") == 422

    with ThreadPoolExecutor(8) as threads:
        shares = list(people.items())
        for start in range(0, len(shares), len(persons)):
            if time.monotonic() > until:
                break
            group = list(zip(persons, shares[start : start + len(persons)], strict=False))
            stops = [threads.submit(stop, lead_id, chance.uniform(0, 0.8)) for _, (_, lead_id) in group]
            clicks = [threads.submit(click, person, conversation_id, 0.3) for person, (conversation_id, _) in group]
            refused += sum(done.result() for done in clicks)
            for done in stops:
                done.result()
    return stopped_at, refused


def _judge(rig: Rig, stopped_at: dict[str, float]) -> tuple[int, int]:
    """Texts that left, and those of them that left although a look begun after the STOP must have shown it.

    Where no look shows it, the platform told of it by an event at once; that counts as heard after a few seconds.
    """
    leads = {lead["key"]: lead["id"] for lead in rig.sandbox.leads()}
    calls = [(leads.get(_key_in(call["query"]), ""), call) for call in rig.sandbox.received()]
    queries = {lead_id: call["query"] for lead_id, call in calls if call["call"] == "conversation"}
    is_shown = {lead_id: _does_get_tell(rig, queries.get(lead_id, "")) for lead_id in stopped_at}
    known: set[str] = set()
    sent = leaked = 0
    for lead_id, call in sorted(calls, key=lambda each: each[1]["n"]):
        if lead_id not in stopped_at:
            continue
        after = datetime.fromisoformat(call["at"]).timestamp() - stopped_at[lead_id]
        if call["call"] == "conversation" and after > 0 and call["status"] == 200 and is_shown[lead_id]:
            known.add(lead_id)
        elif call["call"] == "send":
            sent += 1
            leaked += lead_id in known or (not is_shown[lead_id] and after > _HEARD_AFTER)
    return sent, leaked


def _key_in(query: str) -> str:
    """As the ledger knows it, however a dialect writes it into its addresses."""
    written = parse_qs(query).get("key", [""])[0]
    return max((part for part in written.split(".") if part.strip("0")), key=len, default="")


def _does_get_tell(rig: Rig, query: str) -> bool:
    answer = requests.get(f"{rig.sandbox.url}/api/public/engage/conversation?{query}", timeout=30)
    return bool(_SAYS_STOP.search(answer.text))
