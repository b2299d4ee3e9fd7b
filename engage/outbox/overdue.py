"""What waits longest for a worker, per lane: a worker that lives and does nothing shows here."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, QuerySet
from django.utils import timezone

from engage.models import Command, Conversation, Delivery
from engage.outbox.campaigns.looks import due_looks as due_campaign_looks
from engage.outbox.campaigns.loop import due_changes, due_pauses, due_uploads
from engage.outbox.looks import due_looks
from engage.outbox.loop import due_sends
from engage.outbox.restored import due_held


def oldest_due() -> dict[str, datetime | None]:
    """Lane → since when its longest-waiting work is due; None: nothing is. What waits behind other work is not due."""
    lanes: dict[str, QuerySet[Command]] = {
        "send": due_sends(),
        "look": due_looks(),
        "pause": due_pauses(),
        "change": due_changes(),
        "upload": due_uploads(),
        "campaign_look": due_campaign_looks(),
        "held": due_held(),
    }
    found = {name: due.values_list("due_at", flat=True).first() for name, due in lanes.items()}
    reads = Conversation.objects.due_for_read(timezone.now()).values_list("read_wanted_at", flat=True)
    found["read"] = reads.first()
    found["delivery"] = Delivery.objects.pending().values_list(F("received_at"), flat=True).first()
    return found
