"""What only webhooks say. It counts at once, but not for good: Engage itself must show it within the hour.

A webhook is not signed. What two GETs have not shown, both begun an hour or more after it was heard, no longer counts.
Nothing is deleted, and what a later GET shows counts again. Two, since one answer may leave something out. An OptOut
event is not judged so: carriers keep such words out of the thread, and what is in doubt is not texted.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from engage.mirror.merged import Merged
from engage.mirror.observations import EPOCH
from engage.models import Consent, Conversation, Disposition, Message

MUST_SHOW_WITHIN = timedelta(hours=1)
_ASK_AGAIN_AFTER = timedelta(minutes=10)
_OPT_IN_AGAIN_AFTER = timedelta(minutes=1)


def take_answers(merged: Iterable[Merged]) -> set[str]:
    """GETs showed these conversations; returns the numbers whose evidence counts otherwise than before."""
    phones: set[str] = set()
    for item in merged:
        begun = {observation.proven_at for observation in item.observations if observation.is_read}
        if begun:
            phones |= take_answer(item.conversation, begun)
    return phones


def take_answer(row: Conversation, begun: Iterable[datetime]) -> set[str]:
    """GETs begun at these times were answered, be it that Engage knows no such conversation.

    Moves and saves the marks of the locked row, and wants the next GET while something is still not shown. Returns the
    numbers whose evidence counts otherwise than before; to summarise anew is the caller's.
    """
    through_before, asked_before = row.disproved_through, row.asked_at
    # The newest two are kept: whatever the order in which answers come, they end as the same two.
    before = row.disproved_through + MUST_SHOW_WITHIN if row.disproved_through else None
    newest = sorted({moment for moment in (row.asked_at, before, *begun) if moment})[-2:]
    row.asked_at = newest[-1]
    if len(newest) == 2:
        row.disproved_through = newest[0] - MUST_SHOW_WITHIN
    next_at = _find_next(row)
    if next_at and (row.read_wanted_at is None or row.read_wanted_at > next_at):
        row.read_wanted_at = next_at
    row.save(update_fields=["asked_at", "disproved_through", "read_wanted_at"])
    if row.asked_at == asked_before and row.disproved_through == through_before:
        return set()
    return _find_numbers(row, asked_before or EPOCH, through_before or EPOCH)


def _find_numbers(row: Conversation, asked_before: datetime, through_before: datetime) -> set[str]:
    """Of which evidence does not count any more, or does from now on: an OptIn that was answered for."""
    said = Consent.objects.filter(conversation=row)
    moved = Q(kind=Consent.Kind.OPTED_IN, first_heard_at__lte=row.asked_at, first_heard_at__gt=asked_before)
    if row.disproved_through is not None and row.disproved_through != through_before:
        through = (through_before, row.disproved_through)
        moved |= Q(is_confirmed=False, heard_at__gt=through[0], heard_at__lte=through[1])
        if not row.is_confirmed:
            # Denied, all that this lead ever said counts for nothing.
            moved |= Q(pk__isnull=False)
    return set(said.filter(moved).values_list("phone", flat=True))


def _find_next(row: Conversation) -> datetime | None:
    """When to ask again for what the newest GET should have shown, or for an OptIn that it does not answer for yet.

    None when nothing is missed.
    """
    if row.asked_at is not None and _is_opt_in_open(row):
        # The platform's clock is behind ours: its answers count as of a time before the OptIn.
        return timezone.now() + _OPT_IN_AGAIN_AFTER
    texts, chosen = (_missed(rows, row) for rows in (Message.objects.all(), Disposition.objects.all()))
    newest: datetime | None = texts.union(chosen).order_by("-heard_at").first()
    if newest is None or row.asked_at is None:
        return None
    return max(newest + MUST_SHOW_WITHIN, row.asked_at + _ASK_AGAIN_AFTER)


def _is_opt_in_open(row: Conversation) -> bool:
    """Was an OptIn heard lately, after the time as of which the newest answer counts?"""
    lately = max(row.asked_at or EPOCH, timezone.now() - MUST_SHOW_WITHIN)
    return Consent.objects.filter(
        conversation=row, kind=Consent.Kind.OPTED_IN, is_confirmed=False, first_heard_at__gt=lately
    ).exists()


def _missed(rows: QuerySet[Any], row: Conversation) -> QuerySet[Any]:
    missed = rows.filter(
        conversation=row, is_confirmed=False, heard_at__lt=row.asked_at, heard_at__gt=row.disproved_through or EPOCH
    )
    return missed.order_by().values_list("heard_at", flat=True)


def first_heard(row: Message | Disposition, stated: Message | Disposition) -> datetime | None:
    """None once a GET has shown it: then nobody asks since when it was only said."""
    if row.is_confirmed or stated.is_confirmed:
        return None
    return min((at for at in (row.heard_at, stated.heard_at) if at), default=None)
