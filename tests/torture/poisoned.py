"""P20: one poisoned thing of each kind among healthy ones, and every healthy one is served all the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from tests.torture.books import wait_until
from tests.torture.desk import Person, Reply, click_all, start_conversations
from tests.torture.findings import Finding
from tests.torture.poison import (
    HOSTILE_TEXTS,
    IN_CHUNKS,
    UNREADABLE,
    PoisonedPlatform,
    SilentPlatform,
    crowded,
    event,
    odd_deliveries,
    post_raw,
)
from tests.torture.posting import post_all
from tests.torture.rig import Rig

WITHIN = 10.0
_GIVES_UP_AFTER = 90.0
# Longer than it takes the poison to be met by everybody who looks for work.
_SINKS_IN = 3.0
_CAMPAIGN = "Solar quotes NY"
_SILENT_LEADS = 30
# Between the numbers of one turn's strangers and the next one's.
_APART = 1000
_LONG_AGO = "2020-01-01 00:00:00+00:00"
_MOVE = """
from engage.models import Workspace
Workspace.objects.filter({which}).update(core_origin={origin!r}, conversation_origin={origin!r})
"""
_FAULTS = (
    f"{len(UNREADABLE)} conversations that cannot be read, one whose key cannot be opened, a reply in each,"
    f" odd campaigns in the list, a workspace whose platform is silent, {len(HOSTILE_TEXTS)} hostile texts,"
    " webhooks that are huge, unreadable, or oddly encoded"
)


@dataclass(frozen=True)
class _Service:
    """`served`: how many of the `wanted` things have been served."""

    name: str
    wanted: int
    served: Callable[[], int]


class _Ward:
    """The healthy and the poisoned ones."""

    def __init__(self, rig: Rig, platform: PoisonedPlatform, silent: SilentPlatform) -> None:
        self.rig = rig
        people = start_conversations(rig, len(UNREADABLE) + 1 + len(HOSTILE_TEXTS) + 12)
        ids = list(people)
        self.people = people
        self.unreadable, ids = ids[: len(UNREADABLE)], ids[len(UNREADABLE) :]
        self.unopened, *ids = ids
        self.hostile, self.healthy = ids[: len(HOSTILE_TEXTS)], ids[len(HOSTILE_TEXTS) :]
        self.person = Person(rig)
        self.path = urlsplit(rig.webhook_url).path
        keys = {lead["id"]: lead["key"] for lead in rig.sandbox.leads()}
        self._spoilt = {
            keys[people[one]]: spoilt for one, spoilt in zip(self.unreadable, UNREADABLE.values(), strict=True)
        }
        self._platform = platform
        self.silent_id, self._silent_path = rig.make_workspace("silent")
        rig._run(_MOVE.format(which=f"pk={self.silent_id}", origin=silent.origin))
        rig._run(_MOVE.format(which=f"core_origin={rig.sandbox.url!r}", origin=platform.origin))
        self._events = 0

    def poison(self, *, crowds: int) -> None:
        """What is new of each kind comes again each time; what was there stays."""
        rig = self.rig
        self._platform.spoilt = self._spoilt
        damaged = "X'00'" if rig.is_on_sqlite else "'\\x00'"
        rig.books.write(f"UPDATE engage_conversation SET sealed_key = {damaged} WHERE id = {self.unopened}")
        poisoned = ", ".join(map(str, self.poisoned))
        rig.books.write(f"UPDATE engage_conversation SET read_wanted_at = '{_LONG_AGO}' WHERE id IN ({poisoned})")
        for one, text in zip(self.hostile, HOSTILE_TEXTS, strict=True):
            rig.sandbox.say(self.people[one], text)
        self._events += _APART
        strangers = [event(self._events + number, "Is anybody there?") for number in range(_SILENT_LEADS)]
        post_all(rig.port, self._silent_path, strangers, connections=4)
        for rest in odd_deliveries(self._events + _SILENT_LEADS):
            post_raw(rig.port, self.path, rest)
        crowds_said = [crowded(self._events + 2 * _SILENT_LEADS + number) for number in range(crowds)]
        post_all(rig.port, self.path, crowds_said, connections=2)
        self._answer_poisoned()

    @property
    def poisoned(self) -> list[int]:
        return [*self.unreadable, self.unopened]

    def _answer_poisoned(self) -> None:
        """Replies that cannot be looked up, and at the silent platform a pause as well."""
        strangers = self.rig.books.read(
            f"SELECT id FROM engage_conversation WHERE workspace_id = {self.silent_id} ORDER BY id DESC LIMIT 12"
        )
        for one in [*self.poisoned, *(one for (one,) in strangers)]:
            path = f"/conversations/{one}/replies/"
            self.person.post(path, text=f"0 Into the dark, to {one}, {self._events}", take_over="true")
        for (campaign_id,) in self.rig.books.read(
            f"SELECT id FROM engage_campaign WHERE workspace_id = {self.silent_id}"
        ):
            self.person.post(f"/campaigns/{campaign_id}/pause/")

    # Who is to be served

    def deeds(self, turn: int) -> list[Callable[[], _Service]]:
        return [
            partial(self._say, f"Are you there, {turn}?"),
            partial(self._arrive, 3),
            partial(self._answer, turn),
            partial(self._stop, self.healthy[-1 - turn]),
            partial(self._switch, turn),
            self._list_campaigns,
            self._look,
        ]

    def _say(self, text: str) -> _Service:
        said = self.healthy[:4]
        for one in said:
            self.rig.sandbox.say(self.people[one], text)
        return _Service("texts of leads", len(said), self._count("engage_message", f"text = '{text}'"))

    def _arrive(self, count: int) -> _Service:
        made = [lead["id"] for lead in self.rig.sandbox.create_leads(count)]
        for lead_id in made:
            self.rig.sandbox.say(lead_id, "Hi, I am new here")
        names = ", ".join(f"'{lead_id}'" for lead_id in made)
        known = f"lead_id IN (SELECT id FROM engage_lead WHERE remote_id IN ({names})) AND key_fingerprint <> ''"
        return _Service("newcomers", count, self._count("engage_conversation", known))

    def _answer(self, turn: int) -> _Service:
        replies = [Reply(one, f"{turn} Of course, {one}") for one in self.healthy[4:8]]
        click_all(self.rig, replies, people=2, tries=5)
        here = f"kind = 'reply' AND text LIKE '{turn} Of course%' AND state = 'confirmed'"
        return _Service("replies", len(replies), self._count("engage_command", here))

    def _stop(self, conversation_id: int) -> _Service:
        self.rig.sandbox.say(self.people[conversation_id], "STOP")
        here = f"id = {conversation_id} AND status = 'opted_out'"
        return _Service("a STOP", 1, self._count("engage_conversation", here))

    def _switch(self, turn: int) -> _Service:
        """By turns off and on."""
        deed, status = ("activation", "ACTIVE") if turn % 2 else ("pause", "READY")
        here = f"name = '{_CAMPAIGN}' AND workspace_id <> {self.silent_id}"
        ((campaign_id,),) = self.rig.books.read(f"SELECT id FROM engage_campaign WHERE {here}")
        Person(self.rig).post(f"/campaigns/{campaign_id}/{deed}/")
        return _Service(deed, 1, lambda: self.rig.sandbox.campaign(_CAMPAIGN)["campaignStatus"] == status)

    def _list_campaigns(self) -> _Service:
        """Read once more, without a webhook about any of them."""
        wanted = "SELECT confirmed_at FROM engage_campaign WHERE name = 'Spring webinar'"
        before = self.rig.books.read(wanted)
        return _Service("the list of campaigns", 1, lambda: self.rig.books.read(wanted) != before)

    def _look(self) -> _Service:
        pages = [f"/conversations/{self.healthy[0]}/", f"/conversations/{self.unreadable[0]}/", "/", "/campaigns/"]
        person, read = Person(self.rig), set[str]()

        def served() -> int:
            for page in pages:
                if page not in read and person.read(page):
                    read.add(page)
            return len(read)

        return _Service("pages", len(pages), served)

    def _count(self, table: str, where: str) -> Callable[[], int]:
        return lambda: self.rig.books.count(table, where)


def torture(rig: Rig, *, turns: int, crowds: int, within: float = WITHIN) -> Finding:
    """`crowds`: webhooks of nearly 1 MiB in each turn; `within`: seconds in which each healthy thing is served."""
    begun_at = time.monotonic()
    late: list[str] = []
    worst: dict[str, float] = {}
    served = 0
    with PoisonedPlatform(rig.sandbox.url) as platform, SilentPlatform() as silent:
        ward = _Ward(rig, platform, silent)
        for turn in range(turns):
            ward.poison(crowds=crowds)
            time.sleep(_SINKS_IN)
            for name, wanted, seconds in _serve(ward, turn):
                worst[name] = max(worst.get(name, 0.0), seconds)
                served += wanted
                late += [f"{name} after {seconds:.0f} s"] if seconds > within else []
        broken = _judge(ward)
    slowest = max(worst, key=lambda name: worst[name])
    return Finding(
        "P20",
        f"{served} healthy things in {turns} turns: {', '.join(worst)}",
        _FAULTS,
        lost=len(late),
        broken=[*late, *broken],
        notes=f"the slowest were {slowest}, {worst[slowest]:.1f} s",
        seconds=time.monotonic() - begun_at,
    )


def _serve(ward: _Ward, turn: int) -> list[tuple[str, int, float]]:
    """Name, how many, and after how many seconds the last of them was served."""

    def serve(deed: Callable[[], _Service]) -> tuple[str, int, float]:
        begun_at = time.monotonic()
        service = deed()
        wait_until(lambda: service.served() >= service.wanted, within=_GIVES_UP_AFTER, pause=0.1)
        return service.name, service.wanted, time.monotonic() - begun_at

    deeds = ward.deeds(turn)
    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(serve, deeds))


def _judge(ward: _Ward) -> list[str]:
    """What became of the poison: set aside alone, with its reason, and nothing of it left by mistake."""
    rig = ward.rig
    leads = {ward.people[one] for one in ward.poisoned}
    left = [entry for entry in rig.sandbox.ledger() if entry["call"] == "send" and entry["lead_id"] in leads]
    poisoned = ", ".join(map(str, ward.poisoned))
    unexplained = rig.books.count(
        "engage_command", f"conversation_id IN ({poisoned}) AND reason = '' AND state = 'retry_wait'"
    )
    is_drained = rig.wait_until_projected()
    unnamed = rig.books.count("engage_delivery", "state = 'quarantined' AND error = ''")
    in_chunks = rig.books.count("engage_message", f"text = '{IN_CHUNKS}'")
    ended = rig.errors_in_logs("ended; stopping", "Worker failed to boot")
    return [
        *([f"{len(left)} replies left for conversations that nobody could read"] if left else []),
        *([f"{unexplained} replies of poisoned conversations wait without a reason"] if unexplained else []),
        *([] if is_drained else ["the ledger was not drained"]),
        *([f"{unnamed} deliveries were set aside without a reason"] if unnamed else []),
        *([] if in_chunks else ["what came in chunks is in no thread"]),
        *ended[:3],
    ]
