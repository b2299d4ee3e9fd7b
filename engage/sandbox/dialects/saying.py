"""One thing on its way out, said in the dialects that are spoken about it."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

from engage.sandbox.dialects import answering, campaigns, consent, details, events, lists, scalars, speech, subjects
from engage.sandbox.dialects.catalogue import Dialect, Json, Part, Said, aspects
from engage.sandbox.models import Campaign, Lead, LeadList

# Each of them declares its dialects when it is imported.
AREAS = (consent, events, answering, campaigns, lists, scalars, details)


@dataclass(frozen=True)
class Told:
    """An event as it leaves."""

    event: str
    header: str | None
    body: Any


def begin(names: Iterable[str], *, seed: int, refuse_for_s: float = 300.0) -> speech.Speech:
    """Speak these from now on. Raises Misunderstood."""
    wanted = speech.parse(names, seed=seed, refuse_for_s=refuse_for_s)
    speech.set_to(wanted)
    return wanted


def say(said: Said, words: frozenset[str]) -> Said:
    for entry in _shapes_of(said.part):
        if entry.name in words and entry.shape is not None:
            entry.shape(said)
    return said


def tell_about_lead(event: str, body: Json, lead: Lead) -> Told | None:
    """None: this account does not tell of it."""
    return _tell(Said(Part.CONVERSATION, body, event, lead=lead), subjects.of_lead(lead))


def tell_about_campaign(event: str, body: Json, campaign: Campaign) -> Told | None:
    return _tell(Said(Part.CAMPAIGN, body, event, campaign=campaign), campaign.name)


def tell_about_list(event: str, body: Json, lead_list: LeadList) -> Told | None:
    return _tell(Said(Part.LEAD_LIST, body, event), lead_list.campaign.name)


def _tell(said: Said, subject: str) -> Told | None:
    words = speech.current().about(subject)
    if words:
        # Parts of the plain document are parts of the row as well.
        said.document = deepcopy(said.document)
        say(said, words)
    return Told(said.event, events.header_of(said.event, words), said.document) if said.is_told else None


@cache
def _shapes_of(part: Part) -> tuple[Dialect, ...]:
    """In the order in which they shape."""
    found = [entry for entries in aspects().values() for entry in entries if part in entry.parts]
    return tuple(sorted(found, key=lambda entry: entry.phase))
