"""P1, P2, P3: webhooks under dying servers; webhooks again and again, and in any order."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from typing import Any

from bench.payloads import lead_id, new_message
from tests.engage.deliveries import body, message, stamp
from tests.torture.books import Row, wait_until
from tests.torture.findings import Finding
from tests.torture.havoc import Evil, Havoc
from tests.torture.posting import Posted, post_all
from tests.torture.rig import Rig

_CONNECTIONS = 16
_LEADS = 200
# With fewer that were taken nothing is shown; so long is waited for them.
_LEAST = 50
_PATIENCE = 40.0


def torture_acknowledgement(rig: Rig, *, seconds: float, most: int, kill_every: float) -> Finding:
    """P1: what was answered 2xx is in the mirror in the end, whoever died meanwhile."""
    begun_at = time.monotonic()
    bodies = [new_message(number % _LEADS, number, f"Text number {number}") for number in range(most)]
    evils = [
        Evil("web process killed", rig.kill_web_process, (kill_every * 0.5, kill_every * 1.5)),
        Evil("all of web killed", rig.kill_web, (kill_every * 4, kill_every * 6)),
        Evil("worker killed", rig.kill_worker, (kill_every, kill_every * 3)),
    ]
    if not rig.is_on_sqlite:
        evils.append(Evil("database stopped and started", rig.restart_database, (kill_every * 3, kill_every * 5)))
    is_over, posted = threading.Event(), Posted()
    with rig.workspace("acknowledged") as (workspace, path):
        threading.Thread(target=_end, args=(is_over, posted, seconds), daemon=True).start()
        with Havoc(*evils) as havoc:
            post_all(rig.port, path, bodies, connections=_CONNECTIONS, is_over=is_over, posted=posted)
        rig.mend()
        is_drained = rig.wait_until_projected()
        there = texts_of(rig, workspace)
    answered = ", ".join(f"{count} × {status or 'no answer'}" for status, count in sorted(posted.statuses.items()))
    return Finding(
        "P1",
        f"{sum(posted.statuses.values())} webhooks on {_CONNECTIONS} connections, {len(posted.acknowledged)} taken",
        str(havoc),
        lost=len(posted.acknowledged - there.keys()),
        duplicated=sum(1 for count in there.values() if count > 1),
        broken=[
            *([] if is_drained else ["the ledger was not drained"]),
            *([] if len(posted.acknowledged) >= _LEAST else ["hardly anything was taken"]),
            *havoc.errors,
        ],
        notes=answered,
        seconds=time.monotonic() - begun_at,
    )


def _end(is_over: threading.Event, posted: Posted, seconds: float) -> None:
    """After so many seconds; on a busy machine, where processes take long to come back, when enough was taken."""
    time.sleep(seconds)
    wait_until(lambda: len(posted.acknowledged) >= _LEAST or is_over.is_set(), within=_PATIENCE, pause=0.1)
    is_over.set()


def texts_of(rig: Rig, workspace: int) -> Counter[int]:
    """Number of a text that was posted → how often the mirror holds it."""
    rows = rig.books.read(
        "SELECT m.remote_id FROM engage_message m JOIN engage_conversation c ON c.id = m.conversation_id"
        f" WHERE c.workspace_id = {workspace}"
    )
    return Counter(int(str(remote_id), 16) - 10**12 for (remote_id,) in rows)


def torture_repetition(rig: Rig, *, leads: int, seed: int = 3) -> list[Finding]:
    """P2, P3: one workspace hears each event once and in order, another one up to seven times and mixed up."""
    begun_at = time.monotonic()
    chance = random.Random(seed)
    stories = [tell_story(chance, lead) for lead in range(leads)]
    events = [event for story in stories for event in story]
    mixed = [write(chance, event) for event in events for _ in range(chance.randint(1, 7))]
    chance.shuffle(mixed)
    with rig.workspace("calm") as (calm, calm_path), rig.workspace("wild") as (wild, wild_path):
        once = post_all(rig.port, calm_path, [json.dumps(event).encode() for event in events], connections=1)
        often = post_all(rig.port, wild_path, mixed, connections=_CONNECTIONS)
        is_drained = rig.wait_until_projected()
        differences = _compare(_mirror(rig, calm), _mirror(rig, wild))
        quarantined = rig.books.count("engage_delivery", f"workspace_id IN ({calm}, {wild}) AND state = 'quarantined'")
    refused = once.server_errors + often.server_errors + often.statuses[0]
    broken = [
        *differences[:3],
        *([] if is_drained else ["the ledger was not drained"]),
        *([f"{refused} not answered well"] if refused else []),
        *([f"{quarantined} quarantined"] if quarantined else []),
    ]
    load = f"{len(events)} events of {leads} leads"
    seconds = time.monotonic() - begun_at
    return [
        Finding(
            "P2",
            load,
            f"posted {len(mixed)} times, {_CONNECTIONS} at once, half of them spelt anew",
            duplicated=sum(1 for difference in differences if difference.startswith("more")),
            broken=broken,
            seconds=seconds,
        ),
        Finding("P3", load, "in no order at all", lost=len(differences), broken=broken, seconds=seconds),
    ]


def tell_story(chance: random.Random, lead: int) -> list[dict[str, Any]]:
    """What happens to one lead, in order; everything has a time of the platform, as its events have."""
    said: list[dict[str, Any]] = []
    events = []
    for step in range(chance.randint(4, 10)):
        text = chance.choice(("Hi", "Is there a recording?", "STOP", "START", "ok", "¿Qué tal? 🙂"))
        direction = chance.choice(("INBOUND", "INBOUND", "OUTBOUND"))
        said.append(message(1000 * lead + step, step, text, direction=direction))
        kind = "ConversationStarted" if step == 0 else chance.choice(("NewMessage", "NewMessage", "Disposition"))
        about: dict[str, Any] = {"status": chance.choice(("SENT", "DELIVERED"))}
        if kind == "Disposition":
            about |= {"disposition": chance.choice(("OK", "Not OK")), "dispositionTimestamp": stamp(step)}
        messages = list(said) if kind == "ConversationStarted" else [said[-1]]
        phone = f"+1{2_000_000_000 + lead}"
        events.append(body(kind, lead_id=lead_id(lead), phone=phone, messages=messages, **about))
    return events


def write(chance: random.Random, event: dict[str, Any]) -> bytes:
    """The same event as the sender would write it, or in another spelling."""
    if chance.random() < 0.5:
        return json.dumps(event).encode()
    turned = dict(reversed(event.items()))
    return json.dumps(turned, indent=chance.choice((None, 2)), ensure_ascii=False).encode()


_MESSAGES = """
SELECT l.remote_id, m.remote_id, m.is_inbound, m.text, m.sent_at, m.signal FROM engage_message m
JOIN engage_conversation c ON c.id = m.conversation_id JOIN engage_lead l ON l.id = c.lead_id
WHERE c.workspace_id = {workspace}"""
_CONVERSATIONS = """
SELECT l.remote_id, l.status, l.phone, l.name, c.status, c.disposition, c.disposition_at, c.waiting_since,
c.last_inbound_at, c.last_message_at, c.last_message_text, c.started_at, c.offered_key_fingerprint
FROM engage_conversation c JOIN engage_lead l ON l.id = c.lead_id WHERE c.workspace_id = {workspace}"""
_CONSENTS = "SELECT phone, kind, evidence FROM engage_consent WHERE workspace_id = {workspace}"


def _mirror(rig: Rig, workspace: int) -> set[Row]:
    tables = (_MESSAGES, _CONVERSATIONS, _CONSENTS)
    return {row for table in tables for row in rig.books.read(table.format(workspace=workspace))}


def _compare(calm: set[Row], wild: set[Row]) -> list[str]:
    return [f"missing {row}" for row in calm - wild] + [f"more {row}" for row in wild - calm]
