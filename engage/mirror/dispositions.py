"""Every disposition a lead was ever seen with is a row; which is current follows from their times."""

from __future__ import annotations

from datetime import datetime

from engage.mirror import bulk
from engage.mirror.merged import Merged
from engage.mirror.observations import clip
from engage.mirror.proof import first_heard
from engage.models import Disposition


def merge_dispositions(merged: list[Merged]) -> None:
    """Fills `new_dispositions` with those that are new, and those that a GET has shown for the first time."""
    stated: dict[tuple[int, datetime, str], tuple[Merged, Disposition]] = {}
    for item in merged:
        for observation in item.observations:
            name = clip(observation.lead.disposition, 300)
            if name:
                row = Disposition(
                    conversation=item.conversation,
                    name=name,
                    chosen_at=observation.chosen_at,
                    is_confirmed=observation.is_read,
                    heard_at=observation.heard_at,
                )
                _, said_before = stated.setdefault((item.conversation.id, row.chosen_at, name), (item, row))
                _confirm(said_before, row)
    if not stated:
        return
    known = Disposition.objects.filter(conversation_id__among={key[0] for key in stated})
    confirmed: list[Disposition] = []
    for known_row in known:
        item_and_row = stated.pop((known_row.conversation_id, known_row.chosen_at, known_row.name), None)
        if item_and_row and _confirm(known_row, item_and_row[1]):
            confirmed.append(known_row)
            item_and_row[0].new_dispositions.append(known_row)
    for item, row in stated.values():
        item.new_dispositions.append(row)
        item.is_changed = True
    bulk.update(confirmed, ("is_confirmed", "heard_at"))
    Disposition.objects.bulk_create(row for _, row in stated.values())


def _confirm(row: Disposition, stated: Disposition) -> bool:
    """Add up two statements of the same disposition; true when the row changed."""
    before = (row.is_confirmed, row.heard_at)
    row.heard_at = first_heard(row, stated)
    row.is_confirmed = row.is_confirmed or stated.is_confirmed
    return before != (row.is_confirmed, row.heard_at)
