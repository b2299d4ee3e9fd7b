"""What people do at the desk. Each is one transaction: the fact, its line in the thread, the change for every page, and
one entry in the audit trail.

The trail holds no words of anybody, and no name of a lead: it can never be deleted, they must be. They stand in the
rows that an entry names, for as long as those are kept.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from console.accounts.people import name_of
from console.accounts.scope import Scope
from console.audit import trail
from console.inbox import choices
from console.inbox.models import Assignment, DeskEvent
from engage.mirror import judging, lifting, stopping
from engage.mirror.platform import Widget, find_widget
from engage.models import Change, Command, Conversation
from engage.outbox import enqueue

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet


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


class NothingInDoubt(NotAsAsked):
    """No text of theirs asks for a person's judgement, or no longer."""


class StoppedAlready(NotAsAsked):
    """The number may not be texted anyway."""


class LocksMoved(NotAsAsked):
    """Something was said about the number since the person looked, or somebody else lifted it."""


class NoWidget(NotAsAsked):
    """There is no page to open: the platform has not vouched for the key, or denies the conversation."""


class NeedsConfirmation(NotAsAsked):
    """This disposition also locks the number, everywhere; it wants a second word."""


def claim(*, conversation: Conversation, by: User, seen_through: int | None = None) -> None:
    """Raises WorkedBySomebodyElse; of two at once exactly one wins. And NewerMessage, as a reply does."""
    with transaction.atomic():
        if _claim(conversation, by):
            enqueue.check_seen(conversation=conversation, seen_through=seen_through)
            record(conversation, "claimed conversation", by=by, after={"agent": by.get_username()})


def release(
    *, conversation: Conversation, by: User, seen_through: int | None = None, may_act_for_others: bool = False
) -> None:
    """Raises NotAssigned. And NewerMessage: nobody lets go, or hands over, what they have not read."""
    held = Assignment.objects.filter(conversation=conversation)
    if not may_act_for_others:
        held = held.filter(agent=by)
    with transaction.atomic():
        agent = held.values_list("agent__username", flat=True).first()
        deleted, _ = held.delete()
        if not deleted:
            raise NotAssigned("Nobody works this conversation any more.")
        enqueue.check_seen(conversation=conversation, seen_through=seen_through)
        _tell(conversation, DeskEvent.Kind.RELEASED, by=by)
        record(conversation, "released conversation", by=by, before={"agent": agent})


def let_go(agent: User, by: User | None) -> int:
    """Release what somebody cannot work any more: switched off, or without the campaign. Returns how many.

    `by`: None where nobody did it here, and it was only found to be so.
    """
    # Permissions are kept on the object once they were asked for.
    agent = type(agent)._default_manager.get(pk=agent.pk)
    campaign_ids = Scope.of(agent).campaign_ids
    if campaign_ids is None:
        return 0
    held = Assignment.objects.filter(agent=agent).exclude(conversation__campaign_id__in=campaign_ids)
    return _release_all(held, agent=agent, by=by)


def let_go_orphans() -> int:
    """Release what people held whose account is deleted. Returns how many."""
    return _release_all(Assignment.objects.filter(agent=None), agent=None, by=None)


def _release_all(held: QuerySet[Assignment], *, agent: User | None, by: User | None) -> int:
    released = 0
    found = list(held.select_related("conversation__campaign").order_by("conversation_id"))
    if not found:
        return released
    with transaction.atomic():
        for row in found:
            if Assignment.objects.filter(pk=row.pk, agent=agent).delete()[0]:
                _tell(row.conversation, DeskEvent.Kind.RELEASED if by else DeskEvent.Kind.LEFT, by=by or agent)
                before = {"agent": agent.get_username() if agent else None}
                record(row.conversation, "released conversation", by=by, before=before)
                released += 1
    return released


def assign(*, conversation: Conversation, to: User, by: User, seen_through: int | None = None) -> None:
    """Give it to a colleague, whoever has it now; raises OutOfReach, and NewerMessage as `release` does."""
    campaign_ids = Scope.of(to).campaign_ids
    if not to.is_active or (campaign_ids is not None and conversation.campaign_id not in campaign_ids):
        raise OutOfReach(f"{name_of(to)} may not see this campaign.")
    with transaction.atomic():
        enqueue.check_seen(conversation=conversation, seen_through=seen_through)
        before = _agent_of(conversation)
        Assignment.objects.update_or_create(conversation=conversation, defaults={"agent": to})
        _tell(conversation, DeskEvent.Kind.ASSIGNED, by=by, to=to)
        record(conversation, "assigned conversation", by=by, before=before, after={"agent": to.get_username()})


def send_reply(
    *,
    conversation: Conversation,
    text: str,
    by: User,
    key: uuid.UUID,
    seen_through: int | None,
    take_over: bool = False,
) -> Command:
    """Queue the reply; who answers works the conversation. Raises WorkedBySomebodyElse and the outbox's refusals."""
    with transaction.atomic():
        before = _take_over(conversation, by) if take_over else {}
        is_claimed = bool(before) if take_over else _claim(conversation, by)
        command = enqueue.enqueue_reply(conversation=conversation, text=text, by=by, key=key, seen_through=seen_through)
        if not command.is_repeated:
            # One entry for both: a reply is what everybody waits for.
            after = {"command": command.pk} | ({"agent": by.get_username()} if is_claimed else {})
            record(conversation, "wrote reply", by=by, before=before, after=after)
    return command


