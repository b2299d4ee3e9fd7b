"""A person stops all texts to a number: at the lead's wish, however it was said, or because a text meant that."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from engage.mirror.consent import find_locks, number_of
from engage.mirror.judging import find_doubts, judge
from engage.mirror.numbers import lock_number, refresh_number
from engage.models import Consent, Conversation
from engage.models.consent import BY_DESK

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class AlreadyStopped(Exception):
    """The number may not be texted anyway."""


def stop_number(conversation: Conversation, *, by: User, reason: str) -> Consent:
    """Lock the number of this conversation, in every campaign; raises AlreadyStopped.

    What the lead wrote here and may have meant so is answered with it. A START of theirs ends it, or a supervisor.
    """
    number = number_of(conversation.lead)
    with transaction.atomic():
        rows = lock_number(conversation)
        if find_locks(conversation.workspace_id, [number]):
            raise AlreadyStopped
        now = timezone.now()
        row = Consent(workspace_id=conversation.workspace_id, phone=number, kind=Consent.Kind.OPTED_OUT, at=now)
        row.evidence, row.first_heard_at, row.tell_from = f"{BY_DESK}{uuid.uuid4().hex}", now, now
        row.by, row.reason, row.conversation = by, reason[:500], conversation
        row.save()
        judge(find_doubts(conversation).here)
        refresh_number(rows)
    return row
