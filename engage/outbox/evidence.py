"""Replies whose fate is open, held against what the mirror shows of their conversation."""

from __future__ import annotations

import logging
import time
from datetime import datetime

from django.db import IntegrityError
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from engage.mirror.observations import EPOCH
from engage.models import Attempt, Command, Conversation, Message
from engage.outbox.aside import database_answers
from engage.outbox.attempts import MAY_HAVE_ARRIVED, describe, may_have_arrived, posted_at, traces
from engage.outbox.lanes import describe as describe_error
from engage.outbox.matching import Match, Posted, Seen, Verdict, match
from engage.outbox.pace import DEFAULT_PACE, Pace
from engage.outbox.transitions import State, move

logger = logging.getLogger(__name__)

SEEN_TWICE = "Seen twice at Engage."
ARRIVED_LATE = "Arrived late."
NOTES_UNREADABLE = "What was noted here before it was sent cannot be read, so nobody can tell whether it arrived."
# A new worker has everything to match, on the thread that begins the sends: what is left is matched at the next poll.
_MATCHES_FOR = 0.1


def watched_replies() -> QuerySet[Command]:
    """Replies that a text at the platform may turn out to be; also those a person vouched for, sends or sent again."""
    vouched_for_or_sent_again = Q(state=State.CONFIRMED)
    refused = Q(outcome=Attempt.Outcome.NOT_SENT, http_status__isnull=False)
    tries = Attempt.objects.filter(refused | Q(outcome__in=MAY_HAVE_ARRIVED), command=OuterRef("pk"))
    again = Q(Exists(tries), state__in=(*Command.WAITING, State.PREFLIGHT, State.HELD))
    open_ended = Q(state__in=Command.WATCHED) | vouched_for_or_sent_again | again
    return Command.objects.replies().filter(open_ended, due_at__isnull=False)


def settle(conversation_id: int, pace: Pace = DEFAULT_PACE, *, refused: int = 0) -> set[int]:
    """Settle every reply of the conversation that the mirror shows by now; returns the ids of those that moved.

    `refused`: the one whose POST has just been answered with a refusal.
    """
    # One that is being sent this moment is not settled here, but its text must not pass for another reply's.
    sending = Command.objects.replies().filter(state=State.SENDING)
    rows = list(_load(watched_replies() | sending, conversation_id))
    watched = {row.pk: row for row in rows if row.state != State.SENDING or row.pk == refused}
    if not watched:
        return set()
    conversation = rows[0].conversation
    posted = [said for command in rows if (said := _describe(command, pace)) is not None]
    if conversation is None or not posted:
        return set()
    found = match(posted, _read_texts(conversation))
    return {
        command_id
        for command_id in watched.keys() & found.keys()
        if _apply(watched[command_id], found[command_id], pace)
    }


def _describe(command: Command, pace: Pace) -> Posted | None:
    """None for one that never left, and for one whose baseline nobody can read: a person looks at that one."""
    tries = traces(command)
    if not tries:
        return None
    try:
        return describe(command, tries)
    except (AttributeError, TypeError, ValueError):
        logger.error("%s: what was noted before it was sent cannot be read", command)
        if command.state != State.SENDING and not command.needs_decision and not command.is_settled:
            move(command, State.UNCONFIRMED, reason=NOTES_UNREADABLE)
        return None


def _load(commands: QuerySet[Command], conversation_id: int) -> QuerySet[Command]:
    of_conversation = commands.filter(conversation_id=conversation_id)
    return of_conversation.select_related("conversation__lead").prefetch_related("attempts")


def _read_texts(conversation: Conversation) -> list[Seen]:
    """Texts to the lead that a GET has shown: a webhook is not signed, so nothing is proven by one."""
    undated = {EPOCH, conversation.lead.sent_at}
    rows = conversation.messages.outbound().filter(is_confirmed=True, command=None)
    return [
        Seen(pk, remote_id, text, sent_at, is_undated=sent_at in undated)
        for pk, remote_id, text, sent_at in rows.values_list("pk", "remote_id", "text", "sent_at")
    ]


