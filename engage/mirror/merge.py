"""Observations to rows, many at once, announcing what changed: all in the caller's transaction.

The order of work is the order of locks: campaigns and leads come to be, then the conversations are locked by id, and
everything below a conversation is read and written under its lock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone

from engage.api.events import ConversationKind
from engage.api.wire.conversation import UNNAMED
from engage.mirror import bulk, proof
from engage.mirror.campaigns import ensure_campaigns, merge_campaigns, merge_lead_lists
from engage.mirror.consent import number_of
from engage.mirror.dispositions import merge_dispositions
from engage.mirror.evidence import collect_evidence, record_evidence
from engage.mirror.leads import take_lead, take_status
from engage.mirror.loads import merge_loads
from engage.mirror.merged import Merged
from engage.mirror.messages import merge_messages
from engage.mirror.moments import WRONG_BY, limit_of, standing
from engage.mirror.observations import ConversationObservation, Observations
from engage.mirror.offers import digest_of, take_dispositions
from engage.mirror.placing import learn_lists
from engage.mirror.summary import SUMMARY_FIELDS, lock_numbers, read_numbers, summarize
from engage.models import Change, Conversation, Lead
from engage.sms.keywords import Signal
from engage.vault import seal

# Versions rise with every text; what they stand for seldom changes and is written apart.
_VERSION_FIELDS = ("offered_version", "dispositions_version", "lead_version", "read_wanted_at")
_VERSIONS = ("offered_version", "dispositions_version", "lead_version")
_KEY_FIELDS = ("sealed_offered_key", "offered_key_fingerprint")


# Written at times, but not needed to decide anything.
_UNREAD = ("sealed_key", "sealed_offered_key", "dispositions")
_SAVED_FIELDS = (*_VERSION_FIELDS, *SUMMARY_FIELDS)

_SUMMARY_FROM = len(_VERSION_FIELDS)


def _saved_fields(row: Conversation) -> list[object]:
    return [getattr(row, name) for name in _SAVED_FIELDS]


def merge(workspace_id: int, observations: Observations) -> set[int]:
    """Apply what was said about one workspace; returns the ids of conversations that changed."""
    merge_campaigns(workspace_id, observations.campaigns)
    merge_lead_lists(workspace_id, observations.lead_lists, observations.conversations)
    merge_loads(workspace_id, observations.loads)
    if not observations.conversations:
        return set()
    merged = _lock(workspace_id, observations.conversations)
    _merge_leads(merged)
    learn_lists(merged)
    merge_messages(merged)
    merge_dispositions(merged)
    changed = record_evidence(workspace_id, collect_evidence(merged))
    changed |= proof.take_answers(merged)
    others = lock_numbers(workspace_id, changed, besides=[item.conversation.id for item in merged])
    _merge_conversations(merged, others)
    announced = {item.conversation.id: item.conversation.campaign_id for item in merged if item.is_changed}
    announced |= {row.id: row.campaign_id for row in others}
    Change.record_conversations(sorted(announced.items()))
    return set(announced)


def _lock(workspace_id: int, observations: list[ConversationObservation]) -> list[Merged]:
    """Find or make the rows of every lead that is spoken of, and lock their conversations."""
    by_lead: dict[str, list[ConversationObservation]] = defaultdict(list)
    for observation in observations:
        by_lead[observation.lead.id].append(observation)
    known = Lead.objects.filter(workspace_id=workspace_id, remote_id__among=by_lead).only(
        "remote_id", "number", "campaign_id", "status", "status_read_at"
    )
    leads = {row.remote_id: row for row in known}
    missing = sorted(set(by_lead) - set(leads))
    named = (
        said.payload.data.campaign for said in observations if not said.names_no_campaign or said.lead.id in missing
    )
    campaigns = ensure_campaigns(workspace_id, named)
    for remote_id in missing:
        newest = max(by_lead[remote_id], key=lambda said: (not said.names_no_campaign, said.version))
        campaign = campaigns[newest.payload.data.campaign.id]
        leads[remote_id] = Lead(workspace_id=workspace_id, campaign_id=campaign.id, remote_id=remote_id)
        take_lead(leads[remote_id], "", by_lead[remote_id], limit_of(timezone.now() + WRONG_BY))
    new_leads = [leads[remote_id] for remote_id in missing]
    bulk.insert(new_leads)
    bulk.insert(
        [Conversation(workspace_id=workspace_id, campaign_id=lead.campaign_id, lead=lead) for lead in new_leads]
    )
    by_id = {lead.id: lead for lead in leads.values()}
    locked = (
        Conversation.objects.select_for_update(no_key=True).filter(lead_id__among=by_id).order_by("id").defer(*_UNREAD)
    )
    is_new = {lead.id for lead in new_leads}
    before = {row.id: _saved_fields(row) for row in locked}
    read = {lead.id for lead in leads.values() if any(said.is_read for said in by_lead[lead.remote_id])}
    _forget_the_future(locked, read)
    return [
        Merged(
            conversation=row,
            lead=by_id[row.lead_id],
            observations=by_lead[by_id[row.lead_id].remote_id],
            before=before[row.id],
            is_new=row.lead_id in is_new,
        )
        for row in locked
    ]


def _forget_the_future(rows: Iterable[Conversation], read: set[int]) -> None:
    """What a clock that was ahead wrote down would hide what is said from now on.

    `read`: leads of whom a GET speaks. A webhook alone does not replace what a clock a little fast has written.
    """
    now = timezone.now()
    limits = limit_of(now + WRONG_BY), limit_of(now)
    for row in rows:
        limit = limits[row.lead_id in read]
        for name in _VERSIONS:
            setattr(row, name, standing(getattr(row, name), limit))
        if row.disproved_through is not None and row.disproved_through > now + WRONG_BY:
            row.asked_at = row.disproved_through = None
            row.save(update_fields=["asked_at", "disproved_through"])


def _merge_leads(merged: list[Merged]) -> None:
    """Each part, but for the status, as the newest says that names it. Written only where something differs."""
    speaking = [item for item in merged if _says_something_new(item)]
    whole = Lead.objects.in_bulk([item.lead.id for item in speaking if not item.is_new])
    changed: list[Lead] = []
    now = timezone.now()
    limits = limit_of(now + WRONG_BY), limit_of(now)
    for item in speaking:
        # A lead made a moment ago is all there.
        lead = item.lead = whole.get(item.lead.id, item.lead)
        item.has_told_lead = True
        before = {name: getattr(lead, name) for name in _LEAD_FIELDS}
        if not item.is_new:
            is_read = any(observation.is_read for observation in item.observations)
            take_lead(lead, item.conversation.lead_version, item.observations, limits[is_read])
        take_status(item)
        moved = {name for name, value in before.items() if getattr(lead, name) != value}
        if moved:
            item.is_changed = item.is_changed or not moved <= {"status_read_at", "named_versions"}
            changed.append(lead)
    bulk.update(changed, _LEAD_FIELDS)
    for item in merged:
        versions = (observation.version for observation in item.observations)
        item.conversation.lead_version = max(item.conversation.lead_version, *versions)


def _says_something_new(item: Merged) -> bool:
    """A version ends in a digest of the content: where all are the row's own, its columns need not be read."""
    if any(observation.is_read for observation in item.observations):
        return True
    digest = digest_of(item.conversation.lead_version)
    return any(digest_of(observation.version) != digest for observation in item.observations)


