"""A refusal is not yet a no. Engage may refuse all it has for minutes, while it is deployed or a firewall is wrong.

A conversation that is refused is asked for again by itself, at growing distance. One that Engage has answered for
before is denied only after refusals an hour apart; one that only webhooks named, at once: nobody has vouched for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from engage.mirror import proof, summary
from engage.models import Change, Conversation, Workspace

_ASK_AGAIN_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
_HOURLY = timedelta(hours=1)
# Of what nobody vouched for there may be any number: a webhook about it has it asked for anew.
_UNCONFIRMED_FOR = timedelta(days=2)
DENIED_AFTER = timedelta(hours=1)
# So many known conversations refused within so short a time: that is about Engage, not about each of them.
_MANY = 3
_AT_ONCE = timedelta(minutes=10)
# Longer than that no trouble lasts that is not meant so.
TROUBLE_ENDS_AFTER = timedelta(days=1)


def mark_refused(conversation: Conversation, at: datetime) -> None:
    """Write down that a GET begun at `at` was refused, and when to ask again. Refreshes `conversation` in place."""
    with transaction.atomic():
        row = Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
        before = (row.denied_at, row.refused_since)
        # A moment that is still to come was written by a clock that was wrong.
        row.refused_since = min(row.refused_since or row.denied_at or at, at)
        is_of_many = row.is_confirmed and _note_many(row)
        if row.denied_at is None and _is_lasting(row, at, is_of_many=is_of_many):
            row.denied_at = at
        if row.read_wanted_at is None or not at < row.read_wanted_at <= timezone.now():
            # Else it was wanted while this GET was under way, which may not have seen why.
            row.read_wanted_at = find_next_ask(row.refused_since, at, is_confirmed=row.is_confirmed)
        row.save(update_fields=["denied_at", "refused_since", "read_wanted_at"])
        changed = [row] if before != (row.denied_at, row.refused_since) else []
        if not row.is_confirmed:
            # One that was known before may have lost its key: that says nothing about its texts.
            phones = proof.take_answer(row, [at])
            others = summary.lock_numbers(row.workspace_id, phones, besides=[row.pk])
            changed += summary.refresh_locked([row, *others])
        Change.record_conversations(sorted({(found.pk, found.campaign_id) for found in changed}))
    conversation.refresh_from_db()


def find_next_ask(refused_since: datetime, at: datetime, *, is_confirmed: bool) -> datetime | None:
    """After 1, 5, 15 and 60 minutes, then hourly; None when what was never confirmed has been denied for two days."""
    for distance in _ASK_AGAIN_AFTER:
        if refused_since + distance > at:
            return refused_since + distance
    return at + _HOURLY if is_confirmed or at - refused_since < _UNCONFIRMED_FOR else None


def _is_lasting(row: Conversation, at: datetime, *, is_of_many: bool) -> bool:
    if not row.is_confirmed or row.refused_since is None:
        return True
    return at - row.refused_since >= (TROUBLE_ENDS_AFTER if is_of_many else DENIED_AFTER)


def _note_many(row: Conversation) -> bool:
    """Was it refused together with many that Engage had answered for? Then the workspace says so."""
    since = row.refused_since
    if since is None:
        return False
    known = Conversation.objects.filter(workspace_id=row.workspace_id).exclude(key_fingerprint="")
    together = known.filter(refused_since__gte=since - _AT_ONCE, refused_since__lte=since + _AT_ONCE)
    if together.exclude(pk=row.pk).count() + 1 < _MANY:
        return False
    Workspace.objects.filter(pk=row.workspace_id, refusing_since=None).update(refusing_since=since)
    return True


def note_answered(row: Conversation) -> None:
    """Engage answered for a conversation that it had refused; the caller saves the locked row."""
    if row.refused_since is not None:
        row.refused_since = None
        Workspace.objects.filter(pk=row.workspace_id, refusing_since__isnull=False).update(refusing_since=None)
