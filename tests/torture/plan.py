"""Which torture shows which promise, at which size, and in what order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from tests.torture import (
    clocks,
    crashes,
    deploys,
    flood,
    healing,
    mixture,
    poisoned,
    replies,
    stopping,
    streams,
    suites,
    switching,
    webhooks,
)
from tests.torture.clock import Clock, OutOfTime
from tests.torture.clocks import ClockedRig
from tests.torture.findings import Finding
from tests.torture.rig import Rig

# Of the 20 minutes; then there is a spare minute for the last part to settle, and the rest starts and stops a database.
SECONDS = 1140
_SPARE = 60
PROMISES = [f"P{number}" for number in range(1, 22)]


@dataclass(frozen=True)
class Sizes:
    """`seconds` are of load, not of all that stands around it."""

    webhook_seconds: float
    webhooks: int
    leads: int
    healing: int
    conversations: int
    replies_each: int
    patience: float
    stops: int
    pages: int
    page_seconds: float
    mixture: int
    crash_rounds: int
    flood_seconds: float
    deploy_conversations: int
    deploy_replies: int
    examples: int
    poisonings: int
    misdated: int
    mixed_conversations: int
    mixed_replies_each: int
    mixed_rounds: int


FULL = Sizes(
    webhook_seconds=40, webhooks=40_000, leads=250, healing=200, conversations=300, replies_each=11, patience=90,
    stops=150, pages=200, page_seconds=40, mixture=30, crash_rounds=20, flood_seconds=40, deploy_conversations=50,
    deploy_replies=6, examples=80, poisonings=4, misdated=6, mixed_conversations=60, mixed_replies_each=6,
    mixed_rounds=4,
)  # fmt: skip
QUICK = Sizes(
    webhook_seconds=8, webhooks=8_000, leads=20, healing=15, conversations=12, replies_each=4, patience=90,
    stops=12, pages=20, page_seconds=12, mixture=8, crash_rounds=1, flood_seconds=8, deploy_conversations=10,
    deploy_replies=4, examples=20, poisonings=2, misdated=2, mixed_conversations=8, mixed_replies_each=3,
    mixed_rounds=1,
)  # fmt: skip

Torture = Callable[[Rig, Sizes, Clock], Finding | list[Finding]]


@dataclass(frozen=True)
class Stage:
    """`share`: of the seconds for everything. What has load for longer than that looks at the clock."""

    promises: frozenset[str]
    share: float
    torture: Torture
    make_rig: Callable[[], Rig] = Rig
    # What the platform speaks there, as the findings say it; plainly where this is empty.
    dialect: str = ""

    @property
    def name(self) -> str:
        return " ".join([*sorted(self.promises), self.dialect]).strip()


MIXED = "mixed"
_make_mixed = partial(Rig, dialect=MIXED)
STAGES = (
    Stage(
        frozenset({"P1"}),
        75,
        lambda rig, sizes, clock: webhooks.torture_acknowledgement(
            rig, seconds=clock.spend(sizes.webhook_seconds, rest=20), most=sizes.webhooks, kill_every=2
        ),
    ),
    Stage(frozenset({"P2", "P3"}), 60, lambda rig, sizes, clock: webhooks.torture_repetition(rig, leads=sizes.leads)),
    Stage(
        frozenset({"P4"}),
        50,
        lambda rig, sizes, clock: healing.torture(rig, conversations=sizes.healing, patience=sizes.patience),
    ),
    Stage(
        frozenset({"P8"}),
        65,
        lambda rig, sizes, clock: stopping.torture(
            rig, conversations=sizes.stops, patience=sizes.patience, until=clock.part_ends_at - 10
        ),
    ),
    Stage(
        frozenset({"P10"}),
        75,
        lambda rig, sizes, clock: streams.torture(
            rig,
            pages=sizes.pages,
            conversations=20,
            texts=int(sizes.page_seconds * 10),
            seconds=clock.spend(sizes.page_seconds, rest=20),
        ),
    ),
    Stage(
        frozenset({"P17"}),
        110,
        lambda rig, sizes, clock: flood.torture(rig, seconds=clock.spend(sizes.flood_seconds, rest=50)),
    ),
    Stage(
        frozenset({"P19"}),
        80,
        lambda rig, sizes, clock: deploys.torture(
            rig,
            conversations=sizes.deploy_conversations,
            each=sizes.deploy_replies,
            every=4,
            patience=sizes.patience,
            until=clock.part_ends_at - 25,
        ),
        # A release starts workers from nothing; elsewhere only their deaths matter.
        partial(Rig, is_warm=False),
    ),
    Stage(
        frozenset({"P20"}),
        60,
        lambda rig, sizes, clock: poisoned.torture(rig, turns=sizes.poisonings, crowds=2),
    ),
    Stage(
        frozenset({"P21"}),
        90,
        lambda rig, sizes, clock: clocks.torture(rig, each=sizes.misdated, patience=30),
        ClockedRig,
    ),
    Stage(
        frozenset({"P4"}),
        45,
        lambda rig, sizes, clock: healing.torture(
            rig, conversations=sizes.mixed_conversations, patience=sizes.patience
        ),
        _make_mixed,
        MIXED,
    ),
    Stage(
        frozenset({"P8"}),
        55,
        lambda rig, sizes, clock: stopping.torture(
            rig, conversations=sizes.mixed_conversations, patience=sizes.patience, until=clock.part_ends_at - 10
        ),
        _make_mixed,
        MIXED,
    ),
    Stage(
        frozenset({"P9"}),
        45,
        lambda rig, sizes, clock: switching.torture(
            rig, rounds=sizes.mixed_rounds, clicks=8, patience=60, until=clock.part_ends_at - 15
        ),
        # A pause whose worker died is taken up when its lease is over, which is long but for the quick.
        partial(Rig, pace="quick", dialect=MIXED),
        MIXED,
    ),
)
# They go on for as long as there is time, so they come last: what the others leave is for them.
LONG_STAGES = (
    Stage(
        frozenset({"P5", "P6", "P7"}),
        120,
        lambda rig, sizes, clock: replies.torture(
            rig,
            conversations=sizes.mixed_conversations,
            each=sizes.mixed_replies_each,
            fault_rate=0.3,
            kill_every=4,
            patience=sizes.patience,
            until=clock.part_ends_at - 60,
        ),
        _make_mixed,
        MIXED,
    ),
    Stage(
        frozenset({"P5", "P6", "P7"}),
        360,
        lambda rig, sizes, clock: replies.torture(
            rig,
            conversations=sizes.conversations,
            each=sizes.replies_each,
            fault_rate=0.3,
            kill_every=4,
            patience=sizes.patience,
            until=clock.part_ends_at - 60,
        ),
    ),
    Stage(
        frozenset({"P12"}),
        110,
        lambda rig, sizes, clock: crashes.torture(rig, rounds=sizes.crash_rounds, until=clock.part_ends_at - 20),
        partial(Rig, pace="quick"),
    ),
)
_MIXTURE, _SUITES = "P11", "suites"
_SHARES = {stage.name: stage.share for stage in (*STAGES, *LONG_STAGES)} | {_MIXTURE: 80.0, _SUITES: 270.0}


def run_all(
    wanted: frozenset[str], sizes: Sizes, *, seconds: float | None = None, only_mixed: bool = False
) -> Iterator[Finding]:
    """Each stage on a ring of its own, so that none inherits the wounds of another, and within its share of the time.

    `seconds`: for what is wanted; else it gets as much as it would get of the whole. `only_mixed`: nothing in the plain
    dialect.
    """
    told = [promise for promise in suites.ABOUT if promise in wanted]
    parts = [
        *_parts(STAGES, wanted, sizes),
        _Part(_MIXTURE, [_MIXTURE] if _MIXTURE in wanted else [], partial(_mix, sizes)),
        _Part(_SUITES, told, lambda clock: suites.torture(told, examples=sizes.examples, clock=clock)),
        *_parts(LONG_STAGES, wanted, sizes),
    ]
    parts = [part for part in parts if part.promises and (part.name.endswith(MIXED) or not only_mixed)]
    shares = {part.name: _SHARES[part.name] for part in parts}
    clock = Clock(seconds or SECONDS * sum(shares.values()) / sum(_SHARES.values()), shares, spare=_SPARE)
    for part in parts:
        yield from _run(part, clock)


@dataclass(frozen=True)
class _Part:
    name: str
    promises: list[str]
    torture: Callable[[Clock], list[Finding]]


def _parts(stages: Iterable[Stage], wanted: frozenset[str], sizes: Sizes) -> list[_Part]:
    return [_Part(stage.name, sorted(wanted & stage.promises), partial(_torture, stage, sizes)) for stage in stages]


def _torture(stage: Stage, sizes: Sizes, clock: Clock) -> list[Finding]:
    with stage.make_rig() as rig:
        found = stage.torture(rig, sizes, clock)
    findings = [found] if isinstance(found, Finding) else found
    for finding in findings:
        finding.load += f", in the {stage.dialect} dialect" if stage.dialect else ""
    return findings


def _mix(sizes: Sizes, clock: Clock) -> list[Finding]:
    return [mixture.torture(conversations=sizes.mixture, clicking=clock.left / 3)]


def _run(part: _Part, clock: Clock) -> list[Finding]:
    begun_at = time.monotonic()
    try:
        with clock.part(part.name):
            found = part.torture(clock)
    except (Exception, OutOfTime) as error:
        # What could not be shown is not kept; the others go on.
        why = "ended by the clock" if isinstance(error, OutOfTime) else repr(error)
        words = [f"could not be shown: {why}"[:500]]
        seconds = time.monotonic() - begun_at
        return [Finding(name, "", "", broken=words, seconds=seconds) for name in part.promises]
    silent = set(part.promises) - {each.promise for each in found}
    nothing = [Finding(name, "", "", broken=["not shown"]) for name in sorted(silent)]
    return [each for each in found if each.promise in part.promises] + nothing
