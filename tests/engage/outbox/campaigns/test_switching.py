"""Activating and pausing a campaign: what was asked for last is what the platform ends with."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from engage.models import Campaign, Command
from engage.vault import Secret
from tests.engage.outbox.campaigns.conftest import PENDING, Asking, status_of, took
from tests.engage.outbox.campaigns.meddler import (
    ARRIVED_UNHEARD,
    CUT,
    LOSE_500,
    LOST,
    REFUSALS,
    REFUSE,
    STALL,
    TOO_MANY,
    Meddler,
)
from tests.engage.outbox.conftest import Dispatching, wait_for_state, wait_until
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State = Command.State
Find = Callable[[str], Campaign]


def test_a_ready_campaign_is_activated_once(
    platform: SandboxProcess, campaign: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    command = ask.activate(campaign)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    campaign.refresh_from_db()
    assert took(platform, campaign) == [("activate", "")]
    assert (campaign.status, command.attempts.get().outcome) == ("ACTIVE", "sent")


def test_an_active_campaign_needs_no_post(
    meddler: Meddler, active_campaign: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    command = ask.activate(active_campaign)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert meddler.posts == []


def test_the_look_before_the_post_finds_a_campaign_that_is_not_approved(
    meddler: Meddler, find_campaign: Find, ask: Asking, dispatching: Dispatching
) -> None:
    pending = find_campaign(PENDING)
    # The mirror has not heard yet that its messages were changed.
    Campaign.objects.filter(pk=pending.pk).update(status="READY")
    command = ask.activate(pending)

    with dispatching():
        wait_for_state(command, State.CANCELLED)

    assert command.reason == "Engage has not approved this campaign yet. It can be activated after that."
    assert meddler.posts == []


@pytest.mark.parametrize("fate", ARRIVED_UNHEARD)
def test_an_activation_that_arrived_without_an_answer_is_found(
    meddler: Meddler, platform: SandboxProcess, campaign: Campaign, ask: Asking, dispatching: Dispatching, fate: str
) -> None:
    meddler.usual = fate
    command = ask.activate(campaign)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert took(platform, campaign) == [("activate", "")]
    assert len(meddler.posts) == 1


@pytest.mark.parametrize("fate", [*LOST, TOO_MANY])
def test_an_activation_that_was_lost_is_repeated_once_the_platform_reads_inactive(
    meddler: Meddler, platform: SandboxProcess, campaign: Campaign, ask: Asking, dispatching: Dispatching, fate: str
) -> None:
    meddler.fates.extend([fate, fate])
    command = ask.activate(campaign)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert took(platform, campaign) == [("activate", "")]
    assert len(meddler.posts) == 3


def test_an_old_activation_is_not_repeated_but_shown_to_a_person(
    meddler: Meddler, platform: SandboxProcess, campaign: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    meddler.usual = LOSE_500
    command = ask.activate(campaign)
    meddler.during_post = lambda path: _age(command)

    with dispatching():
        wait_for_state(command, State.UNCONFIRMED)

    assert command.reason == "Engage shows it as READY."
    assert (len(meddler.posts), status_of(platform, campaign)) == (1, "READY")


def _age(command: Command) -> None:
    Command.objects.filter(pk=command.pk).update(expires_at=timezone.now())


def test_a_late_activation_is_recognised_even_when_a_person_was_asked(
    meddler: Meddler, platform: SandboxProcess, campaign: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    meddler.usual = LOSE_500
    command = ask.activate(campaign)
    meddler.during_post = lambda path: _age(command)

    with dispatching():
        wait_for_state(command, State.UNCONFIRMED)
        meddler.platform.handle(
            "POST",
            f"/api/public/engage/campaigns/{campaign.remote_id}/activate",
            {"X-API-KEY": platform.api_key},
            b"",
        )
        wait_for_state(command, State.CONFIRMED)

    assert command.reason == "Arrived late."


def test_with_the_platform_away_an_activation_expires(
    campaign: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    # Port 9 is nobody's here.
    campaign.workspace.core_origin = "http://127.0.0.1:9"
    campaign.workspace.save()
    command = ask.activate(campaign)

    with dispatching():
        wait_for_state(command, State.RETRY_WAIT)
        Command.objects.filter(pk=command.pk).update(expires_at=timezone.now() + timedelta(seconds=0.2))
        wait_for_state(command, State.EXPIRED)

    assert not command.attempts.exists()


def test_a_refused_key_is_named(meddler: Meddler, campaign: Campaign, ask: Asking, dispatching: Dispatching) -> None:
    campaign.workspace.api_key = Secret("revoked")
    campaign.workspace.save()
    command = ask.activate(campaign)

    with dispatching():
        wait_for_state(command, State.RETRY_WAIT)
        said_meanwhile = command.reason
        Command.objects.filter(pk=command.pk).update(expires_at=timezone.now() + timedelta(seconds=0.3))
        wait_for_state(command, State.EXPIRED)

    assert said_meanwhile == "Engage refuses our API key (401); still trying."
    assert command.reason == "Engage refuses our API key (401)."
    assert meddler.posts == []


def test_a_pause_does_not_wait_for_an_activation_in_flight_and_wins(
    meddler: Meddler, platform: SandboxProcess, campaign: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    answer_it = threading.Event()
    meddler.during_post = lambda path: _hold(path, answer_it)
    activation = ask.activate(campaign)

    with dispatching():
        wait_until(lambda: bool(meddler.calls("/activate")))
        pause = ask.pause(campaign)
        # It reads READY, but what is on the line may yet arrive.
        wait_until(lambda: len(meddler.calls("/pause")) >= 3)
        wait_for_state(pause, State.ACCEPTED)
        assert pause.reason == "Making sure that the activation before it does not come through."
        answer_it.set()
        wait_for_state(pause, State.CONFIRMED)
        wait_for_state(activation, State.DISCARDED)

    assert status_of(platform, campaign) == "READY"
    assert activation.reason == "Replaced by pausing."
    assert [call for call, _ in took(platform, campaign)][-1] == "pause"


def _hold(path: str, until: threading.Event) -> None:
    if path.endswith("/activate"):
        until.wait(10)


@pytest.mark.parametrize("fate", [CUT, STALL])
def test_a_pause_is_settled_only_when_an_unanswered_activation_can_arrive_no_more(
    meddler: Meddler, platform: SandboxProcess, campaign: Campaign, ask: Asking, dispatching: Dispatching, fate: str
) -> None:
    meddler.usual = fate
    activation = ask.activate(campaign)
    pauses: list[Command] = []

    def ask_for_a_pause(path: str) -> None:
        if path.endswith("/activate"):
            pauses.append(ask.pause(campaign))

    meddler.during_post = ask_for_a_pause
    with dispatching():
        wait_until(lambda: bool(pauses))
        wait_for_state(pauses[0], State.CONFIRMED)

    marked_at = activation.attempts.get().marked_at
    assert pauses[0].state_since - marked_at >= timedelta(seconds=0.4)
    assert status_of(platform, campaign) == "READY"
    assert len(meddler.calls("/activate")) == 1


def test_no_activation_leaves_after_a_pause_was_asked_for(
    meddler: Meddler, campaign: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    pauses: list[Command] = []

    def ask_for_a_pause(path: str) -> None:
        if not pauses:
            pauses.append(ask.pause(campaign))

    meddler.during_get = ask_for_a_pause
    activation = ask.activate(campaign)

    with dispatching():
        wait_for_state(activation, State.CANCELLED)
        wait_for_state(pauses[0], State.CONFIRMED)

    assert activation.reason == "Replaced by pausing."
    assert meddler.calls("/activate") == []


def test_a_newer_activation_ends_a_pause_that_goes_on_and_on(
    meddler: Meddler, platform: SandboxProcess, active_campaign: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    meddler.usual = REFUSE
    pause = ask.pause(active_campaign)

    with dispatching():
        wait_until(lambda: len(meddler.posts) >= 3)
        activation = ask.activate(active_campaign)
        wait_for_state(pause, State.DISCARDED)
        wait_for_state(activation, State.CONFIRMED)

    assert pause.reason == "Replaced by activating."
    assert status_of(platform, active_campaign) == "ACTIVE"


def test_an_activation_waits_until_a_pause_before_it_can_arrive_no_more(
    meddler: Meddler, platform: SandboxProcess, active_campaign: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    activations: list[Command] = []

    def ask_to_activate(path: str) -> None:
        if path.endswith("/pause") and not activations:
            activations.append(ask.activate(active_campaign))

    meddler.during_post = ask_to_activate
    meddler.fates.append(STALL)
    pause = ask.pause(active_campaign)

    with dispatching():
        wait_until(lambda: bool(activations))
        wait_for_state(activations[0], State.CONFIRMED)

    marked_at = pause.attempts.get().marked_at
    assert activations[0].attempts.get().marked_at - marked_at >= timedelta(seconds=0.4)
    assert [call for call, _ in took(platform, active_campaign)] == ["pause", "activate"]


@pytest.mark.parametrize("is_read", [True, False])
@pytest.mark.parametrize("fate", REFUSALS)
def test_an_activation_outlasts_a_momentary_refusal(
    meddler: Meddler, campaign: Campaign, ask: Asking, dispatching: Dispatching, fate: str, is_read: bool
) -> None:
    meddler.refuses_gets = fate if is_read else ""
    meddler.fates.extend([fate] * 3)
    command = ask.activate(campaign)

    with dispatching():
        wait_until(lambda: Command.objects.get(pk=command.pk).attempts_made >= 3)
        meddler.refuses_gets = ""
        wait_for_state(command, State.CONFIRMED)
