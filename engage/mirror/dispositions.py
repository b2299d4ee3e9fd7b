"""Every disposition a lead was ever seen with is a row; which is current follows from their times."""

from __future__ import annotations

from datetime import datetime

from engage.mirror import bulk
from engage.mirror.merged import Choice, Merged
from engage.mirror.proof import first_heard
from engage.models import Disposition


def merge_dispositions(merged: list[Merged]) -> None:
    """Fills `choices`."""
    stated: dict[tuple[int, datetime, str], tuple[Merged, Disposition]] = {}
    for item in merged:
        for observation in item.observations:
            name = observation.chosen
            if name:
                row = Disposition(
                    conversation=item.conversation,
                    name=name,
                    chosen_at=observation.chosen_at,
                    as_of=observation.chosen_as_of,
                    is_confirmed=observation.is_read,
                    heard_at=observation.heard_at,
                )
                _, said_before = stated.setdefault((item.conversation.id, row.chosen_at, name), (item, row))
                _add_up(said_before, row)
                item.choices.append(Choice(observation, said_before))
    if not stated:
        return
    known = Disposition.objects.filter(conversation_id__among={key[0] for key in stated})
    changed: list[Disposition] = []
    for known_row in known:
        item_and_row = stated.pop((known_row.conversation_id, known_row.chosen_at, known_row.name), None)
        if item_and_row is None:
            continue
        row = item_and_row[1]
        if _add_up(known_row, row):
            changed.append(known_row)
        # Whoever looks at what was chosen sees what is known of it.
        row.is_confirmed, row.heard_at, row.as_of = known_row.is_confirmed, known_row.heard_at, known_row.as_of
    for item, _ in stated.values():
        item.is_changed = True
    bulk.update(changed, ("is_confirmed", "heard_at", "as_of"))
    Disposition.objects.bulk_create(row for _, row in stated.values())


def _add_up(row: Disposition, stated: Disposition) -> bool:
    """Add up two statements of the same disposition; true when the row changed."""
    before = (row.is_confirmed, row.heard_at, row.as_of)
    row.heard_at = first_heard(row, stated)
    row.is_confirmed = row.is_confirmed or stated.is_confirmed
    row.as_of = min((at for at in (row.as_of, stated.as_of) if at), default=None)
    return before != (row.is_confirmed, row.heard_at, row.as_of)
