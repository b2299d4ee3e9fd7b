"""Which torture shows which promise, at which size, and in what order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.torture import crashes, deploys, flood, healing, mixture, replies, stopping, streams, suites, webhooks
from tests.torture.findings import Finding
from tests.torture.rig import Rig

PROMISES = [f"P{number}" for number in range(1, 20)]


@dataclass(frozen=True)
class Sizes:
    """`seconds` are of load, not of all that stands around it."""

    webhook_seconds: float
    webhooks: int
    leads: int
    healing: int
    conversations: int
    replies_each: int
    reply_seconds: float
    patience: float
    stops: int
    pages: int
    page_seconds: float
    mixture: int
    crash_rounds: int
    crash_seconds: float
    flood_seconds: float
    deploy_conversations: int
    deploy_replies: int
    examples: int


FULL = Sizes(
    webhook_seconds=45, webhooks=40_000, leads=250, healing=200, conversations=300, replies_each=17,
    reply_seconds=330, patience=150, stops=150, pages=200, page_seconds=40, mixture=30, crash_rounds=20,
    crash_seconds=120, flood_seconds=40, deploy_conversations=50, deploy_replies=6, examples=80,
)  # fmt: skip
QUICK = Sizes(
    webhook_seconds=8, webhooks=8_000, leads=20, healing=15, conversations=12, replies_each=4,
    reply_seconds=60, patience=90, stops=12, pages=20, page_seconds=12, mixture=8, crash_rounds=1,
    crash_seconds=60, flood_seconds=8, deploy_conversations=10, deploy_replies=4, examples=20,
)  # fmt: skip

Torture = Callable[[Rig, Sizes], Finding | list[Finding]]


@dataclass(frozen=True)
class Stage:
    promises: frozenset[str]
    torture: Torture
    pace: str = "steady"


STAGES = (
    Stage(
        frozenset({"P1"}),
        lambda rig, sizes: webhooks.torture_acknowledgement(
            rig, seconds=sizes.webhook_seconds, most=sizes.webhooks, kill_every=2
        ),
    ),
    Stage(frozenset({"P2", "P3"}), lambda rig, sizes: webhooks.torture_repetition(rig, leads=sizes.leads)),
    Stage(
        frozenset({"P4"}),
        lambda rig, sizes: healing.torture(rig, conversations=sizes.healing, patience=sizes.patience),
    ),
    Stage(
        frozenset({"P5", "P6", "P7"}),
        lambda rig, sizes: replies.torture(
            rig,
            conversations=sizes.conversations,
            each=sizes.replies_each,
            fault_rate=0.3,
            kill_every=4,
            patience=sizes.patience,
            seconds=sizes.reply_seconds,
        ),
    ),
    Stage(
        frozenset({"P8"}),
        lambda rig, sizes: stopping.torture(rig, conversations=sizes.stops, patience=sizes.patience),
    ),
    Stage(
        frozenset({"P10"}),
        lambda rig, sizes: streams.torture(
            rig, pages=sizes.pages, conversations=20, texts=int(sizes.page_seconds * 10), seconds=sizes.page_seconds
        ),
    ),
    Stage(
        frozenset({"P12"}),
        lambda rig, sizes: crashes.torture(rig, rounds=sizes.crash_rounds, seconds=sizes.crash_seconds),
        pace="quick",
    ),
    Stage(frozenset({"P17"}), lambda rig, sizes: flood.torture(rig, seconds=sizes.flood_seconds)),
    Stage(
        frozenset({"P19"}),
        lambda rig, sizes: deploys.torture(
            rig,
            conversations=sizes.deploy_conversations,
            each=sizes.deploy_replies,
            every=4,
            patience=sizes.patience,
        ),
    ),
)


def run_all(wanted: frozenset[str], sizes: Sizes) -> Iterator[Finding]:
    """Each stage on a ring of its own, so that none inherits the wounds of another."""
    for stage in STAGES:
        if wanted & stage.promises:
            yield from _run(stage, wanted, sizes)
    if "P11" in wanted:
        yield mixture.torture(conversations=sizes.mixture)
    for promise in suites.ABOUT:
        if promise in wanted:
            yield suites.torture(promise, examples=sizes.examples)


def _run(stage: Stage, wanted: frozenset[str], sizes: Sizes) -> list[Finding]:
    begun_at = time.monotonic()
    try:
        with Rig(pace=stage.pace) as rig:
            found = stage.torture(rig, sizes)
    except Exception as error:
        # What could not be shown is not kept; the others go on.
        seconds = time.monotonic() - begun_at
        words = [f"could not be shown: {error!r}"[:500]]
        return [Finding(name, "", "", broken=words, seconds=seconds) for name in sorted(wanted & stage.promises)]
    return [found] if isinstance(found, Finding) else [each for each in found if each.promise in wanted]
