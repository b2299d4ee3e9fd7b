"""A supervisor ends a lock, with a reason. It ends what was said, never what will be: another stop locks again."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from engage.mirror.consent import EVENT, UNTIMED, find_locks, number_of
from engage.mirror.numbers import refresh_number
from engage.models import Consent, Conversation, Message

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Looked through at a time, newest first; once some are lifted, others come up.
MOST = 500


class LocksChanged(Exception):
    """Something was said since the person looked: they have not seen all that they would end."""


@dataclass(frozen=True)
class Unshown:
    """An opt-out event that locks a number, and of whose words Engage shows nothing."""

    consent: Consent
    conversation: Conversation

    @property
    def heard_at(self) -> datetime:
        return self.consent.first_heard_at or self.consent.recorded_at


def locks_mark(conversation: Conversation) -> str:
    """Changes with what locks the number; empty when nothing does."""
    number = number_of(conversation.lead)
    return _mark_of(find_locks(conversation.workspace_id, [number]).get(number, []))


def _mark_of(locks: list[Consent]) -> str:
    ids = ",".join(str(row.pk) for row in sorted(locks, key=lambda row: row.pk))
    return hashlib.sha256(ids.encode()).hexdigest()[:16] if ids else ""


def lift_number(conversation: Conversation, *, mark: str, by: User, reason: str) -> list[Consent]:
    """End all that locks the number of this conversation; raises LocksChanged when that is not what `mark` stands for.

    Returns what was ended.
    """
    number = number_of(conversation.lead)
    with transaction.atomic():
        # Whoever merges a stop of this conversation waits for this lock, or has written it before we look.
        Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
        locks = find_locks(conversation.workspace_id, [number]).get(number, [])
        if not locks or _mark_of(locks) != mark:
            raise LocksChanged
        _lift(locks, by=by, reason=reason)
    return locks


def lift_events(found: Iterable[Unshown], *, by: User, reason: str) -> int:
    """End these opt-out events and nothing else that may lock their numbers; returns how many were ended."""
    with transaction.atomic():
        return _lift([item.consent for item in found], by=by, reason=reason)


def _lift(locks: list[Consent], *, by: User, reason: str) -> int:
    by_number: dict[tuple[int, str], list[Consent]] = defaultdict(list)
    for row in locks:
        by_number[row.workspace_id, row.phone].append(row)
    lifted = 0
    for (workspace_id, phone), rows in sorted(by_number.items()):
        standing = Consent.objects.filter(pk__among=[row.pk for row in rows], lifted_by=None)
        lift = Consent(workspace_id=workspace_id, phone=phone, kind=Consent.Kind.LIFTED, at=timezone.now())
        lift.evidence, lift.is_confirmed = f"lifted:{uuid.uuid4().hex}", True
        lift.by, lift.reason, lift.conversation = by, reason[:500], rows[0].conversation
        lift.save()
        lifted += standing.update(lifted_by=lift)
    for workspace_id in {workspace_id for workspace_id, _ in by_number}:
        phones = {phone for workspace, phone in by_number if workspace == workspace_id}
        _summarise(workspace_id, phones, [row.conversation_id for row in locks if row.conversation_id])
    return lifted


def _summarise(workspace_id: int, phones: set[str], conversation_ids: list[int]) -> None:
    of_number = Q(lead__number__in=phones - {""}) | Q(pk__in=conversation_ids)
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True).filter(workspace_id=workspace_id)
    found = list(rows.filter(of_number).order_by("id"))
    refresh_number(found)


def find_unshown(campaign_ids: Iterable[int] | None = None) -> list[Unshown]:
    """Opt-out events that lock a number and of whose words no GET shows any, newest first; at most MOST.

    `campaign_ids`: where to look; None for everywhere.
    """
    events = Consent.objects.filter(Q(evidence__startswith=EVENT) | Q(evidence__startswith=UNTIMED))
    events = events.filter(kind=Consent.Kind.OPTED_OUT, lifted_by=None, conversation__isnull=False)
    opted_out = Conversation.objects.opted_out()
    events = events.filter(conversation__in=opted_out)
    if campaign_ids is not None:
        events = events.filter(conversation__campaign_id__in=campaign_ids)
    newest = list(events.select_related("conversation__lead", "conversation__campaign").order_by("-id")[:MOST])
    standing = _find_standing(newest)
    shown = _find_shown(newest)
    return [
        Unshown(row, row.conversation)
        for row in newest
        if row.conversation is not None and row.pk in standing and row.pk not in shown
    ]


def _find_standing(rows: list[Consent]) -> set[int]:
    phones: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        phones[row.workspace_id].add(row.phone)
    return {
        lock.pk
        for workspace_id, numbers in phones.items()
        for locks in find_locks(workspace_id, numbers).values()
        for lock in locks
    }


def _find_shown(rows: list[Consent]) -> set[int]:
    of_words = [row for row in rows if row.evidence.startswith(EVENT)]
    texts = Message.objects.filter(
        conversation_id__among=[row.conversation_id for row in of_words], is_confirmed=True, is_inbound=True
    ).filter(sent_at__in={row.at for row in of_words})
    shown = set(texts.values_list("conversation_id", "sent_at"))
    return {row.pk for row in of_words if (row.conversation_id, row.at) in shown}
