"""A pause is repeated until the platform reads as paused, whatever the line does to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from engage.models import Campaign, Command
from engage.outbox.decisions import give_up
from engage.outbox.pace import DEFAULT_PACE
from tests.engage.outbox.campaigns.conftest import PENDING, Asking, status_of, took
from tests.engage.outbox.campaigns.meddler import (
    ARRIVED_UNHEARD,
    LOSE_500,
    PASS,
    REFUSALS,
    REFUSE,
    TOO_MANY,
    Meddler,
)
from tests.engage.outbox.conftest import Dispatching, wait_for_state, wait_until
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State = Command.State
Find = Callable[[str], Campaign]


def test_an_active_campaign_is_paused(
    platform: SandboxProcess, active_campaign: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    command = ask.pause(active_campaign)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    active_campaign.refresh_from_db()
    assert took(platform, active_campaign) == [("pause", "")]
    assert active_campaign.is_paused


@pytest.mark.parametrize(("fate", "times"), [(LOSE_500, 3), (TOO_MANY, 3), (REFUSE, 22)])
def test_a_pause_is_repeated_until_the_platform_reads_paused(
    meddler: Meddler,
    platform: SandboxProcess,
    active_campaign: Campaign,
    ask: Asking,
    dispatching: Dispatching,
    fate: str,
    times: int,
) -> None:
    meddler.fates.extend([fate] * times)
    command = ask.pause(active_campaign)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert len(meddler.posts) == times + 1
    assert status_of(platform, active_campaign) == "READY"
    # A long night of repetitions does not fill the table.
    assert command.attempts.count() == min(times + 1, 20)


@pytest.mark.parametrize("fate", ARRIVED_UNHEARD)
def test_a_pause_that_arrived_without_an_answer_needs_no_second(
    meddler: Meddler, active_campaign: Campaign, ask: Asking, dispatching: Dispatching, fate: str
) -> None:
    meddler.usual = fate
    command = ask.pause(active_campaign)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert len(meddler.posts) == 1


def test_a_pause_outlasts_a_platform_that_is_away(
    platform: SandboxProcess, active_campaign: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    platform.set_faults(calls={"rate": 1, "modes": ["500"], "paths": ["campaign"]})
    command = ask.pause(active_campaign)

    with dispatching():
        wait_until(lambda: Command.objects.get(pk=command.pk).attempts_made >= 5)
        platform.clear_faults()
        wait_for_state(command, State.CONFIRMED)

    assert status_of(platform, active_campaign) == "READY"


def test_what_is_not_active_counts_as_paused_whatever_the_platform_answers(
    platform: SandboxProcess, find_campaign: Find, ask: Asking, dispatching: Dispatching
) -> None:
    # It answers 409 to a pause: a campaign that awaits approval cannot be paused.
    pending = find_campaign(PENDING)
    command = ask.pause(pending)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert status_of(platform, pending) == "PENDING_APPROVAL"


@pytest.mark.parametrize("fate", REFUSALS)
def test_a_pause_outlasts_refusals_of_any_kind(
    meddler: Meddler,
    platform: SandboxProcess,
    active_campaign: Campaign,
    ask: Asking,
    dispatching: Dispatching,
    fate: str,
) -> None:
    meddler.refuses_gets, meddler.usual = fate, fate
    command = ask.pause(active_campaign)

    with dispatching():
        wait_until(lambda: Command.objects.get(pk=command.pk).attempts_made >= 8)
        said_meanwhile = Command.objects.get(pk=command.pk).reason
        meddler.refuses_gets, meddler.usual = "", PASS
        wait_for_state(command, State.CONFIRMED)

    assert said_meanwhile.endswith("; still trying.")
    assert status_of(platform, active_campaign) == "READY"


def test_what_is_gone_is_said_so_until_a_person_gives_up(
    meddler: Meddler, campaign: Campaign, ask: Asking, dispatching: Dispatching, ada: User
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(remote_id="nobody-knows-it")
    campaign.refresh_from_db()
    command = ask.pause(campaign)

    with dispatching():
        wait_until(lambda: Command.objects.get(pk=command.pk).attempts_made >= 8)
        said_meanwhile = Command.objects.get(pk=command.pk).reason
        give_up(command=command, by=ada)
        rounds = len(meddler.posts)
        wait_until(lambda: Command.objects.get(pk=command.pk).lease_until is None)
        command.refresh_from_db()

    assert said_meanwhile == "Engage answers that it does not know this campaign; still trying."
    assert (command.state, command.reason) == (State.DISCARDED, "Given up by Ada.")
    assert len(meddler.posts) <= rounds + 1


def test_what_is_refused_is_asked_for_at_a_growing_distance() -> None:
    now = timezone.now()

    waits = [(DEFAULT_PACE.next_round(now, rounds, is_refused=True) - now).total_seconds() for rounds in range(1, 13)]

    assert waits == [0, 1, 2, 5, 10, 15, 30, 60, 120, 240, 240, 240]
