"""What people decide about commands to campaigns that nobody could confirm."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from engage.models import Attempt, Campaign, Change, Command
from engage.outbox.campaigns import activate_campaign, pause_campaign
from engage.outbox.decisions import cancel, discard, mark_sent, send_again
from engage.outbox.holding import hold, release
from engage.outbox.refusals import NotApproved, NotPossibleNow
from tests.engage.outbox.campaigns.conftest import Asking
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db(transaction=True)

State = Command.State


@pytest.fixture
def ready(db: None) -> Campaign:
    return make_campaign(status="READY")


def leave_unconfirmed(command: Command) -> Command:
    Attempt.objects.create(command=command, number=1, outcome=Attempt.Outcome.UNKNOWN, ended_at=timezone.now())
    Command.objects.filter(pk=command.pk).update(
        state=State.UNCONFIRMED, due_at=timezone.now(), expires_at=timezone.now()
    )
    command.refresh_from_db()
    return command


def test_once_more_gives_it_two_minutes_again(ready: Campaign, ada: User) -> None:
    command = leave_unconfirmed(activate_campaign(campaign=ready, by=ada, key=uuid.uuid4()))

    again = send_again(command=command, by=ada)

    assert (again.state, again.attempts_made) == (State.QUEUED, 0)
    assert 100 < (again.expires_at - timezone.now()).total_seconds() <= 120
    assert again.attempts.get(number=2).authorised_by == ada


def test_once_more_is_refused_when_the_campaign_awaits_approval(ready: Campaign, ada: User) -> None:
    command = leave_unconfirmed(activate_campaign(campaign=ready, by=ada, key=uuid.uuid4()))
    Campaign.objects.filter(pk=ready.pk).update(status="PENDING_APPROVAL")

    with pytest.raises(NotApproved):
        send_again(command=command, by=ada)

    command.refresh_from_db()
    assert command.state == State.UNCONFIRMED


def test_what_was_replaced_cannot_be_sent_again(ready: Campaign, ada: User) -> None:
    command = leave_unconfirmed(activate_campaign(campaign=ready, by=ada, key=uuid.uuid4()))
    pause_campaign(campaign=ready, by=ada, key=uuid.uuid4())

    with pytest.raises(NotPossibleNow):
        send_again(command=command, by=ada)

    command.refresh_from_db()
    assert (command.state, command.reason) == (State.DISCARDED, "Replaced by pausing.")


def test_it_was_done_and_never_mind(ready: Campaign, ada: User, ask: Asking) -> None:
    done = mark_sent(command=leave_unconfirmed(ask.activate_list(ready, "Leads")), by=ada)
    forgotten = discard(command=leave_unconfirmed(ask.activate_list(ready, "Others")), by=ada)

    assert (done.state, done.reason) == (State.CONFIRMED, "Marked as done by Ada.")
    assert (forgotten.state, forgotten.reason) == (State.DISCARDED, "Discarded by Ada.")


def test_a_pause_that_goes_on_and_on_can_be_cancelled(ready: Campaign, ada: User, ask: Asking) -> None:
    command = ask.pause(ready)
    Command.objects.filter(pk=command.pk).update(state=State.RETRY_WAIT)

    assert cancel(command=command, by=ada).state == State.CANCELLED


def test_holding_a_command_announces_its_campaign(ready: Campaign, ask: Asking) -> None:
    command = ask.activate(ready)
    Change.objects.all().delete()

    assert hold([command.pk]) == release([command.pk]) == 1

    assert list(Change.objects.values_list("campaign_id", flat=True)) == [ready.pk] * 2
