"""Engage is told of opt-outs that it does not know of by itself: once each, or a person is asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.utils import timezone

from console.audit.models import AuditEntry
from engage.mirror.consent import lock_reason
from engage.mirror.lifting import lift_number, locks_mark
from engage.mirror.platform import client_for
from engage.mirror.reading import read_conversation
from engage.mirror.stopping import stop_number
from engage.models import Command, Consent, Conversation, Telling, Workspace
from engage.outbox.telling import tell_due
from tests.engage.outbox.conftest import Dispatching, wait_for_state, wait_until
from tests.engage.outbox.test_dispositions import chosen
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

State = Telling.State
Start = Callable[..., Conversation]


def tell() -> None:
    """A round of the duty, once what Engage may understand after all has come in, and its last look is a while ago."""
    now = timezone.now()
    Consent.objects.filter(tell_from__isnull=False).update(tell_from=now)
    Telling.objects.update(looked_at=now - timedelta(minutes=1))
    tell_due()


def say(sandbox: SandboxProcess, conversation: Conversation, *texts: str) -> None:
    for text in texts:
        sandbox.say(conversation.lead.remote_id, text)
    read_conversation(conversation, client_for(conversation.workspace))


def offer(conversation: Conversation, *names: str) -> None:
    rows = [{"id": name, "disposition": name, "success": False, "doNotContact": True} for name in names]
    Conversation.objects.filter(pk=conversation.pk).update(dispositions=rows)


def test_word_that_engage_does_not_know_is_told_by_the_disposition_and_once(
    sandbox: SandboxProcess, conversation: Conversation, dispatching: Dispatching
) -> None:
    say(sandbox, conversation, "Unsubscribe", "stop texting me")

    for _ in range(3):
        tell()
    with dispatching():
        wait_for_state(Command.objects.get(), Command.State.CONFIRMED)
        wait_until(lambda: Telling.objects.filter(state=State.KNOWN).exists())
    read_conversation(conversation, client_for(conversation.workspace))
    tell()

    command = Command.objects.get()
    entry = AuditEntry.objects.get(action="chose disposition")
    assert chosen(sandbox, conversation) == [command.text]
    assert (command.created_by, command.is_by_console) == (None, True)
    assert (entry.by, entry.conversation, entry.after["by"]) == (None, conversation, "the console")
    assert not Telling.objects.open().exists()


@pytest.mark.parametrize("text", ["STOP", "stop", " Stop "])
def test_bare_stop_is_known_there(sandbox: SandboxProcess, conversation: Conversation, text: str) -> None:
    say(sandbox, conversation, text)

    tell()

    assert lock_reason(conversation)
    assert not Telling.objects.exists()
    assert not Command.objects.exists()


def test_stop_after_another_word_is_told_by_itself(sandbox: SandboxProcess, conversation: Conversation) -> None:
    say(sandbox, conversation, "Unsubscribe", "STOP")

    tell()

    assert Telling.objects.get().state == State.KNOWN
    assert not Command.objects.exists()


def test_nothing_is_told_at_once_since_engage_may_understand_it(
    sandbox: SandboxProcess, conversation: Conversation
) -> None:
    say(sandbox, conversation, "Unsubscribe")

    tell_due()

    assert not Telling.objects.exists()


def test_what_only_a_webhook_said_is_told_to_nobody(conversation: Conversation) -> None:
    Consent.objects.create(
        workspace=conversation.workspace,
        phone=conversation.lead.phone,
        kind=Consent.Kind.OPTED_OUT,
        at=timezone.now(),
        heard_at=timezone.now(),
        first_heard_at=timezone.now(),
        tell_from=timezone.now(),
        evidence="message:made-up:lead",
        conversation=conversation,
    )

    for _ in range(3):
        tell()

    assert not Telling.objects.exists()
    assert Consent.objects.get().tell_from is not None


def test_what_an_agent_stopped_is_told(
    sandbox: SandboxProcess, conversation: Conversation, ada: User, dispatching: Dispatching
) -> None:
    stop_number(conversation, by=ada, reason="They rang")

    with dispatching():
        wait_until(lambda: Telling.objects.filter(state=State.KNOWN).exists())

    assert chosen(sandbox, conversation) == [Command.objects.get().text]


def test_of_several_the_one_that_says_opt_out_is_chosen(conversation: Conversation, ada: User) -> None:
    offer(conversation, "Wrong number", "OPT-OUT (sms)", "Deceased")
    stop_number(conversation, by=ada, reason="They rang")

    tell_due()

    assert Command.objects.get().text == "OPT-OUT (sms)"


@pytest.mark.parametrize(
    ("names", "why"), [(("Wrong number", "Deceased"), "none says opt-out"), ((), "no disposition")]
)
def test_where_none_tells_it_a_person_is_asked(
    conversation: Conversation, ada: User, names: tuple[str, ...], why: str
) -> None:
    offer(conversation, *names)
    stop_number(conversation, by=ada, reason="They rang")

    tell_due()

    telling = Telling.objects.get()
    assert telling.state == State.NEEDS_DECISION
    assert why in telling.reason
    assert not Command.objects.exists()


def test_where_the_workspace_wants_it_so_a_person_is_asked(conversation: Conversation, ada: User) -> None:
    Workspace.objects.update(tells_engage=False)
    stop_number(conversation, by=ada, reason="They rang")

    tell_due()

    assert Telling.objects.get().state == State.NEEDS_DECISION
    assert not Command.objects.exists()


def test_when_it_fails_a_person_is_asked_and_it_is_not_sent_again(
    sandbox: SandboxProcess, conversation: Conversation, ada: User, dispatching: Dispatching
) -> None:
    # Engage takes no such disposition: its own list, which is read right before, names others.
    offer(conversation, "Never heard of")
    stop_number(conversation, by=ada, reason="They rang")

    with dispatching():
        wait_until(lambda: Telling.objects.needing_decision().exists())
    for _ in range(3):
        tell()

    assert Command.objects.get().is_settled
    assert chosen(sandbox, conversation) == []
    assert "Never heard of" in Telling.objects.get().reason


def test_what_engage_shows_meanwhile_ends_the_question(
    sandbox: SandboxProcess, conversation: Conversation, ada: User
) -> None:
    offered = conversation.dispositions
    offer(conversation)
    stop_number(conversation, by=ada, reason="They rang")
    tell_due()
    name = next(row["disposition"] for row in offered if row["doNotContact"])
    client_for(conversation.workspace).choose_disposition(conversation.key, name)
    read_conversation(conversation, client_for(conversation.workspace))

    tell()

    assert Telling.objects.get().state == State.KNOWN
    assert not Command.objects.exists()


def test_lock_that_is_lifted_before_it_leaves_is_not_told(
    sandbox: SandboxProcess, conversation: Conversation, ada: User, dispatching: Dispatching
) -> None:
    stop_number(conversation, by=ada, reason="They rang")
    tell_due()
    lift_number(conversation, mark=locks_mark(conversation), by=ada, reason="It was somebody else")

    with dispatching():
        wait_for_state(Command.objects.get(), Command.State.CANCELLED)
        wait_until(lambda: Telling.objects.filter(state=State.ENDED).exists())

    assert chosen(sandbox, conversation) == []


def test_many_workers_take_a_lock_up_once(conversation: Conversation, ada: User) -> None:
    stop_number(conversation, by=ada, reason="They rang")
    barrier, failures = threading.Barrier(4), []

    def work() -> None:
        try:
            barrier.wait(20)
            tell_due()
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)

    assert failures == []
    assert Telling.objects.count() == 1
    assert Command.objects.count() == 1