def choose_disposition(
    *,
    conversation: Conversation,
    name: str,
    by: User,
    key: uuid.UUID,
    seen_through: int | None = None,
    is_confirmed: bool = False,
) -> Command:
    """Queue the disposition, named as the platform does or as `choices.posted_as` says it.

    Raises NeedsConfirmation and the refusals of the outbox.
    """
    name = choices.name_of(conversation, name)
    entry = conversation.find_disposition(name)
    if entry and entry.get("doNotContact") and not is_confirmed:
        notes = [choice.note for choice in choices.choices_of(conversation) if choice.name == name and choice.note]
        words = f"“{name}” also stops all texts to this number, in every campaign."
        raise NeedsConfirmation(" ".join([words, *notes]))
    with transaction.atomic():
        command = enqueue.enqueue_disposition(
            conversation=conversation, name=name, by=by, key=key, seen_through=seen_through
        )
        if not command.is_repeated:
            before = {"disposition": conversation.disposition} if conversation.disposition else {}
            after = {"command": command.pk, "disposition": name}
            record(conversation, "chose disposition", by=by, before=before, after=after)
    return command


def deny_opt_out(*, conversation: Conversation, by: User, doubt: str) -> None:
    """The texts that the mark stands for do not mean that they want no more. Raises NothingInDoubt."""
    with transaction.atomic():
        judged = judging.take_for_no_opt_out(conversation, mark=doubt)
        if not judged:
            raise NothingInDoubt("This was answered already, or they wrote again. Look at it again.")
        _tell(conversation, DeskEvent.Kind.NO_OPT_OUT, by=by)
        record(conversation, "denied opt-out", by=by, after={"texts": [row.pk for row in judged]})


def stop_texts(*, conversation: Conversation, by: User, reason: str) -> None:
    """No more texts to this number, in any campaign; answers what may be an opt-out, too. Raises StoppedAlready."""
    try:
        with transaction.atomic():
            row = stopping.stop_number(conversation, by=by, reason=reason)
            record(conversation, "stopped all texts", by=by, after={"evidence": [row.pk]})
    except stopping.AlreadyStopped:
        raise StoppedAlready("This number may not be texted anyway.") from None


def lift_locks(*, conversation: Conversation, mark: str, by: User, reason: str) -> None:
    """The number may be texted again, until somebody says stop again. Raises LocksMoved."""
    try:
        with transaction.atomic():
            ended = lifting.lift_number(conversation, mark=mark, by=by, reason=reason)
            record(conversation, "lifted lock", by=by, after={"evidence": [row.pk for row in ended]})
    except lifting.LocksChanged:
        raise LocksMoved("What locks this number has changed. Look at it again.") from None


def lift_opt_outs(*, found: list[lifting.Unshown], by: User, reason: str) -> int:
    """End these opt-outs that Engage does not show; returns how many."""
    with transaction.atomic():
        for item in found:
            record(item.conversation, "lifted opt-out", by=by, after={"evidence": [item.consent.pk]})
        return lifting.lift_events(found, by=by, reason=reason)


def open_widget(*, conversation: Conversation, by: User) -> Widget:
    """The platform's own page, where our guards do not hold: who opened it is written down. Raises NoWidget."""
    widget = find_widget(conversation)
    if widget is None:
        raise NoWidget("Engage does not know this conversation, or has not answered for it yet.")
    record(conversation, "opened in Engage", by=by)
    return widget


def record(
    conversation: Conversation,
    action: str,
    *,
    by: User | None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """One entry about a conversation, which is known by its number."""
    trail.record(
        by=by,
        action=action,
        subject=str(conversation),
        campaign=conversation.campaign,
        conversation=conversation,
        before=before,
        after=after,
    )


def _claim(conversation: Conversation, by: User) -> bool:
    """False when it was theirs before."""
    assignment, is_new = Assignment.objects.select_related("agent").get_or_create(
        conversation=conversation, defaults={"agent": by}
    )
    if assignment.agent_id != by.id:
        if assignment.agent is not None and _holds(assignment.agent, conversation):
            raise WorkedBySomebodyElse(assignment.agent)
        # Of two who take it over at once one finds it changed.
        held = Assignment.objects.filter(pk=assignment.pk, agent=assignment.agent)
        is_new = bool(held.update(agent=by, since=timezone.now()))
        if not is_new:
            return _claim(conversation, by)
    if is_new:
        _tell(conversation, DeskEvent.Kind.CLAIMED, by=by)
    return is_new


def _holds(agent: User, conversation: Conversation) -> bool:
    """Who is switched off, or may not see the campaign any more, works nothing there."""
    campaign_ids = Scope.of(agent).campaign_ids
    return campaign_ids is None or conversation.campaign_id in campaign_ids


def _take_over(conversation: Conversation, by: User) -> dict[str, Any]:
    """Who worked it before; nothing when it was theirs already."""
    before = _agent_of(conversation)
    if before.get("agent") == by.get_username():
        return {}
    Assignment.objects.update_or_create(conversation=conversation, defaults={"agent": by})
    _tell(conversation, DeskEvent.Kind.CLAIMED, by=by)
    return before


def _agent_of(conversation: Conversation) -> dict[str, Any]:
    worked = Assignment.objects.filter(conversation=conversation)
    return {"agent": worked.values_list("agent__username", flat=True).first()}


def _tell(conversation: Conversation, kind: DeskEvent.Kind, *, by: User | None, to: User | None = None) -> None:
    DeskEvent.objects.create(conversation=conversation, kind=kind, by=by, to=to)
    Change.record_conversations([(conversation.id, conversation.campaign_id)])
