"""P9: campaigns switched on and off by several people over a bad line, in any dialect; the last word is what is so."""

from __future__ import annotations

import math
import random
import time
from concurrent.futures import ThreadPoolExecutor

from tests.torture.books import wait_until
from tests.torture.desk import Person
from tests.torture.findings import Finding
from tests.torture.havoc import Evil, Havoc
from tests.torture.rig import Rig

_SWITCHED = ("Spring webinar", "Solar quotes NY", "Renewals May")
_PAUSE, _ACTIVATION = "pause", "activation"
_DONE = ("pause", "confirmed")
# Once a pause is confirmed nothing may come after it; a call that is late would within the deadline of its POST.
_LATE = 3.0


def torture(rig: Rig, *, rounds: int, clicks: int, patience: float, until: float = math.inf) -> Finding:
    """In each round everything is switched at random so many times, and paused in the end; then it stays paused.

    `until`: from this moment, of the monotonic clock, no further round is begun; the first one is in any case.
    """
    begun_at = time.monotonic()
    chance = random.Random(9)
    clicked = undone = done = 0
    broken: list[str] = []
    campaigns = _known(rig)
    faults = {"rate": 0.3, "stall_s": 1.5, "paths": ["campaign"]}
    with Havoc(Evil("worker killed", rig.kill_worker, (3, 8))) as havoc:
        while done < rounds and (not done or time.monotonic() < until):
            done += 1
            rig.sandbox.set_faults(calls=faults, seed=chance.randrange(1000))
            with ThreadPoolExecutor(len(campaigns)) as threads:
                seeds = [chance.random() for _ in campaigns]
                clicked += sum(
                    threads.map(lambda one, seed: _switch(rig, one, clicks, seed), campaigns.values(), seeds)
                )
            broken += [f"{name}: {words}" for name, words in _wait_for_pauses(rig, campaigns, patience).items()]
            # They would spoil our own looks as well.
            rig.sandbox.clear_faults()
            undone += len(_active(rig, campaigns))
            time.sleep(_LATE)
            undone += len(_active(rig, campaigns))
    rig.mend()
    for name in campaigns:
        rig.sandbox.switch_campaign(name, "activate")
    return Finding(
        "P9",
        f"{clicked} clicks on {len(campaigns)} campaigns, a pause at the end of each of {done} rounds",
        f"30% of calls spoilt, {havoc}",
        leaked=undone,
        broken=broken + ([] if campaigns else ["no campaign could be switched"]),
        notes="ended by the clock" if done < rounds else "",
        seconds=time.monotonic() - begun_at,
    )


def _known(rig: Rig) -> dict[str, int]:
    """Those that this account serves: name → id here."""
    names = ", ".join(f"'{name}'" for name in _SWITCHED)
    here = f"SELECT name, id FROM engage_campaign WHERE confirmed_at IS NOT NULL AND name IN ({names})"
    wait_until(lambda: len(rig.books.read(here)) == len(_SWITCHED), within=20)
    return {str(name): int(campaign_id) for name, campaign_id in rig.books.read(here)}


def _switch(rig: Rig, campaign_id: int, clicks: int, seed: float) -> int:
    """How many of the clicks were taken; the last one, a pause, is repeated until it is."""
    chance, person, taken = random.Random(seed), Person(rig), 0
    for _ in range(clicks):
        taken += person.post(f"/campaigns/{campaign_id}/{chance.choice((_PAUSE, _ACTIVATION))}/") == 200
        time.sleep(chance.uniform(0, 0.5))
    for _ in range(20):
        if person.post(f"/campaigns/{campaign_id}/{_PAUSE}/") == 200:
            return taken + 1
        time.sleep(0.5)
    return taken


def _wait_for_pauses(rig: Rig, campaigns: dict[str, int], patience: float) -> dict[str, str]:
    """Until the last wish for each, which is a pause, is confirmed; name → how it stands instead.

    That it reads as paused for a moment says nothing: an earlier pause may have come through before a later activation.
    """
    names = {campaign_id: name for name, campaign_id in campaigns.items()}
    ids = ", ".join(map(str, names))
    last = f"SELECT max(id) FROM engage_command WHERE campaign_id IN ({ids}) GROUP BY campaign_id"

    def open_() -> dict[str, str]:
        rows = rig.books.read(f"SELECT campaign_id, kind, state, reason FROM engage_command WHERE id IN ({last})")
        return {names[one]: f"{kind} is {state} {why}" for one, kind, state, why in rows if (kind, state) != _DONE}

    wait_until(lambda: not open_(), within=patience)
    return open_()


def _active(rig: Rig, campaigns: dict[str, int]) -> list[str]:
    """Those of them that are, by the platform's own word."""
    return [
        each["name"]
        for each in rig.sandbox.campaigns()
        if each["name"] in campaigns and each["campaignStatus"] == "ACTIVE"
    ]
