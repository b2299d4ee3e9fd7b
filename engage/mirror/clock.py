"""Our clock may be ahead by a day for a while, and right again. What it dated then must hide nothing, nor hold it up.

Moments of ours that are still to come were written by a clock that was ahead. Versions of that kind are void when they
are compared; marks are put right as soon as the clock is, at the start of a worker and when its wall clock falls back.
The platform's own word on the time, its Date header, bounds what its answers prove.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from engage.mirror import summary
from engage.mirror.moments import SKEW
from engage.models import Campaign, Change, Consent, Conversation, Delivery, Disposition, Message

logger = logging.getLogger(__name__)

_FELL_BACK_SECONDS = 30.0
_AT_ONCE = 500


class Watch:
    """Tells when the wall clock fell back, against the one that only counts; and once at the start."""

    def __init__(self) -> None:
        self._ahead: float | None = None

    def has_fallen_back(self) -> bool:
        before, self._ahead = self._ahead, time.time() - time.monotonic()
        return before is None or self._ahead < before - _FELL_BACK_SECONDS


def mend(now: datetime | None = None) -> int:
    """Put right what is dated in the future of `now`; returns how many conversations stood otherwise for it."""
    now = now or timezone.now()
    limit = now + SKEW
    for model in (Message, Disposition, Consent):
        model._default_manager.filter(heard_at__gt=limit).update(heard_at=now)
    # When they were heard is not known any more: for these the platform's dates decide.
    ahead = Q(first_heard_at__gt=limit) | Q(last_heard_at__gt=limit) | Q(shown_at__gt=limit)
    unknown = Consent.objects.filter(ahead)
    phones = set(unknown.values_list("workspace_id", "phone"))
    unknown.update(first_heard_at=None, last_heard_at=None, shown_at=None)
    Delivery.objects.pending().filter(received_at__gt=limit).update(received_at=now)
    Campaign.objects.filter(confirmed_at__gt=limit).update(confirmed_at=now)
    rows = Conversation.objects.all()
    rows.filter(read_at__gt=limit).update(read_at=now)
    rows.filter(refused_since__gt=limit).update(refused_since=now)
    rows.filter(denied_at__gt=limit).update(denied_at=now)
    marked = set(rows.filter(Q(asked_at__gt=limit) | Q(disproved_through__gt=now)).values_list("id", flat=True))
    for workspace_id, phone in phones:
        of_number = rows.filter(workspace_id=workspace_id, lead__number=phone)
        marked |= set(of_number.values_list("id", flat=True))
    return _refresh(sorted(marked), now)


def _refresh(ids: list[int], now: datetime) -> int:
    changed = 0
    for begin in range(0, len(ids), _AT_ONCE):
        with transaction.atomic():
            part = Conversation.objects.filter(id__among=ids[begin : begin + _AT_ONCE])
            part.filter(Q(asked_at__gt=now + SKEW) | Q(disproved_through__gt=now)).update(
                asked_at=None, disproved_through=None, read_wanted_at=now
            )
            found = summary.refresh(ids[begin : begin + _AT_ONCE])
            Change.record_conversations(sorted((row.pk, row.campaign_id) for row in found))
            changed += len(found)
    if ids:
        logger.warning("our clock was ahead: %d conversations were put right", len(ids))
    return changed
