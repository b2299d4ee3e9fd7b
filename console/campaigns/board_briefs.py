"""What the board has to know of every campaign to choose a page: read in few columns, whatever the campaigns hold.

Thousands of them are read for every view and every round of the hub; whole rows are read of one page alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.fields.json import KT

from console.campaigns.attention import find_urgency, of_intent
from console.campaigns.intents import campaigns_asked_of, find_intents
from console.campaigns.schedule import Schedule
from console.campaigns.words import status_words
from engage.models import Campaign, Workspace
from engage.models.campaign import READINGS_UNTIL_UNLISTED
from engage.models.status_words import Meaning

if TYPE_CHECKING:
    from django.db.models import QuerySet

_TRUTH: Final = BooleanField()
_READ_AT_ONCE: Final = 1_000
_MOST_KEPT: Final = 100_000
_SAID: Final = ("document__sendingStatusDescription", "document__nextRunTime", "document__schedule")


class Sending(NamedTuple):
    """What a campaign says of its sending, and its hours as the platform writes them."""

    description: str
    next_run: str
    hours: str


_NOTHING_SAID: Final = Sending("", "", "")
# Campaign → the digest of its description, and what of that tells whether it sends; read anew where the digest moved.
_sending: dict[int, tuple[str, Sending]] = {}


class Kind(NamedTuple):
    """What campaigns that are told of alike have in common."""

    meaning: Meaning
    is_paused: bool
    is_unlisted: bool
    words: str


class Brief(NamedTuple):
    """One campaign; `found_by`: the text that a search looks through."""

    id: int
    name: str
    found_by: str
    kind: Kind
    urgency: int


def find_briefs(campaigns: QuerySet[Campaign], now: datetime) -> list[Brief]:
    """Of all of `campaigns`, in no order."""
    rows = list(
        campaigns.order_by()
        .annotate(
            is_read=ExpressionWrapper(Q(confirmed_at__isnull=False), _TRUTH),
            is_missed=ExpressionWrapper(Q(missing_readings__gte=READINGS_UNTIL_UNLISTED), _TRUTH),
        )
        .values_list(
            *("id", "name", "remote_id", "workspace_id", "status", "was_active", "is_read", "is_missed"),
            *("sending_status", "version"),
        )
    )
    workspaces = dict(Workspace.objects.values_list("id", "name"))
    kinds = {told: _kind_of(told, now) for told in {row[4:8] for row in rows}}
    sending = _read_sending({row[0]: row[9] for row in rows if kinds[row[4:8]].meaning is Meaning.SENDING})
    urgency = _Urgency(now)
    asked = urgency.of_commands()
    return [
        Brief(
            row[0],
            row[1] or row[2],
            f"{row[1]} {row[2]} {workspaces.get(row[3])} {(kind := kinds[row[4:8]]).words}",
            kind,
            max(asked.get(row[0], 0), urgency.of_state(kind.meaning, row[8], sending.get(row[0], _NOTHING_SAID))),
        )
        for row in rows
    ]


class _Urgency:
    """How urgently campaigns need somebody at one moment; many are in one state, which is judged once."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._known: dict[tuple[Meaning, str, Sending], int] = {}
        self._hours: dict[str, Schedule] = {}

    def of_commands(self) -> dict[int, int]:
        """Campaign → how much of what was asked of it; only those of which something is to be told."""
        found = find_intents(campaigns_asked_of(self._now), self._now)
        return {
            id_: max((of_intent(intent).urgency for intent in asked.all), default=0) for id_, asked in found.items()
        }

    def of_state(self, meaning: Meaning, sending_status: str, said: Sending) -> int:
        state = (meaning, sending_status, said)
        if state not in self._known:
            document = {"sendingStatusDescription": said.description, "nextRunTime": said.next_run}
            self._known[state] = find_urgency(meaning, sending_status, document, self._schedule(said.hours), self._now)
        return self._known[state]

    def _schedule(self, hours: str) -> Schedule:
        if hours not in self._hours:
            document = json.loads(hours or "{}")
            self._hours[hours] = Schedule.of(document if isinstance(document, dict) else {})
        return self._hours[hours]


def _read_sending(versions: Mapping[int, str]) -> dict[int, Sending]:
    """Campaign → what it says, from memory where its description is the one that was read."""
    # Every look makes a new version; it ends in a digest of the content, and few look different.
    digests = {id_: version.rpartition(" ")[2] for id_, version in versions.items()}
    moved = [id_ for id_, digest in digests.items() if not digest or _sending.get(id_, ("",))[0] != digest]
    if len(_sending) + len(moved) > _MOST_KEPT:
        _sending.clear()
        moved = list(digests)
    said: dict[int, Sending] = {}
    for start in range(0, len(moved), _READ_AT_ONCE):
        rows = Campaign.objects.filter(id__among=moved[start : start + _READ_AT_ONCE]).order_by()
        for id_, *parts in rows.values_list("id", *map(KT, _SAID)):
            said[id_] = Sending(*map(_text_of, parts))
            _sending[id_] = (digests[id_], said[id_])
    return {id_: said.get(id_) or _sending[id_][1] for id_ in digests if id_ in said or id_ in _sending}


def _text_of(part: object) -> str:
    # SQLite writes a null of a document as a word. Many campaigns say the same, so it is kept once.
    return sys.intern("" if part in (None, "null") else str(part))


def _kind_of(told: tuple[Any, ...], now: datetime) -> Kind:
    status, was_active, is_read, is_missed = told
    campaign = Campaign(status=status, was_active=was_active, confirmed_at=now if is_read else None)
    campaign.missing_readings = READINGS_UNTIL_UNLISTED if is_missed else 0
    return Kind(campaign.meaning, campaign.is_paused, campaign.is_unlisted, status_words(campaign))
