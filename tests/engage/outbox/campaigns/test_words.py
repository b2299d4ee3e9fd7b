"""Platforms that answer otherwise: other words for sending and for rest, and lists that answer anything."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from engage.models import Campaign, Command, LeadList
from tests.engage.outbox.campaigns.conftest import ACTIVE, Asking, status_of, took
from tests.engage.outbox.campaigns.meddler import Meddler
from tests.engage.outbox.campaigns.model_platform import ModelPlatform
from tests.engage.outbox.conftest import Dispatching, wait_for_state
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State = Command.State
Find = Callable[[str], Campaign]
RECEIPTS = ("empty", "text", "page", "other-json", "202", "204")


@pytest.fixture
def speak(platform: SandboxProcess) -> Callable[..., None]:
    """Have the platform speak these dialects; it is plain again for the next test."""
    yield platform.set_dialect
    platform.set_dialect()


@pytest.mark.parametrize("dialect", ["says-paused", "says-inactive", "says-stopped", "says-completed"])
def test_pause_is_confirmed_by_any_word_for_rest(
    platform: SandboxProcess,
    active_campaign: Campaign,
    speak: Callable[..., None],
    ask: Asking,
    dispatching: Dispatching,
    dialect: str,
) -> None:
    speak(dialect)
    command = ask.pause(active_campaign)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert took(platform, active_campaign) == [("pause", "")]
    active_campaign.refresh_from_db()
    assert not active_campaign.is_sending


def test_activation_is_confirmed_by_another_word_for_sending_and_posted_once(
    platform: SandboxProcess,
    campaign: Campaign,
    speak: Callable[..., None],
    ask: Asking,
    dispatching: Dispatching,
) -> None:
    speak("says-running")
    command = ask.activate(campaign)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    campaign.refresh_from_db()
    assert (campaign.status, campaign.was_active) == ("RUNNING", True)
    assert took(platform, campaign) == [("activate", "")]


def test_paused_campaign_of_another_word_can_be_activated_again(
    platform: SandboxProcess,
    active_campaign: Campaign,
    speak: Callable[..., None],
    ask: Asking,
    dispatching: Dispatching,
) -> None:
    speak("says-paused", "says-running")

    with dispatching():
        wait_for_state(ask.pause(active_campaign), State.CONFIRMED)
        wait_for_state(ask.activate(active_campaign), State.CONFIRMED)

    assert status_of(platform, active_campaign) == "ACTIVE"


def test_pause_that_ends_in_a_word_nobody_knows_is_shown_to_a_person(
    model: ModelPlatform, line: Meddler, modelled: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    model.resting = "THROTTLED"
    command = ask.pause(modelled)

    with dispatching():
        wait_for_state(command, State.UNCONFIRMED)
        posts = len(line.posts)
        model.status = "PAUSED"
        wait_for_state(command, State.CONFIRMED)

    assert command.reason == "Arrived late."
    assert Command.objects.get(pk=command.pk).attempts_made <= 4
    assert len(line.posts) == posts


@pytest.mark.parametrize("receipt", RECEIPTS)
@pytest.mark.parametrize("is_pause", [True, False])
def test_any_complete_2xx_to_a_call_about_a_list_is_taken_for_a_yes(
    platform: SandboxProcess,
    meddler: Meddler,
    find_campaign: Find,
    speak: Callable[..., None],
    ask: Asking,
    dispatching: Dispatching,
    receipt: str,
    is_pause: bool,
) -> None:
    campaign = find_campaign(ACTIVE)
    speak(f"lists-answer-{receipt}")
    name = "Conference 2025 badge scans"
    command = (ask.pause_list if is_pause else ask.activate_list)(campaign, name)

    with dispatching():
        wait_for_state(command, State.ACCEPTED)
        # Ten rounds of a pause, were it repeated.
        time.sleep(0.5)

    assert took(platform, campaign) == [("list_pause" if is_pause else "list_activate", name)]
    assert len(meddler.posts) == 1


def test_list_of_another_name_in_the_answer_says_nothing_of_ours(
    model: ModelPlatform, line: Meddler, modelled: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    model.lists |= {"Leads": "ACTIVE", "Others": "READY"}
    model.list_answer = {"id": "list-9", "messagingCampaignId": modelled.remote_id, "name": "Others", "status": "READY"}
    command = ask.pause_list(modelled, "Leads")

    with dispatching():
        wait_for_state(command, State.ACCEPTED)

    assert not LeadList.objects.filter(name="Leads").exists()
