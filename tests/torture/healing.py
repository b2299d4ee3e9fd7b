"""P4: the platform speaks and nobody hears it; afterwards the mirror agrees with it all the same."""

from __future__ import annotations

import time

from tests.torture.books import wait_until
from tests.torture.desk import start_conversations
from tests.torture.findings import Finding
from tests.torture.rig import Rig

# Longer than the worker waits before it looks at an open conversation again by itself.
_SWEEP_SECONDS = 11 * 60


def torture(rig: Rig, *, conversations: int, patience: float) -> Finding:
    begun_at = time.monotonic()
    people = start_conversations(rig, conversations)
    rig.sandbox.set_faults(webhooks={"drop": 1.0})
    unheard = 0
    for number, lead_id in enumerate(people.values()):
        for text in ("Are you there?", "Hello??", "STOP" if number % 7 == 0 else "I have a question"):
            rig.sandbox.say(lead_id, text)
            unheard += 1
    # What is still said is mixed up, repeated, late and lost now and then.
    rig.sandbox.set_faults(webhooks={"drop": 0.05, "repeat": 0.5, "reorder": 0.5, "delay_s": [0, 0.5]}, seed=9)
    for lead_id in list(people.values())[::2]:
        rig.sandbox.say(lead_id, "One more thing")
    before = len(rig.find_differences())
    let_sweep_period_pass(rig)
    begun_to_heal_at = time.monotonic()
    if rig.dialect:
        # Not every account shows all texts that there are.
        is_healed = not rig.wait_until_agreed(within=patience)
    else:
        is_healed = wait_until(lambda: _texts(rig, people) >= _texts_there(rig, people), within=patience, pause=1)
    healed_after = time.monotonic() - begun_to_heal_at
    rig.sandbox.clear_faults()
    rig.wait_until_projected()
    left = rig.find_differences()
    return Finding(
        "P4",
        f"{conversations} conversations, {unheard} texts said unheard",
        "all webhooks dropped, then 5 % dropped, 50 % repeated, 50 % out of order",
        lost=len(left),
        broken=[*([] if is_healed else ["not healed in time"]), *left[:3]],
        notes=f"{before} differences before the sweep, none {healed_after:.0f} s after its period" if not left else "",
        seconds=time.monotonic() - begun_at,
    )


def let_sweep_period_pass(rig: Rig) -> None:
    column = rig.books.earlier("read_at", _SWEEP_SECONDS)
    rig.books.write(f"UPDATE engage_conversation SET read_at = {column} WHERE read_at IS NOT NULL")


def _texts(rig: Rig, people: dict[int, str]) -> int:
    return rig.books.count("engage_message", f"conversation_id IN ({', '.join(map(str, people))})")


def _texts_there(rig: Rig, people: dict[int, str]) -> int:
    known = set(people.values())
    return sum(lead["messages"] for lead in rig.sandbox.leads() if lead["id"] in known)
