"""What statements say about consent, as rows of evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from engage.api.events import ConversationKind
from engage.mirror.consent import EVENT, OPT_IN, OPT_IN_UNTIMED, OPT_IN_WORDED, UNTIMED, number_of
from engage.mirror.merged import Choice, Merged, Word
from engage.mirror.observations import EPOCH, ConversationObservation, is_inbound
from engage.models import Campaign, Consent
from engage.models.consent import STATE
from engage.models.disposition_names import as_read, means_do_not_contact
from engage.sms.keywords import Signal, is_platform_stop

_KINDS = {Signal.STOP.value: Consent.Kind.OPTED_OUT, Signal.START.value: Consent.Kind.OPTED_IN}
_MEANS_STOP = (Signal.STOP.value, Signal.MAYBE_STOP.value)
# A text that Engage may understand after all: then its own OptOut is here by now.
TOLD_AFTER = timedelta(minutes=1)
_LONGEST = 250


def collect_evidence(merged: Iterable[Merged]) -> list[Consent]:
    """Rows not yet saved, one for each statement: the same evidence may appear many times."""
    return [row for item in merged for row in _of_conversation(item)]


def _of_conversation(item: Merged) -> list[Consent]:
    rows = [_of_word(item, word) for word in item.words]
    rows += [_of_choice(item, choice) for choice in item.choices if _is_do_not_contact(item, choice.disposition.name)]
    rows += [_of_state(item, observation) for observation in item.stops]
    for observation in item.observations:
        if observation.kind == ConversationKind.OPT_OUT:
            rows.append(_of_opt_out(item, observation))
        if observation.kind == ConversationKind.OPT_IN:
            rows.append(_of_opt_in(item, observation))
    return rows


def _of_word(item: Merged, word: Word) -> Consent:
    # A GET that words it otherwise neither confirms nor takes back what a webhook said.
    message = word.message if word.message.signal == word.stated.signal else word.stated
    # With the lead's id: another lead's message of this id, invented or not, is another piece of evidence.
    row = _row(item, word.observation, f"message:{message.remote_id}:{item.lead.remote_id}")
    row.kind = _KINDS[message.signal]
    row.at, row.is_confirmed, row.heard_at = message.sent_at, message.is_confirmed, message.heard_at
    if message.is_dated_ahead:
        row.shown_at = None
    if row.kind == Consent.Kind.OPTED_OUT and not is_platform_stop(message.text):
        row.tell_from = word.observation.seen_at + TOLD_AFTER
    return row


def _of_choice(item: Merged, choice: Choice) -> Consent:
    chosen = choice.disposition
    row = _row(item, choice.observation, f"disposition:{item.lead.remote_id}:{chosen.chosen_at.isoformat()}")
    row.kind = Consent.Kind.DO_NOT_CONTACT
    row.at, row.is_confirmed, row.heard_at = chosen.counts_at, chosen.is_confirmed, chosen.heard_at
    return row


def _is_do_not_contact(item: Merged, name: str) -> bool:
    just_said = [
        {"id": entry.id, "disposition": entry.disposition, "doNotContact": entry.do_not_contact}
        for observation in item.observations
        for entry in observation.payload.data.dispositions
    ]
    offered = [*just_said, *item.conversation.dispositions]
    if means_do_not_contact(name, offered):
        return True
    is_told = any(as_read(entry.get("disposition") or "") == as_read(name) and entry.get("doNotContact") is not None
                  for entry in offered)  # fmt: skip
    return not is_told and means_do_not_contact(name, _listed_by_campaign(item))


def _listed_by_campaign(item: Merged) -> list[dict[str, Any]]:
    """Where the conversation lists names alone, its campaign may say what they mean."""
    listed = Campaign.objects.filter(pk=item.conversation.campaign_id).values_list("document__dispositions", flat=True)
    entries = listed.first()
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _of_opt_out(item: Merged, observation: ConversationObservation) -> Consent:
    """About the text it ends with, when that means stop; else the words were kept from us, and each arrival is one.

    Two opt-outs of which Engage shows no words look alike, so one that comes late cannot be told from a new one.
    """
    at, meaning = _last_text(observation)
    if meaning not in _MEANS_STOP:
        row = _row(item, observation, f"{UNTIMED}{item.lead.remote_id}:{observation.seen_at.isoformat()}")
        row.kind, row.at = Consent.Kind.OPTED_OUT, observation.seen_at
    else:
        row = _row(item, observation, f"{EVENT}{item.lead.remote_id}:{at.isoformat()}")
        row.kind, row.at = Consent.Kind.OPTED_OUT, at
    row.last_heard_at = observation.seen_at
    return row


def _of_state(item: Merged, observation: ConversationObservation) -> Consent:
    """As of the newest that Engage names beside it. Of what GETs show each turn to such a state is one.

    A webhook's is known by that moment: the same state said again is no other stop.
    """
    at = min(observation.newest, observation.seen_at)
    mark = observation.seen_at.isoformat() if observation.is_read else f"said:{at.isoformat()}"
    row = _row(item, observation, f"{STATE}{item.lead.remote_id}:{mark}")
    row.kind, row.at = Consent.Kind.OPTED_OUT, at
    row.is_confirmed, row.heard_at = observation.is_read, observation.heard_at
    return row


def _last_text(observation: ConversationObservation) -> tuple[datetime, str]:
    """Of the lead: when, and what it means for consent; the epoch and nothing when it carries none with a time."""
    texts = [
        (observation.sent_at(said), said.id, meaning)
        for said, meaning in zip(observation.messages, observation.signals, strict=True)
        if said.timestamp and is_inbound(said)
    ]
    at, _, meaning = max(texts, default=(EPOCH, "", ""))
    return at, meaning


def _of_opt_in(item: Merged, observation: ConversationObservation) -> Consent:
    """As of the newest text it carries. Of two that say the same the first counts: the other may be a copy."""
    moments = [observation.sent_at(message) for message in observation.messages if message.timestamp]
    prefix = OPT_IN if moments else OPT_IN_UNTIMED
    if _last_text(observation)[1] == Signal.START.value:
        prefix = OPT_IN_WORDED
    row = _row(item, observation, f"{prefix}{item.lead.remote_id}:{observation.content}")
    row.kind, row.at = Consent.Kind.OPTED_IN, max(moments, default=observation.seen_at)
    return row


def _row(item: Merged, observation: ConversationObservation, evidence: str) -> Consent:
    """What every statement has in common; `heard_at` stays empty of what a GET can never take back."""
    return Consent(
        workspace_id=item.conversation.workspace_id,
        phone=number_of(item.lead),
        evidence=_clip(evidence),
        first_heard_at=observation.seen_at,
        shown_at=observation.seen_at if observation.is_read else None,
        token_name=observation.token_name,
        conversation=item.conversation,
    )


def _clip(evidence: str) -> str:
    """Ids may be longer than the column: what is cut off stands for itself by its digest."""
    if len(evidence) <= _LONGEST:
        return evidence
    digest = hashlib.sha256(evidence.encode()).hexdigest()[:32]
    return f"{evidence[: _LONGEST - 33]}~{digest}"


def record_evidence(workspace_id: int, rows: list[Consent]) -> set[str]:
    """Save what is new, add up what is known; returns the numbers whose evidence changed."""
    if not rows:
        return set()
    stated: dict[tuple[str, str, str], Consent] = {}
    for row in rows:
        said_before = stated.setdefault((row.phone, row.kind, row.evidence), row)
        _add_up(said_before, row)
    known = Consent.objects.for_numbers(workspace_id, {row.phone for row in rows}).filter(
        evidence__among={row.evidence for row in rows}
    )
    changed: set[str] = set()
    for old in known:
        new = stated.pop((old.phone, old.kind, old.evidence), None)
        if new is not None and (names := _add_up(old, new)):
            Consent.objects.filter(pk=old.pk).update(**{name: getattr(old, name) for name in names})
            changed.add(old.phone)
    # Two workers may learn the same at once; the constraint keeps one row of it.
    Consent.objects.bulk_create(stated.values(), ignore_conflicts=True)
    return changed | {row.phone for row in stated.values()}


def _add_up(row: Consent, stated: Consent) -> list[str]:
    """Make one of two statements of the same; returns the columns that changed. In any order it ends the same."""
    before = {name: getattr(row, name) for name in _ADDED_UP}
    if stated.is_confirmed and (not row.is_confirmed or stated.at != row.at):
        # The GET has the last word on the time, too.
        row.at = stated.at
    elif stated.evidence.startswith(OPT_IN_UNTIMED):
        row.at = min(row.at, stated.at)
    row.heard_at = None if row.is_confirmed or stated.is_confirmed else _earliest(row.heard_at, stated.heard_at)
    row.is_confirmed = row.is_confirmed or stated.is_confirmed
    if row.first_heard_at is not None and stated.first_heard_at is not None:
        first = min((row.first_heard_at, row.token_name), (stated.first_heard_at, stated.token_name))
        row.first_heard_at, row.token_name = first
        row.shown_at = _earliest(row.shown_at, stated.shown_at)
    if row.tell_from is not None and stated.tell_from is not None:
        # Empty it stays: it was taken up, and is told once.
        row.tell_from = min(row.tell_from, stated.tell_from)
    row.last_heard_at = max((at for at in (row.last_heard_at, stated.last_heard_at) if at), default=None)
    return [name for name, value in before.items() if getattr(row, name) != value]


_ADDED_UP = ("at", "heard_at", "is_confirmed", "first_heard_at", "token_name", "shown_at", "last_heard_at", "tell_from")


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
