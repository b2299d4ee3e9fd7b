"""What is taken, what is refused, and that a double click is one row."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from engage.models import Change, Command, Conversation
from engage.outbox.enqueue import enqueue_disposition, enqueue_reply
from engage.outbox.refusals import (
    BlankText,
    KeyTaken,
    NewerMessage,
    NotConfirmed,
    OptedOut,
    TextTooLong,
    UnknownDisposition,
)
from tests.factories import make_conversation, make_lead, make_message, make_opt_out, make_reply, make_user

pytestmark = pytest.mark.django_db

State = Command.State


@pytest.fixture
def waiting() -> Conversation:
    with transaction.atomic():
        return make_conversation(waiting=timedelta(minutes=6))


def send(conversation: Conversation, by: User, text: str = "Hello", key: uuid.UUID | None = None) -> Command:
    return enqueue_reply(conversation=conversation, text=text, by=by, key=key or uuid.uuid4(), seen_through=None)


def test_a_reply_takes_the_conversation_out_of_the_wait(waiting: Conversation, ada: User) -> None:
    newest = waiting.messages.get()

    command = send(waiting, ada, "Hello\r\nthere ")

    waiting.refresh_from_db()
    assert (command.state, command.text) == (State.QUEUED, "Hello\nthere")
    assert command.seen_through == newest.pk
    assert waiting.waiting_since is None
    assert Change.objects.filter(conversation_id=waiting.pk).count() == 1


def test_the_same_key_again_is_the_same_reply(waiting: Conversation, ada: User) -> None:
    key = uuid.uuid4()

    first, second = send(waiting, ada, key=key), send(waiting, ada, key=key)

    assert first.pk == second.pk
    assert Command.objects.count() == 1


def test_a_key_is_of_one_conversation_one_person_and_one_text(waiting: Conversation, ada: User) -> None:
    key = uuid.uuid4()
    send(waiting, ada, key=key)

    with pytest.raises(KeyTaken):
        send(make_conversation(), ada, key=key)
    with pytest.raises(KeyTaken):
        send(waiting, make_user(username="ben"), key=key)
    with pytest.raises(KeyTaken):
        send(waiting, ada, "Other words", key=key)
    with pytest.raises(KeyTaken):
        enqueue_disposition(conversation=waiting, name="OK", by=ada, key=key)


@pytest.mark.parametrize("text", ["", "  \r\n\t ", "\0"])
def test_blank_text_is_refused(waiting: Conversation, ada: User, text: str) -> None:
    with pytest.raises(BlankText):
        send(waiting, ada, text)


def test_what_no_database_and_no_form_can_carry_is_taken_out(waiting: Conversation, ada: User) -> None:
    command = send(waiting, ada, "a\0b \ud83d c")

    command.refresh_from_db()
    assert command.text == "ab ? c"


def test_text_may_have_1600_characters_and_no_more(waiting: Conversation, ada: User) -> None:
    assert send(waiting, ada, "x" * 1600).text == "x" * 1600
    with pytest.raises(TextTooLong, match="1,601 characters; at most 1,600"):
        send(waiting, ada, "x" * 1601)


def test_a_newer_text_of_the_lead_is_shown_before_anything_is_sent(waiting: Conversation, ada: User) -> None:
    seen = waiting.messages.get().pk
    newer = make_message(conversation=waiting, text="Wait, one more thing")

    with pytest.raises(NewerMessage) as refusal:
        enqueue_reply(conversation=waiting, text="Hello", by=ada, key=uuid.uuid4(), seen_through=seen)
    sent_anyway = enqueue_reply(
        conversation=waiting, text="Hello", by=ada, key=uuid.uuid4(), seen_through=refusal.value.seen_through
    )

    assert refusal.value.unseen == [newer]
    assert sent_anyway.seen_through == newer.pk
    assert Command.objects.count() == 1


def test_who_opted_out_is_not_written_to(waiting: Conversation, ada: User) -> None:
    make_opt_out(conversation=waiting)

    with pytest.raises(OptedOut, match="opted out"):
        send(waiting, ada)
    assert not Command.objects.exists()


def test_a_pending_do_not_contact_locks_the_number_in_every_campaign(waiting: Conversation, ada: User) -> None:
    other = make_conversation(
        lead=make_lead(campaign=None, phone=waiting.lead.phone), waiting=timedelta(minutes=1), text="Hi again"
    )
    Conversation.objects.filter(pk=other.pk).update(workspace=waiting.workspace)
    enqueue_disposition(conversation=waiting, name="Opt out", by=ada, key=uuid.uuid4())

    with pytest.raises(OptedOut, match="do not contact"):
        send(waiting, ada)
    with pytest.raises(OptedOut, match="do not contact"):
        send(other, ada)


def test_a_conversation_the_platform_denies_or_without_a_key_takes_nothing(waiting: Conversation, ada: User) -> None:
    keyless = make_conversation(is_confirmed=False, offered_key_fingerprint="")
    Conversation.objects.filter(pk=keyless.pk).update(offered_key_fingerprint="", sealed_offered_key=b"")
    Conversation.objects.filter(pk=waiting.pk).update(denied_at=timezone.now())

    for conversation in (waiting, keyless):
        with pytest.raises(NotConfirmed):
            send(conversation, ada)
        with pytest.raises(NotConfirmed):
            enqueue_disposition(conversation=conversation, name="OK", by=ada, key=uuid.uuid4())


def test_a_key_that_is_only_offered_is_enough_to_queue(ada: User) -> None:
    assert send(make_conversation(is_confirmed=False), ada).state == State.QUEUED


def test_a_disposition_must_be_one_of_its_own_to_the_letter(waiting: Conversation, ada: User) -> None:
    with pytest.raises(UnknownDisposition, match="call back"):
        enqueue_disposition(conversation=waiting, name="call back", by=ada, key=uuid.uuid4())


def test_a_newer_disposition_replaces_the_pending_ones(waiting: Conversation, ada: User) -> None:
    first = enqueue_disposition(conversation=waiting, name="OK", by=ada, key=uuid.uuid4())
    reply = make_reply(conversation=waiting, by=ada)

    second = enqueue_disposition(conversation=waiting, name="Call back", by=ada, key=uuid.uuid4())

    first.refresh_from_db()
    reply.refresh_from_db()
    assert (first.state, first.reason) == (State.CANCELLED, "Replaced by “Call back”.")
    assert (second.state, reply.state) == (State.QUEUED, State.QUEUED)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_nested", [False, True])
def test_ten_parallel_clicks_are_one_reply(waiting: Conversation, ada: User, is_nested: bool) -> None:
    key, together = uuid.uuid4(), Barrier(10)

    def click(number: int) -> int:
        together.wait()
        try:
            if is_nested:
                with transaction.atomic():
                    return send(waiting, ada, key=key).pk
            return send(waiting, ada, key=key).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        ids = set(threads.map(click, range(10)))

    assert ids == set(Command.objects.values_list("pk", flat=True))
    assert len(ids) == 1