_LEAD_FIELDS = [
    field.name for field in Lead._meta.concrete_fields if field.name not in ("id", "workspace", "campaign", "remote_id")
]


def _merge_conversations(merged: list[Merged], others: list[Conversation]) -> None:
    """Keys, own dispositions and the summary; one statement writes all rows that differ."""
    rows = [*(item.conversation for item in merged), *others]
    before = {row.id: _saved_fields(row) for row in others} | {item.conversation.id: item.before for item in merged}
    for item in merged:
        _take_offers(item)
    numbers = {item.lead.pk: number_of(item.lead) for item in merged}
    summarize(rows, numbers | read_numbers(others))
    for item in merged:
        is_moved = item.before[_SUMMARY_FROM:] != _saved_fields(item.conversation)[_SUMMARY_FROM:]
        item.is_changed = item.is_changed or item.is_new or item.has_new_dispositions or is_moved
        _want_read(item)
    changed = {row.id: row for row in rows if before[row.id] != _saved_fields(row)}
    bulk.update(list(changed.values()), _SAVED_FIELDS)
    bulk.update([item.conversation for item in merged if item.has_new_key], _KEY_FIELDS)
    bulk.update([item.conversation for item in merged if item.has_new_dispositions], ("dispositions",))
    others[:] = [row for row in others if row.id in changed]


def _take_offers(item: Merged) -> None:
    """Its own dispositions, and the key the newest statement names. A key is only offered here: a GET confirms it."""
    row = item.conversation
    take_dispositions(item)
    keyed = max(item.observations, key=lambda observation: observation.key_version)
    if keyed.key_version > row.offered_version:
        row.offered_version = keyed.key_version
        if keyed.key_fingerprint != row.offered_key_fingerprint:
            item.has_new_key = True
            row.offered_key_fingerprint = keyed.key_fingerprint
            row.sealed_offered_key = seal(keyed.payload.key)


def _want_read(item: Merged) -> None:
    """A GET is due for a conversation first seen in a webhook, for a key we do not know, and for every opt-in.

    And for all that a webhook changes where no sweep comes by: Engage must show it.
    """
    row = item.conversation
    hints = [observation for observation in item.observations if not observation.is_read]
    if not hints:
        return
    seen_at = max(observation.seen_at for observation in hints)
    is_opt_in = any(observation.kind == ConversationKind.OPT_IN for observation in hints) or any(
        message.signal == Signal.START.value for message in item.new_messages
    )
    is_unnamed = any(observation.kind == ConversationKind.OTHER for observation in hints) or any(
        # Its name or its time is of our making, until Engage shows it.
        message.is_undated or message.remote_id.startswith(UNNAMED)
        for message in item.new_messages
        if not message.is_confirmed
    )
    is_unproven = not row.is_confirmed or row.offered_key_fingerprint not in ("", row.key_fingerprint)
    # A GET under way may have begun before it was said.
    is_not_at_once = row.read_wanted_at is None or row.read_wanted_at > seen_at
    if (
        is_opt_in
        # What it tells of cannot be known by its name: the lead may have said stop.
        or (is_unnamed and row.denied_at is None and is_not_at_once)
        or (is_unproven and row.denied_at is None and row.read_wanted_at is None)
        or (item.is_changed and not row.is_swept and is_not_at_once)
    ):
        row.read_wanted_at = seen_at
