"""Updating templates: once, against the text it was written for, and compared by GET when nobody answered."""

from __future__ import annotations

import json

import pytest

from engage.models import Campaign, Command
from tests.engage.outbox.campaigns.conftest import Asking, took
from tests.engage.outbox.campaigns.meddler import ARRIVED_UNHEARD, LOST, REFUSALS, TOO_MANY, Meddler
from tests.engage.outbox.campaigns.model_platform import ModelPlatform
from tests.engage.outbox.conftest import Dispatching, wait_for_state, wait_until
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State = Command.State
TEXT = "Hi {{FirstName}}, your membership ends soon. Renew? Reply STOP to opt out. ✓"


def test_only_what_changes_is_sent_and_the_campaign_awaits_approval(
    platform: SandboxProcess, campaign: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    before = campaign.messages
    command = ask.update(campaign, outgoingMessage=TEXT)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    campaign.refresh_from_db()
    assert [json.loads(text) for _, text in took(platform, campaign)] == [{"outgoingMessage": TEXT}]
    assert campaign.messages == before | {"outgoingMessage": TEXT}
    assert campaign.status == "PENDING_APPROVAL"


@pytest.mark.parametrize("fate", ARRIVED_UNHEARD)
def test_an_update_that_arrived_without_an_answer_is_found(
    meddler: Meddler, campaign: Campaign, ask: Asking, dispatching: Dispatching, fate: str
) -> None:
    meddler.usual = fate
    command = ask.update(campaign, outgoingMessage=TEXT)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert len(meddler.posts) == 1


@pytest.mark.parametrize("fate", LOST)
def test_an_update_that_never_arrived_is_shown_to_a_person_and_not_repeated(
    meddler: Meddler, platform: SandboxProcess, campaign: Campaign, ask: Asking, dispatching: Dispatching, fate: str
) -> None:
    meddler.usual = fate
    command = ask.update(campaign, outgoingMessage=TEXT)

    with dispatching():
        wait_for_state(command, State.UNCONFIRMED)

    assert command.reason == "Engage still shows the text from before."
    assert (len(meddler.posts), took(platform, campaign)) == (1, [])


def test_too_many_requests_is_a_wait(
    meddler: Meddler, platform: SandboxProcess, campaign: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    meddler.fates.append(TOO_MANY)
    command = ask.update(campaign, outgoingMessage=TEXT)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert len(took(platform, campaign)) == 1


def test_a_text_that_changed_at_the_platform_is_not_overwritten(
    model: ModelPlatform, line: Meddler, modelled: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    command = ask.update(modelled, outgoingMessage=TEXT)
    model.messages["outgoingMessage"] = "Somebody else wrote this"

    with dispatching():
        wait_for_state(command, State.CANCELLED)

    assert command.reason == "The text at Engage changed meanwhile."
    assert line.posts == []


def test_a_text_that_is_there_already_is_not_sent_again(
    model: ModelPlatform, line: Meddler, modelled: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    command = ask.update(modelled, outgoingMessage=TEXT)
    model.messages["outgoingMessage"] = f"{TEXT}\r\n"

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert (command.reason, line.posts) == ("Engage had these texts already.", [])


def test_another_text_after_the_post_is_for_a_person(
    model: ModelPlatform, line: Meddler, modelled: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    command = ask.update(modelled, outgoingMessage=TEXT)
    line.usual = LOST[1]
    line.during_post = lambda path: model.messages.update(outgoingMessage="Somebody else wrote this")

    with dispatching():
        wait_for_state(command, State.UNCONFIRMED)

    assert command.reason == "Engage shows another text. Somebody else may have changed it."


def test_two_updates_go_one_after_the_other(
    model: ModelPlatform, line: Meddler, modelled: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    first = ask.update(modelled, outgoingMessage=TEXT)
    second = ask.update(modelled, helpMessage="Call us")

    with dispatching():
        wait_for_state(first, State.CONFIRMED)
        wait_for_state(second, State.CONFIRMED)

    sent = [{field: text for field, text in json.loads(post.body).items() if text} for post in line.posts]
    assert sent == [{"outgoingMessage": TEXT}, {"helpMessage": "Call us"}]


@pytest.mark.parametrize("is_read", [True, False])
@pytest.mark.parametrize("fate", REFUSALS)
def test_an_update_outlasts_a_momentary_refusal(
    meddler: Meddler,
    platform: SandboxProcess,
    campaign: Campaign,
    ask: Asking,
    dispatching: Dispatching,
    fate: str,
    is_read: bool,
) -> None:
    meddler.refuses_gets = fate if is_read else ""
    meddler.fates.extend([fate] * 3)
    command = ask.update(campaign, outgoingMessage=TEXT)

    with dispatching():
        wait_until(lambda: Command.objects.get(pk=command.pk).attempts_made >= 3)
        meddler.refuses_gets = ""
        wait_for_state(command, State.CONFIRMED)

    assert len(took(platform, campaign)) == 1
