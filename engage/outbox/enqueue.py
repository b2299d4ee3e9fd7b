"""Taking what people want done: one row per wish, committed before anything leaves."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from engage.mirror import summary
from engage.models import Command, Conversation
from engage.outbox import dispositions, guards, unseen
from engage.outbox.refusals import KeyTaken, NotConfirmed, UnknownDisposition
from engage.outbox.transitions import announce, lock

logger = logging.getLogger(__name__)

# A disposition is as right an hour later, and a newer one takes its place anyway.
DISPOSITION_EXPIRES_AFTER = timedelta(hours=1)
# What a newer disposition replaces: all but one whose bytes are leaving right now, and those that are settled.
_REPLACED = (*Command.WAITING, Command.State.HELD, Command.State.PREFLIGHT, *Command.WATCHED)


def enqueue_reply(
    *, conversation: Conversation, text: str, by: User, key: uuid.UUID, seen_through: int | None
) -> Command:
    """Queue a reply; the same key again returns the same row.

    `seen_through`: id of the text heard last of those the agent had seen; None: nobody asks whether more came.
    Raises BlankText, TextTooLong, OptedOut, InDoubt, OutsideWindow, NotConfirmed, NewerMessage, KeyTaken.
    """
    text = guards.clean_text(text)
    wish = Command(kind=Command.Kind.REPLY, key=key, text=text, created_by=by)
    if earlier := _find_same(wish, conversation):
        return earlier
    now = timezone.now()
    try:
        with transaction.atomic():
            lock(conversation.pk)
            current = _load(conversation)
            guards.check_reply(current, now)
            wish.seen_through = unseen.check(current, seen_through)
            wish.expires_at = reply_expires_at(now)
            _insert(wish, current)
            # Answered from now on, not only once the platform shows it.
            summary.refresh([current.pk])
    except IntegrityError:
        # The second of two clicks: by now the row of the first is committed.
        return _find_same(wish, conversation) or _raise_key_taken()
    return wish


def reply_expires_at(now: datetime) -> datetime:
    return now + timedelta(minutes=settings.REPLY_EXPIRES_AFTER_MINUTES)


def enqueue_disposition(
    *,
    conversation: Conversation,
    name: str,
    by: User | None,
    key: uuid.UUID,
    seen_through: int | None = None,
    good_for: timedelta = DISPOSITION_EXPIRES_AFTER,
) -> Command:
    """Queue a disposition in place of every earlier one that is not settled; the same key again returns the same row.

    `by`: None where the console itself chooses. `seen_through`: as for a reply. Raises UnknownDisposition,
    NotConfirmed, NewerMessage, KeyTaken.
    """
    wish = Command(kind=Command.Kind.DISPOSITION, key=key, text=name, created_by=by)
    wish.details = {} if by else {"by_console": True}
    if earlier := _find_same(wish, conversation):
        return earlier
    try:
        with transaction.atomic():
            lock(conversation.pk)
            current = _load(conversation)
            if current.find_disposition(name) is None:
                raise UnknownDisposition(name)
            if current.denied_at or not (current.key_fingerprint or current.offered_key_fingerprint):
                raise NotConfirmed
            wish.seen_through = unseen.check(current, seen_through, message=unseen.BEFORE_FINISHING)
            _replace_earlier(current, name)
            wish.expires_at = timezone.now() + good_for
            _insert(wish, current)
    except IntegrityError:
        return _find_same(wish, conversation) or _raise_key_taken()
    return wish


def check_seen(*, conversation: Conversation, seen_through: int | None) -> None:
    """For what is done at the desk alone, and leaves nothing here; raises NewerMessage. In the caller's transaction."""
    unseen.check_now(conversation, seen_through, message=unseen.BEFORE_HANDING_OVER)


def _load(conversation: Conversation) -> Conversation:
    """The row as it is now: what a page holds may be old, or not all of it."""
    return Conversation.objects.select_related("lead").get(pk=conversation.pk)


def _insert(wish: Command, conversation: Conversation) -> None:
    wish.workspace_id = conversation.workspace_id
    wish.conversation = conversation
    wish.save(force_insert=True)
    logger.info("%s was asked for", wish)
    announce(wish)


def _replace_earlier(conversation: Conversation, name: str) -> None:
    earlier = Command.objects.dispositions().filter(conversation_id=conversation.pk, state__in=_REPLACED)
    for command in earlier.select_related("conversation").prefetch_related("attempts").order_by("id"):
        # One that a dispatcher took a moment ago finds the newer one by itself.
        dispositions.replace(command, name)


def _find_same(wish: Command, conversation: Conversation) -> Command | None:
    """The row with this key; raises KeyTaken unless it is this very wish."""
    row = Command.objects.filter(key=wish.key).first()
    if row is None:
        return None
    is_same = (row.kind, row.conversation_id, row.created_by_id, row.text)
    if is_same != (wish.kind, conversation.pk, wish.created_by_id, wish.text):
        raise KeyTaken
    row.is_repeated = True
    return row


def _raise_key_taken() -> Command:
    raise KeyTaken
