"""A number and all its conversations, in every campaign of the workspace: they open, close and ask together."""

from __future__ import annotations

from collections.abc import Iterable

from engage.mirror import summary
from engage.models import Change, Conversation, Lead


def lock_number(conversation: Conversation) -> list[Conversation]:
    """All with the number of this one, locked by id, which is the order in which everybody takes them.

    Itself alone where the lead has no number.
    """
    lead = conversation.lead
    same_number = Lead.objects.filter(workspace_id=conversation.workspace_id, number=lead.number)
    leads = list(same_number.values_list("id", flat=True)) if lead.number else [lead.pk]
    # On SQLite the write transaction is the lock.
    return list(Conversation.objects.select_for_update(no_key=True).filter(lead_id__in=leads).order_by("id"))


def refresh_number(rows: Iterable[Conversation]) -> None:
    """Summarise the locked rows anew and announce all of them: the thread of each says what became of the number."""
    found = list(rows)
    summary.refresh_locked(found)
    Change.record_conversations([(row.pk, row.campaign_id) for row in found])
