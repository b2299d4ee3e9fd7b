"""What people do at the desk. Each is one transaction: the fact, its line in the thread, the change for every page."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from console.accounts.people import name_of
from console.accounts.scope import Scope
from console.inbox.models import Assignment, DeskEvent
from engage.models import Change, Command, Conversation
from engage.outbox import enqueue

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NotAsAsked(Exception):
    """The desk refuses; the message is for the person who asked."""


class WorkedBySomebodyElse(NotAsAsked):
    """Another agent works this conversation; replying needs to take it over."""

    def __init__(self, agent: User) -> None:
        super().__init__(f"{name_of(agent)} works this conversation.")
        self.agent = agent


class NotAssigned(NotAsAsked):
    """There is nothing to release, or it is somebody else's by now."""


class OutOfReach(NotAsAsked):
    """The colleague may not see this campaign."""


class NeedsConfirmation(NotAsAsked):
    """This disposition also locks the number, everywhere; it wants a second word."""


def claim(*, conversation: Conversation, by: User) -> None:
    """Raises WorkedBySomebodyElse; of two at once exactly one wins."""
    with transaction.atomic():
        _claim(conversation, by)


def release(*, conversation: Conversation, by: User, may_act_for_others: bool = False) -> None:
    """Raises NotAssigned."""
    held = Assignment.objects.filter(conversation=conversation)
    if not may_act_for_others:
        held = held.filter(agent=by)
    with transaction.atomic():
        deleted, _ = held.delete()
        if not deleted:
            raise NotAssigned("Nobody works this conversation any more.")
        _record(conversation, DeskEvent.Kind.RELEASED, by=by)


def assign(*, conversation: Conversation, to: User, by: User) -> None:
    """Give it to a colleague, whoever has it now; raises OutOfReach."""
    campaign_ids = Scope.of(to).campaign_ids
    if not to.is_active or (campaign_ids is not None and conversation.campaign_id not in campaign_ids):
        raise OutOfReach(f"{name_of(to)} may not see this campaign.")
    with transaction.atomic():
        Assignment.objects.update_or_create(conversation=conversation, defaults={"agent": to})
        _record(conversation, DeskEvent.Kind.ASSIGNED, by=by, to=to)


def send_reply(
    *,
    conversation: Conversation,
    text: str,
    by: User,
    key: uuid.UUID,
    seen_through: datetime | None,
    take_over: bool = False,
) -> Command:
    """Queue the reply; who answers works the conversation. Raises WorkedBySomebodyElse and the outbox's refusals."""
    with transaction.atomic():
        if take_over:
            _take_over(conversation, by)
        else:
            _claim(conversation, by)
        return enqueue.enqueue_reply(conversation=conversation, text=text, by=by, key=key, seen_through=seen_through)


def choose_disposition(
    *, conversation: Conversation, name: str, by: User, key: uuid.UUID, is_confirmed: bool = False
) -> Command:
    """Queue the disposition; raises NeedsConfirmation and the refusals of the outbox."""
    entry = conversation.find_disposition(name)
    if entry and entry.get("doNotContact") and not is_confirmed:
        raise NeedsConfirmation(f"“{name}” also stops all texts to this number, in every campaign.")
    return enqueue.enqueue_disposition(conversation=conversation, name=name, by=by, key=key)


def _claim(conversation: Conversation, by: User) -> None:
    assignment, is_new = Assignment.objects.select_related("agent").get_or_create(
        conversation=conversation, defaults={"agent": by}
    )
    if assignment.agent_id != by.id:
        raise WorkedBySomebodyElse(assignment.agent)
    if is_new:
        _record(conversation, DeskEvent.Kind.CLAIMED, by=by)


def _take_over(conversation: Conversation, by: User) -> None:
    assignment, is_new = Assignment.objects.get_or_create(conversation=conversation, defaults={"agent": by})
    if is_new or assignment.agent_id != by.id:
        Assignment.objects.filter(id=assignment.id).update(agent=by)
        _record(conversation, DeskEvent.Kind.CLAIMED, by=by)


def _record(conversation: Conversation, kind: DeskEvent.Kind, *, by: User, to: User | None = None) -> None:
    DeskEvent.objects.create(conversation=conversation, kind=kind, by=by, to=to)
    Change.record_conversations([(conversation.id, conversation.campaign_id)])
