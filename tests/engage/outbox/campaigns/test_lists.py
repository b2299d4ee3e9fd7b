"""Lists by their verbatim names. No GET shows one: an answer or a webhook is all that can confirm a change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from engage.api.events import LIST_STATUS
from engage.mirror.projector import project_all
from engage.models import Campaign, Command, LeadList
from tests.engage.deliveries import deliver
from tests.engage.outbox.campaigns.conftest import ACTIVE, PATIENT, Asking, took
from tests.engage.outbox.campaigns.meddler import CUT, LOSE_500, REFUSE, STALL, Meddler
from tests.engage.outbox.campaigns.model_platform import ModelPlatform
from tests.engage.outbox.conftest import Dispatching, wait_for_state, wait_until
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State = Command.State

HOSTILE = [
    "Partners & friends = 100% + more?",
    "a/b/../c;d",
    "quo\"te 'single' <b>&amp;</b>",
    "  spaces around  ",
    "Ünïcødé 🎉 名单",
    "%26%2F%00",
    "line\nbreak",
    "#fragment",
    "x" * 200,
]


def hear_of(campaign: Campaign, model: ModelPlatform, name: str, **fields: object) -> None:
    """The webhook of a list, taken in and projected."""
    deliver(campaign.workspace, model.list_object(name, **fields), event_type=LIST_STATUS)
    project_all()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_arrives_verbatim(
    model: ModelPlatform, line: Meddler, modelled: Campaign, ask: Asking, dispatching: Dispatching, name: str
) -> None:
    model.lists[name] = "READY"
    command = ask.activate_list(modelled, name)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)
        wait_for_state(ask.pause_list(modelled, name), State.CONFIRMED)

    assert model.took == [("list_activate", name), ("list_pause", name)]
    assert LeadList.objects.get(campaign=modelled).status == "READY"


@pytest.mark.parametrize("name", ["Partners & friends", "Conference 2025 badge scans"])
def test_the_sandbox_takes_it_and_its_ledger_holds_the_name(
    platform: SandboxProcess,
    find_campaign: Callable[[str], Campaign],
    ask: Asking,
    dispatching: Dispatching,
    name: str,
) -> None:
    campaign = find_campaign(ACTIVE)
    command = ask.pause_list(campaign, name)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert took(platform, campaign) == [("list_pause", name)]


def test_where_the_campaign_answers_a_webhook_confirms(
    model: ModelPlatform, line: Meddler, modelled: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    model.lists["Leads"], model.list_answer = "READY", "campaign"
    command = ask.activate_list(modelled, "Leads")

    with dispatching(pace=PATIENT):
        wait_for_state(command, State.ACCEPTED)
        hear_of(modelled, model, "Leads")
        wait_for_state(command, State.CONFIRMED)

    assert len(line.posts) == 1


@pytest.mark.parametrize("is_pause", [True, False])
def test_without_a_word_a_person_is_asked_and_a_late_webhook_still_counts(
    model: ModelPlatform, line: Meddler, modelled: Campaign, ask: Asking, dispatching: Dispatching, is_pause: bool
) -> None:
    model.lists["Leads"], model.list_answer = "READY", "campaign"
    command = (ask.pause_list if is_pause else ask.activate_list)(modelled, "Leads")

    with dispatching():
        wait_for_state(command, State.UNCONFIRMED)
        assert command.reason == "Not confirmed by Engage."
        hear_of(modelled, model, "Leads")
        wait_for_state(command, State.CONFIRMED)

    assert command.reason == "Arrived late."
    assert len(line.posts) == 1


def test_what_was_said_of_a_list_before_the_post_proves_nothing(
    model: ModelPlatform, line: Meddler, modelled: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    model.lists["Leads"], model.list_answer = "ACTIVE", "campaign"
    old = model.list_object("Leads")
    deliver(modelled.workspace, old, event_type=LIST_STATUS)
    project_all()
    command = ask.activate_list(modelled, "Leads")

    with dispatching():
        wait_until(lambda: bool(line.posts))
        deliver(modelled.workspace, old, event_type=LIST_STATUS)
        project_all()
        wait_for_state(command, State.UNCONFIRMED)


@pytest.mark.parametrize("fate", [CUT, LOSE_500])
def test_an_unanswered_activation_of_a_list_is_never_repeated(
    model: ModelPlatform, line: Meddler, modelled: Campaign, ask: Asking, dispatching: Dispatching, fate: str
) -> None:
    model.lists["Leads"] = "READY"
    line.usual = fate
    command = ask.activate_list(modelled, "Leads")

    with dispatching():
        wait_for_state(command, State.UNCONFIRMED)

    assert (command.reason, len(line.posts)) == ("Not confirmed by Engage.", 1)


@pytest.mark.parametrize("fate", [CUT, LOSE_500, REFUSE])
def test_an_unanswered_pause_of_a_list_is_repeated_until_the_list_says_so(
    model: ModelPlatform, line: Meddler, modelled: Campaign, ask: Asking, dispatching: Dispatching, fate: str
) -> None:
    model.lists["Leads"] = "ACTIVE"
    line.fates.extend([fate] * 5)
    command = ask.pause_list(modelled, "Leads")

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert (len(line.posts), model.lists["Leads"]) == (6, "READY")


@pytest.mark.parametrize("is_pause", [True, False])
def test_a_name_that_engage_does_not_know_is_said_so(
    line: Meddler, modelled: Campaign, ask: Asking, dispatching: Dispatching, is_pause: bool
) -> None:
    command = (ask.pause_list if is_pause else ask.activate_list)(modelled, "Leads ")

    with dispatching():
        wait_for_state(command, State.RETRY_WAIT)
        wait_until(lambda: Command.objects.get(pk=command.pk).attempts_made >= 6)
        command = wait_for_state(command, State.RETRY_WAIT)

    assert command.reason == (
        "Engage answers that it knows no list of exactly this name in this campaign; still trying."
    )


def test_a_pause_outlives_an_activation_of_the_list_that_may_still_arrive(
    model: ModelPlatform, line: Meddler, modelled: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    model.lists |= {"Leads": "READY", "Others": "READY"}
    line.fates.append(STALL)
    pauses: list[Command] = []

    def ask_for_a_pause(path: str) -> None:
        if not pauses:
            pauses.append(ask.pause_list(modelled, "Leads"))

    line.during_post = ask_for_a_pause
    activation = ask.activate_list(modelled, "Leads")

    with dispatching():
        wait_until(lambda: bool(pauses))
        wait_for_state(pauses[0], State.CONFIRMED)
        wait_for_state(activation, State.DISCARDED)

    marked_at = activation.attempts.get().marked_at
    assert pauses[0].attempts.order_by("number").last().marked_at - marked_at >= timedelta(seconds=0.4)
    assert model.lists["Leads"] == "READY"


def test_lists_and_their_campaign_do_not_wait_for_each_other(
    model: ModelPlatform, line: Meddler, modelled: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    model.lists |= {"Leads": "READY", "Others": "READY"}
    pause = ask.pause(modelled)
    Command.objects.filter(pk=pause.pk).update(due_at=timezone.now() + timedelta(minutes=10))

    with dispatching():
        wait_for_state(ask.activate_list(modelled, "Leads"), State.CONFIRMED)
        wait_for_state(ask.pause_list(modelled, "Others"), State.CONFIRMED)

    pause.refresh_from_db()
    assert pause.state == State.QUEUED
