"""A command on its way to the platform: claim, pre-flight GET, durable mark, one POST, record.

Nothing leaves before the mark is committed, and no transaction is open while we wait for the platform. Every step
checks by the fence that the command is still ours; who lost it writes down evidence and decides nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from engage.api.client import Accepted, EngageClient
from engage.api.errors import EngageError
from engage.crash_points import crash_point
from engage.mirror.platform import client_for
from engage.mirror.reading import read_conversation
from engage.models import Attempt, Command, Conversation
from engage.outbox import attempts, dispositions, evidence, guards, looks
from engage.outbox.pace import DEFAULT_PACE, Pace
from engage.outbox.persist import persist
from engage.outbox.posting import Answer, Outcome, post, read_failed_look
from engage.outbox.refusals import Refused
from engage.outbox.transitions import STILL_TRYING, State, expire, fail, move
from engage.request_id import carrying
from engage.vault import Unreadable

logger = logging.getLogger(__name__)

KEY_UNREADABLE = "Its key cannot be opened here: a key of the key ring is missing. Tell whoever runs the console."
FAILED_HERE = "Something went wrong here, not at Engage. It will be tried again."
NEW_LINK = "The link to this conversation was renewed."


def claim(command_id: int, pace: Pace = DEFAULT_PACE) -> Command | None:
    """Take a due command; None when somebody else did, or another reply of its conversation is on its way."""
    now = timezone.now()
    rows = Command.objects.select_related("workspace", "conversation__lead")
    command = rows.filter(pk=command_id, state__in=Command.WAITING, due_at__lte=now).first()
    if command is None:
        return None
    lease_until = pace.lease_end(now)
    try:
        is_ours = move(
            command,
            State.PREFLIGHT,
            lease_until=lease_until,
            due_at=lease_until,
            attempts_made=command.attempts_made + 1,
            reason=command.reason,
        )
    except IntegrityError:
        return None
    return command if is_ours else None


# How a call ended, and the id of the conversation that it was about.
Hear = Callable[[EngageError | None, int], object]


def _nobody(error: EngageError | None, conversation_id: int) -> None:
    """Nobody wants to know how a call ended."""


def dispatch(
    command: Command,
    pace: Pace = DEFAULT_PACE,
    stop: threading.Event | None = None,
    hear: Hear = _nobody,
) -> None:
    """Carry a claimed command as far as it goes now. `stop`: do not begin a POST any more; `hear`: how calls ended."""
    try:
        with carrying(command.request_id):
            _carry_out(command, pace, stop, hear)
    except Exception as error:
        put_back(command, error, pace)
        raise


def put_back(command: Command, error: Exception, pace: Pace) -> None:
    """After a failure of ours: what was not marked has not left, and need not wait for the end of its lease."""
    if command.state != State.PREFLIGHT:
        return
    reason = KEY_UNREADABLE if isinstance(error, Unreadable) else FAILED_HERE
    due_at = min(pace.retry_at(timezone.now(), command.attempts_made), command.expires_at)
    persist(lambda: move(command, State.RETRY_WAIT, due_at=due_at, reason=reason))


def _carry_out(command: Command, pace: Pace, stop: threading.Event | None, hear: Hear) -> None:
    conversation = command.conversation
    if conversation is None:
        return
    crash_point("send.after_claim")
    if command.expires_at <= timezone.now():
        expire(command, pace=pace)
        return
    client = client_for(command.workspace)
    try:
        read_conversation(conversation, client_for(command.workspace, timeouts=looks.TIMEOUTS))
    except EngageError as error:
        hear(error, conversation.pk)
        logger.info("%s: the pre-flight GET ended with %s: %s", command, type(error).__name__, error)
        wait_or_fail(command, read_failed_look(error), pace)
        return
    hear(None, conversation.pk)
    crash_point("send.after_preflight")
    # The last look before a repetition: what arrived late is not sent twice.
    if looks.settle(command, conversation, pace):
        return
    if stop is not None and stop.is_set():
        move(command, State.QUEUED, due_at=timezone.now())
        return
    clock = LeaseClock(pace)
    attempt = _mark(command, conversation, pace)
    if attempt is None:
        return
    answer = _post(command, conversation, client, clock, hear)
    crash_point("send.after_answer")
    persist(lambda: attempts.end(attempt, answer))
    crash_point("send.after_evidence")
    if answer.is_final and _was_taken_all_the_same(command, conversation, client, pace):
        return
    _record(command, answer, pace)
    if answer.outcome == Outcome.SENT and command.state == State.ACCEPTED:
        looks.look(command, pace)


class LeaseClock:
    """Is enough of the lease left? Two clocks: one stands still while the machine sleeps, the other may be set."""

    def __init__(self, pace: Pace) -> None:
        self._longest = pace.lease - pace.least_lease_left
        self._began = (time.monotonic(), time.time())

    def is_over(self) -> bool:
        return max(time.monotonic() - self._began[0], time.time() - self._began[1]) > self._longest


def _mark(command: Command, conversation: Conversation, pace: Pace) -> Attempt | None:
    """Write down, durably, that bytes may leave from now on; None when they must not."""
    now = timezone.now()
    if command.expires_at <= now:
        expire(command, pace=pace)
        return None
    lease_until = pace.lease_end(now)
    try:
        with transaction.atomic():
            if command.kind == Command.Kind.REPLY:
                guards.check_reply(conversation, now)
                baseline = attempts.thread_baseline(conversation)
            else:
                dispositions.check(command, conversation)
                baseline = dispositions.baseline(conversation)
            if not move(command, State.SENDING, lease_until=lease_until, due_at=lease_until):
                return None
            attempt = attempts.mark(command, baseline)
            crash_point("send.before_mark_commits")
    except Refused as refusal:
        fail(command, State.CANCELLED, refusal.message, pace=pace)
        return None
    crash_point("send.after_mark")
    return attempt


def _post(command: Command, conversation: Conversation, client: EngageClient, clock: LeaseClock, hear: Hear) -> Answer:
    key, used = conversation.key, conversation.key_fingerprint

    def call() -> Accepted:
        if command.kind == Command.Kind.REPLY:
            return client.send_message(key, command.text)
        return client.choose_disposition(key, command.text)

    if clock.is_over():
        # Suspended since the mark: by now another worker may be at it.
        return Answer(Outcome.NOT_SENT, "The worker was held up.")
    answer = post(call, lambda error: hear(error, conversation.pk))
    return _explain(answer, conversation, client, used) if answer.is_link_refused else answer


def _explain(answer: Answer, conversation: Conversation, client: EngageClient, used: str) -> Answer:
    """The key was refused: has another one taken its place, or is it this POST that is not wanted?"""
    try:
        read_conversation(conversation, client)
    except EngageError:
        return answer
    if conversation.key_fingerprint != used:
        return replace(answer, reason=NEW_LINK)
    return replace(answer, reason=f"Engage refused it ({answer.status}).")


def _was_taken_all_the_same(command: Command, conversation: Conversation, client: EngageClient, pace: Pace) -> bool:
    """Before a person reads that it was refused, and writes it anew: is it there?"""
    if command.kind != Command.Kind.REPLY:
        return False
    try:
        read_conversation(conversation, client)
    except EngageError:
        return False
    return persist(lambda: command.pk in evidence.settle(conversation.pk, pace, refused=command.pk))


def _record(command: Command, answer: Answer, pace: Pace) -> None:
    """The state after the evidence, if the command is still ours."""
    first_look = timezone.now() + timedelta(seconds=pace.looks[0])
    match answer.outcome:
        case Outcome.SENT:
            persist(lambda: move(command, State.ACCEPTED, due_at=first_look))
        case Outcome.UNKNOWN:
            persist(lambda: move(command, State.CHECKING, due_at=first_look))
        case _:
            persist(lambda: wait_or_fail(command, answer, pace))
    crash_point("send.after_record")


def wait_or_fail(command: Command, answer: Answer, pace: Pace) -> None:
    """After a try of which nothing can have arrived: later again, as long as it is good for, or never."""
    if answer.is_final:
        fail(command, State.REJECTED, answer.reason, pace=pace)
        return
    now = timezone.now()
    due_at = pace.retry_at(now, command.attempts_made)
    if answer.retry_after is not None:
        due_at = max(due_at, pace.retry_when_told(now, answer.retry_after))
    reason = answer.reason
    if answer.status is not None and not answer.is_unknown:
        reason = f"{reason.rstrip('.')}{STILL_TRYING}"
    move(command, State.RETRY_WAIT, due_at=min(due_at, command.expires_at), reason=reason)
