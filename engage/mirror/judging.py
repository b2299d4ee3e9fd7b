"""What people read in a text where our list of words is in doubt."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from engage.mirror import summary
from engage.models import Conversation


def take_for_no_opt_out(conversation: Conversation, *, seen_through: datetime) -> datetime | None:
    """A person read the texts up to this time and takes none of them for an opt-out; a later one asks again.

    Returns through when; None, and nothing done, when nothing was in doubt.
    """
    with transaction.atomic():
        # The lock, in the order in which everybody takes it; on SQLite the write transaction is one already.
        row = Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
        if not row.may_be_opt_out or row.last_inbound_at is None:
            return None
        # Never beyond what is there: the next text must be able to ask.
        row.no_opt_out_through = min(seen_through, row.last_inbound_at)
        row.save(update_fields=["no_opt_out_through"])
        summary.refresh_locked([row])
    return row.no_opt_out_through
