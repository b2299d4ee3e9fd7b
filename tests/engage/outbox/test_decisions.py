"""What people decide when nobody knows, and what turns up afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from engage.mirror.platform import client_for
from engage.mirror.reading import read_conversation
from engage.models import Attempt, Command, Conversation
from engage.outbox.attempts import thread_baseline
from engage.outbox.decisions import cancel, discard, mark_sent, release, same_message, send_again
from engage.outbox.enqueue import enqueue_reply
from engage.outbox.holding import RESTORED
from engage.outbox.refusals import NotLookedUp, NotPossibleNow, OptedOut
from engage.outbox.transitions import move
from tests.engage.outbox.conftest import (
    Dispatching,
    fail_reads,
    fail_sends,
    text_as_somebody_else,
    texts_sent,
    wait_for_state,
)
from tests.factories import make_opt_out, make_user
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

State = Command.State
Reply = Callable[..., Command]


@pytest.fixture
def unconfirmed(conversation: Conversation, reply: Reply) -> Command:
    """Posted a moment ago, never seen."""
    command = reply(conversation)
    now = timezone.now()
    Attempt.objects.create(
        command=command, number=1, baseline=thread_baseline(conversation), outcome="unknown", ended_at=now
    )
    assert move(command, State.UNCONFIRMED, due_at=now + timedelta(hours=1))
    return command


def test_send_again_posts_once_more_in_the_name_of_who_wanted_it(
    sandbox: SandboxProcess, conversation: Conversation, unconfirmed: Command, dispatching: Dispatching
) -> None:
    ben = make_user(username="ben")

    send_again(command=unconfirmed, by=ben)
    with dispatching():
        wait_for_state(unconfirmed, State.CONFIRMED)

    first, second = unconfirmed.attempts.order_by("number")
    assert (first.authorised_by, second.authorised_by) == (None, ben)
    assert texts_sent(sandbox, conversation) == [unconfirmed.text]


def test_send_again_looks_first_and_does_not_send_what_arrived_meanwhile(
    sandbox: SandboxProcess, conversation: Conversation, unconfirmed: Command, ada: User, dispatching: Dispatching
) -> None:
    text_as_somebody_else(conversation, unconfirmed.text)

    send_again(command=unconfirmed, by=ada)
    with dispatching():
        wait_for_state(unconfirmed, State.CONFIRMED)

    assert unconfirmed.reason == "Arrived late."
    assert texts_sent(sandbox, conversation) == [unconfirmed.text]


def test_two_people_who_send_again_together_are_one_try(unconfirmed: Command, ada: User) -> None:
    together = Barrier(2)

    def press(person: User) -> bool:
        together.wait()
        try:
            send_again(command=unconfirmed, by=person)
        except NotPossibleNow:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as threads:
        pressed = list(threads.map(press, (ada, make_user(username="ben"))))

    assert sorted(pressed) == [False, True]
    assert unconfirmed.attempts.count() == 2


def test_send_again_is_refused_to_who_opted_out(conversation: Conversation, unconfirmed: Command, ada: User) -> None:
    with transaction.atomic():
        make_opt_out(conversation=conversation)

    with pytest.raises(OptedOut):
        send_again(command=unconfirmed, by=ada)
    unconfirmed.refresh_from_db()
    assert unconfirmed.state == State.UNCONFIRMED


def test_a_second_try_that_is_given_up_does_not_claim_that_nothing_was_sent(unconfirmed: Command, ada: User) -> None:
    send_again(command=unconfirmed, by=ada)

    cancelled = cancel(command=unconfirmed, by=ada)

    assert cancelled.state == State.UNCONFIRMED
    assert cancelled.reason == "Cancelled by Ada. The try before may have arrived."


def test_marked_as_sent_answers_the_lead_and_is_linked_when_it_turns_up(
    conversation: Conversation, unconfirmed: Command, ada: User, dispatching: Dispatching
) -> None:
    mark_sent(command=unconfirmed, by=ada)
    conversation.refresh_from_db()
    assert conversation.waiting_since is None
    text_as_somebody_else(conversation, unconfirmed.text)
    read_conversation(conversation, client_for(conversation.workspace))

    with dispatching():
        wait_for_state(unconfirmed, State.CONFIRMED)
        while unconfirmed.message_id is None:
            unconfirmed.refresh_from_db()

    assert unconfirmed.reason == "Marked as sent by Ada."


def test_discarded_gives_the_wait_back_to_the_lead(conversation: Conversation, unconfirmed: Command, ada: User) -> None:
    discarded = discard(command=unconfirmed, by=ada)

    conversation.refresh_from_db()
    assert (discarded.state, discarded.due_at) == (State.DISCARDED, None)
    assert conversation.waiting_since is not None
    with pytest.raises(NotPossibleNow):
        mark_sent(command=unconfirmed, by=ada)


def test_cancelled_while_waiting_is_not_sent(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, ada: User, dispatching: Dispatching
) -> None:
    command, other = reply(conversation), reply(conversation, "This one is meant")

    cancel(command=command, by=ada)
    with dispatching():
        wait_for_state(other, State.CONFIRMED)

    command.refresh_from_db()
    assert (command.state, command.reason) == (State.CANCELLED, "Cancelled by Ada.")
    assert texts_sent(sandbox, conversation) == ["This one is meant"]


def test_what_is_being_sent_cannot_be_cancelled(conversation: Conversation, reply: Reply, ada: User) -> None:
    command = reply(conversation)
    Command.objects.filter(pk=command.pk).update(state=State.SENDING)

    with pytest.raises(NotPossibleNow):
        cancel(command=command, by=ada)


def test_a_similar_text_is_a_question_and_yes_confirms(
    conversation: Conversation, unconfirmed: Command, ada: User, dispatching: Dispatching
) -> None:
    text_as_somebody_else(conversation, unconfirmed.text + " Reply STOP to opt out.")
    Command.objects.filter(pk=unconfirmed.pk).update(state=State.CHECKING, due_at=timezone.now())

    with dispatching():
        wait_for_state(unconfirmed, State.PROBABLE)
    confirmed = same_message(command=unconfirmed, is_same=True, by=ada)

    assert confirmed.state == State.CONFIRMED
    assert confirmed.message is not None
    assert confirmed.message.text.endswith("opt out.")


def test_no_is_remembered_and_the_reply_may_still_turn_up(
    conversation: Conversation, unconfirmed: Command, ada: User, dispatching: Dispatching
) -> None:
    text_as_somebody_else(conversation, unconfirmed.text + " Reply STOP to opt out.")
    Command.objects.filter(pk=unconfirmed.pk).update(state=State.CHECKING, due_at=timezone.now())
    with dispatching():
        wait_for_state(unconfirmed, State.PROBABLE)

    same_message(command=unconfirmed, is_same=False, by=ada)
    Command.objects.filter(pk=unconfirmed.pk).update(due_at=timezone.now())
    with dispatching():
        wait_for_state(unconfirmed, State.UNCONFIRMED)
        text_as_somebody_else(conversation, unconfirmed.text)
        Command.objects.filter(pk=unconfirmed.pk).update(due_at=timezone.now())
        wait_for_state(unconfirmed, State.CONFIRMED)

    assert unconfirmed.reason == "Arrived late."
    assert unconfirmed.message is not None
    assert unconfirmed.message.text == unconfirmed.text


def test_unreadable_all_the_time_ends_with_a_person_and_is_found_later(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    command = reply(conversation)
    fail_sends(sandbox, "stall", stall_s=0.5)

    with dispatching():
        wait_for_state(command, State.SENDING)
        # The POST arrives, and from now on nothing can be read.
        fail_reads(sandbox)
        wait_for_state(command, State.UNCONFIRMED)
        sandbox.clear_faults()
        wait_for_state(command, State.CONFIRMED)

    assert command.reason == "Arrived late."
    assert texts_sent(sandbox, conversation) == [command.text]


def test_seen_twice_is_told(conversation: Conversation, unconfirmed: Command, dispatching: Dispatching) -> None:
    text_as_somebody_else(conversation, unconfirmed.text)
    text_as_somebody_else(conversation, unconfirmed.text)
    Command.objects.filter(pk=unconfirmed.pk).update(due_at=timezone.now())

    with dispatching():
        wait_for_state(unconfirmed, State.CONFIRMED)

    assert unconfirmed.reason == "Seen twice at Engage."


def test_a_text_the_mirror_learns_of_elsewhere_confirms_at_once(
    conversation: Conversation, unconfirmed: Command, dispatching: Dispatching
) -> None:
    with dispatching():
        text_as_somebody_else(conversation, unconfirmed.text)
        read_conversation(conversation, client_for(conversation.workspace))
        # Its own next look is an hour away.
        wait_for_state(unconfirmed, State.CONFIRMED)


def test_the_same_words_sent_anew_do_not_confirm_the_lost_reply(
    conversation: Conversation, unconfirmed: Command, ada: User, dispatching: Dispatching
) -> None:
    anew = enqueue_reply(conversation=conversation, text=unconfirmed.text, by=ada, key=uuid.uuid4(), seen_through=None)

    with dispatching():
        wait_for_state(anew, State.CONFIRMED)

    unconfirmed.refresh_from_db()
    assert unconfirmed.state == State.UNCONFIRMED


@pytest.fixture
def held(conversation: Conversation, reply: Reply) -> Command:
    """Held back for longer than it was good for."""
    command = reply(conversation)
    late = timezone.now() - timedelta(hours=2)
    assert move(command, State.HELD, reason="Held by an administrator", expires_at=late)
    return command


def test_released_reply_leaves_with_a_time_to_live_of_its_own(
    sandbox: SandboxProcess, conversation: Conversation, held: Command, dispatching: Dispatching
) -> None:
    release(command=held, by=make_user())
    with dispatching():
        wait_for_state(held, State.CONFIRMED)

    assert texts_sent(sandbox, conversation) == [held.text]


def test_released_reply_is_sent_to_nobody_who_opted_out_meanwhile(conversation: Conversation, held: Command) -> None:
    make_opt_out(conversation=conversation)

    with pytest.raises(OptedOut):
        release(command=held, by=make_user())

    held.refresh_from_db()
    assert held.state == State.HELD


def test_reply_of_a_restored_backup_is_released_only_after_a_look(held: Command) -> None:
    assert move(held, State.HELD, reason=RESTORED)

    with pytest.raises(NotLookedUp):
        release(command=held, by=make_user())

    held.refresh_from_db()
    assert held.state == State.HELD


def test_only_what_is_held_is_released(unconfirmed: Command) -> None:
    with pytest.raises(NotPossibleNow):
        release(command=unconfirmed, by=make_user())
