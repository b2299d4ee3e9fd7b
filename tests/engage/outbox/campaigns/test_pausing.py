"""A pause is repeated until the platform reads as paused, whatever the line does to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engage.models import Campaign, Command
from tests.engage.outbox.campaigns.conftest import PENDING, Asking, status_of, took
from tests.engage.outbox.campaigns.meddler import (
    ARRIVED_UNHEARD,
    LOSE_500,
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


def test_a_campaign_that_is_gone_cannot_be_paused_for_ever(
    meddler: Meddler, campaign: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(remote_id="nobody-knows-it")
    campaign.refresh_from_db()
    command = ask.pause(campaign)

    with dispatching():
        wait_for_state(command, State.REJECTED)

    assert command.reason == "Engage does not know this campaign."
    assert len(meddler.posts) == 5
