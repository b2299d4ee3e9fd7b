"""`hold_commands` and `release_commands`, as an operator types them."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from engage.models import Command
from engage.outbox.looks import HELD_UNSEEN
from tests.factories import make_conversation, make_reply, make_user

pytestmark = pytest.mark.django_db

State = Command.State


@pytest.fixture
def ada() -> User:
    return make_user(username="ada")


def operate(*words: str) -> str:
    output = StringIO()
    call_command(*words, stdout=output)
    return output.getvalue()


def test_waiting_ones_are_held_and_let_go(ada: User) -> None:
    waiting = make_reply(conversation=make_conversation(), by=ada)
    sending = make_reply(conversation=make_conversation(), by=ada, state=State.SENDING)

    assert operate("hold_commands") == "1 commands are held.\n"
    assert set(Command.objects.values_list("id", "state")) == {(waiting.pk, "held"), (sending.pk, "sending")}

    assert operate("release_commands", "--all").startswith("1 commands are released.")
    assert Command.objects.get(pk=waiting.pk).state == State.QUEUED


def test_what_was_not_looked_up_after_a_restore_stays_held(ada: User) -> None:
    unseen = make_reply(conversation=make_conversation(), by=ada)
    make_reply(conversation=make_conversation(), by=ada, state=State.SENDING)
    operate("hold_commands", "--restored")
    Command.objects.filter(pk=unseen.pk).update(reason=HELD_UNSEEN)

    said = operate("release_commands", "--all")

    assert said == "1 commands are released.\n1 commands are held.\n"
    assert Command.objects.get(state=State.QUEUED) == unseen
    assert operate("release_commands", "--all", "--unseen").startswith("1 commands are released.")


def test_the_list_shows_what_a_look_found_and_no_text(ada: User) -> None:
    reply = make_reply(conversation=make_conversation(), by=ada, text="Private words", state=State.HELD)
    Command.objects.update(reason=HELD_UNSEEN)

    said = operate("release_commands", "--list")

    assert f"{reply.pk}\treply\t" in said
    assert HELD_UNSEEN in said
    assert "Private" not in said
    assert Command.objects.get().state == State.HELD


def test_nothing_is_released_by_accident(ada: User) -> None:
    make_reply(conversation=make_conversation(), by=ada, state=State.HELD)

    with pytest.raises(CommandError, match="say --all"):
        operate("release_commands")