def _apply(command: Command, found: Match, pace: Pace) -> bool:
    try:
        if found.verdict is not Verdict.ALIKE:
            look_at = _watch_on(command, found, pace)
            return move(
                command, State.CONFIRMED, message_id=found.message_id, reason=_reason(command, found), due_at=look_at
            )
        is_about_to_be_repeated = command.state in (*Command.WAITING, State.PREFLIGHT) and not may_have_arrived(command)
        if is_about_to_be_repeated or command.state in (
            State.ACCEPTED,
            State.CHECKING,
            State.UNCONFIRMED,
            State.HELD,
        ):
            look_at = pace.next_look(posted_at(traces(command)[-1]), timezone.now())
            return move(command, State.PROBABLE, message_id=found.message_id, due_at=look_at)
    except IntegrityError:
        # Another worker has just given this text to another reply; the next look sees what is left.
        return False
    return False


def _watch_on(command: Command, found: Match, pace: Pace) -> datetime | None:
    """What was sent again may have been late the first time: then it will be there twice, and people should know."""
    tries = may_have_arrived(command)
    if found.verdict is Verdict.TWICE or len(tries) < 2:
        return None
    return pace.next_look(posted_at(tries[-1]), timezone.now())


def _reason(command: Command, found: Match) -> str:
    if found.verdict is Verdict.TWICE:
        return SEEN_TWICE
    if command.state == State.CONFIRMED:
        return command.reason
    is_on_time = command.state in (State.ACCEPTED, State.CHECKING, State.PROBABLE)
    return "" if is_on_time else ARRIVED_LATE


class Sightings:
    """Finds conversations whose texts changed since they were last held against the replies still open there."""

    def __init__(self, *, seconds: float = _MATCHES_FOR) -> None:
        """`seconds`: it stops after so many, and goes on where it was when it is called again."""
        self._seconds = seconds
        # Matched longest ago first.
        self._known: dict[int, tuple[int, int]] = {}

    def match_changed(self, pace: Pace = DEFAULT_PACE) -> None:
        """One cheap query while nothing changes: only conversations with open replies are looked at."""
        present = self._read()
        known = {conversation_id: state for conversation_id, state in self._known.items() if conversation_id in present}
        never = [conversation_id for conversation_id in present if conversation_id not in known]
        changed = [conversation_id for conversation_id, state in known.items() if present[conversation_id] != state]
        ends_at = time.monotonic() + self._seconds
        for conversation_id in (*never, *changed):
            try:
                match_pending(conversation_id, pace)
            except Exception as error:
                # Looked at again when something changes there; the others are not to wait for it.
                if not database_answers():
                    raise
                logger.error("conversation %s could not be matched: %s", conversation_id, describe_error(error))
            known.pop(conversation_id, None)
            known[conversation_id] = present[conversation_id]
            if time.monotonic() > ends_at:
                break
        self._known = known

    def _read(self) -> dict[int, tuple[int, int]]:
        texts = Message.objects.outbound().filter(
            conversation_id__in=watched_replies().values("conversation_id"), command=None
        )
        grouped = texts.order_by().values("conversation_id")
        rows = grouped.annotate(newest=Max("id"), confirmed=Count("id", filter=Q(is_confirmed=True)))
        return {row["conversation_id"]: (row["newest"], row["confirmed"]) for row in rows}


def match_pending(conversation_id: int, pace: Pace = DEFAULT_PACE) -> None:
    """The mirror of it changed: settle what it shows, and look at once at what only a webhook says."""
    settle(conversation_id, pace)
    unproven = Message.objects.outbound().filter(conversation_id=conversation_id, command=None, is_confirmed=False)
    if unproven.exists():
        now = timezone.now()
        watched = Command.objects.replies().filter(conversation_id=conversation_id, state__in=Command.WATCHED)
        watched.filter(due_at__gt=now).update(due_at=now)
