"""Opt-outs that the platform does not know of are told to it, each once; where that cannot be, a person is asked.

The platform acts on the bare word STOP alone, and its broadcasts go on to who said it otherwise, or to an agent. What
it does act on are dispositions that mean do not contact, so the conversation's own one is chosen, by a command like any
other. A lock is taken up once, by a row that only one worker can make; what was taken up is never sent again.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import Error, transaction
from django.db.models import Q
from django.utils import timezone

from engage import witness
from engage.mirror.numbers import lock_number
from engage.mirror.reading import want_read_soon
from engage.mirror.untold import find_telling_disposition, is_known_there, locks_beside
from engage.models import Change, Command, Consent, Conversation, Telling
from engage.outbox import guards
from engage.outbox.aside import database_answers
from engage.outbox.enqueue import enqueue_disposition
from engage.outbox.lanes import describe
from engage.outbox.refusals import Refused

logger = logging.getLogger(__name__)

State = Telling.State

OFF: Final = "The console does not choose dispositions by itself in this workspace."
# An outcome that Engage shows of a conversation is not replaced by itself for what was said so long ago.
_LONG_AGO: Final = timedelta(days=7)
# As long as Engage may be away over a weekend's night; it is no less right then.
_GOOD_FOR: Final = timedelta(hours=24)
# What only a webhook said is told once a GET shows it; asked for at first often, then now and then, then no more.
_CONFIRMED_SOON: Final = timedelta(minutes=1)
_CONFIRMED_LATE: Final = timedelta(hours=1)
_CONFIRMED_WITHIN: Final = timedelta(days=7)
_LOOK_EVERY: Final = timedelta(seconds=5)
# Where a person is asked, little happens by itself. The thread that begins the sends is kept no longer than a moment.
_LOOK_AT_ASKED_EVERY: Final = timedelta(minutes=1)
_LOOKS_FOR: Final = 0.1
_AGAIN_AFTER: Final = timedelta(seconds=30)
_AT_ONCE: Final = 50
_KEYS: Final = uuid.UUID("5f9a2a86-7c0e-4a5e-9b3c-1d6f0c2e8a47")


def tell_due(now: datetime | None = None) -> None:
    """Take up what is due, and look what became of what was."""
    now = now or timezone.now()
    due = Consent.objects.filter(tell_from__lte=now).order_by("tell_from", "id")
    for consent_id in list(due.values_list("id", flat=True)[:_AT_ONCE]):
        later = partial(Consent.objects.filter(pk=consent_id, tell_from__lte=now).update, tell_from=now + _AGAIN_AFTER)
        _alone(f"the telling of opt-out {consent_id}", partial(_take_up, consent_id, now), later)
    # One looked at in the future was looked at by a clock that was ahead.
    stale = Q(looked_at__lte=now - _LOOK_AT_ASKED_EVERY) | Q(looked_at__gt=now + _AGAIN_AFTER)
    stale |= Q(looked_at__lte=now - _LOOK_EVERY, state=State.ON_ITS_WAY)
    until = time.monotonic() + _LOOKS_FOR
    looked = Telling.objects.open().filter(stale).order_by("looked_at", "id")
    for telling_id in list(looked.values_list("id", flat=True)[:_AT_ONCE]):
        later = partial(Telling.objects.filter(pk=telling_id).update, looked_at=now + _AGAIN_AFTER)
        _alone(f"telling {telling_id}", partial(_look_again, telling_id, now), later)
        if time.monotonic() >= until:
            # The others are the longest unseen at the next round.
            break


def _alone(what: str, step: Callable[[], None], put_off: Callable[[], object]) -> None:
    """What cannot be handled comes back later, and its neighbours go on. Raises when the database is away."""
    try:
        step()
    except Exception as error:
        if isinstance(error, Error) and not database_answers():
            raise
        logger.error("%s is set aside for now: %s", what, describe(error))
        put_off()


def _take_up(consent_id: int, now: datetime) -> None:
    with transaction.atomic():
        consent = Consent.objects.select_related("conversation__lead", "workspace").get(pk=consent_id)
        conversation = consent.conversation
        if conversation is None:
            _put_off(consent, None)
            return
        # Two workers, or two opt-outs of one number: one after the other.
        lock_number(conversation)
        locks = locks_beside(consent)
        is_standing = consent.pk in {row.pk for row in locks}
        if not consent.is_by_desk and not consent.is_confirmed:
            _await_confirmation(consent, conversation, now)
            return
        if is_standing and not is_known_there(locks) and guards.pending_lock(conversation):
            # Somebody has chosen a disposition that will tell it.
            _put_off(consent, now + _LOOK_EVERY)
            return
        if not _put_off(consent, None):
            return
        telling = Telling(consent=consent, conversation=conversation, looked_at=now, state_since=now)
        if not is_standing:
            telling.state = State.ENDED
        elif is_known_there([row for row in locks if row.pk != consent.pk]):
            telling.state = State.KNOWN
        elif Telling.objects.filter(consent__in=[row.pk for row in locks]).exists():
            telling.state = State.COVERED
        else:
            _tell(telling)
        telling.save()
        _announce(conversation)


def _put_off(consent: Consent, until: datetime | None) -> bool:
    """False when somebody else has taken it up."""
    row = Consent.objects.filter(pk=consent.pk, tell_from=consent.tell_from)
    return bool(row.update(tell_from=until))


def _await_confirmation(consent: Consent, conversation: Conversation, now: datetime) -> None:
    """Nobody vouches for a webhook: what it says locks here, and is told to nobody before a GET shows it."""
    age = now - (consent.first_heard_at or consent.recorded_at)
    if age > _CONFIRMED_WITHIN:
        _put_off(consent, None)
        return
    if conversation.denied_at is None:
        want_read_soon(conversation, now)
    _put_off(consent, now + (_CONFIRMED_SOON if age < _CONFIRMED_LATE else _CONFIRMED_LATE))


def _tell(telling: Telling) -> None:
    """Ask for the disposition, or a person. Inside the transaction that takes it up: both or neither."""
    name, telling.reason = find_telling_disposition(telling.conversation)
    if not telling.consent.workspace.tells_engage:
        name, telling.reason = "", OFF
    elif name and telling.conversation.disposition and telling.consent.at < timezone.now() - _LONG_AGO:
        closed_as = telling.conversation.disposition[:100]
        name, telling.reason = "", f"Engage shows “{closed_as}”, and the opt-out is old: somebody has to choose."
    if name:
        try:
            telling.command = enqueue_disposition(
                conversation=telling.conversation,
                name=name,
                by=None,
                # The same lock is the same wish, whatever becomes of our own rows.
                key=uuid.uuid5(_KEYS, f"{telling.consent.workspace_id} {telling.consent.phone} {telling.consent_id}"),
                good_for=_GOOD_FOR,
            )
        except Refused as refusal:
            telling.reason = refusal.message[:300]
    telling.state = State.ON_ITS_WAY if telling.command else State.NEEDS_DECISION
    if telling.command and not telling.command.is_repeated:
        witness.tell_of(telling.conversation, "chose disposition", command=telling.command.pk, disposition=name)


def _look_again(telling_id: int, now: datetime) -> None:
    with transaction.atomic():
        telling = Telling.objects.select_related(
            "consent__workspace", "conversation__lead", "conversation__campaign", "command"
        ).get(pk=telling_id)
        lock_number(telling.conversation)
        if telling.state not in Telling.OPEN:
            return
        before = (telling.state, telling.reason)
        _judge(telling)
        if before != (telling.state, telling.reason):
            telling.state_since = now
        row = Telling.objects.filter(pk=telling.pk, state=before[0], looked_at=telling.looked_at)
        changed = {"state": telling.state, "reason": telling.reason, "state_since": telling.state_since}
        if not row.update(**changed, command=telling.command, looked_at=now):
            # Answered, or looked at by another worker, this very moment: whatever was asked for goes back with it.
            transaction.set_rollback(True)
            return
        if before != (telling.state, telling.reason):
            _announce(telling.conversation)


def _judge(telling: Telling) -> None:
    locks = locks_beside(telling.consent)
    command = telling.command
    if telling.consent_id not in {row.pk for row in locks}:
        telling.state, telling.reason = State.ENDED, ""
    elif is_known_there(locks) or (command is not None and command.state == Command.State.CONFIRMED):
        telling.state, telling.reason = State.KNOWN, ""
    elif command is None:
        # Nothing was ever sent for it, and what stood against that may be over.
        _tell(telling)
    elif command.is_settled:
        words = f"“{command.text[:100]}”: {command.get_state_display()}. {command.reason}".strip()
        telling.state, telling.reason = State.NEEDS_DECISION, words[:300]


def _announce(conversation: Conversation) -> None:
    Change.record_conversations([(conversation.pk, conversation.campaign_id)])
