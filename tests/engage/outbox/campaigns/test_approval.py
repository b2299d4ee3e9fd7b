"""Texts that show once Engage has approved them, and drafts that are sent for approval as they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from engage.mirror.platform import client_for
from engage.mirror.reading import read_campaign
from engage.models import Campaign, Command
from engage.outbox.campaigns.templates import STILL_A_DRAFT, WITH_ENGAGE
from engage.outbox.refusals import NoDraft
from tests.engage.outbox.campaigns.conftest import PENDING, Asking, took
from tests.engage.outbox.campaigns.meddler import Meddler
from tests.engage.outbox.campaigns.model_platform import ModelPlatform
from tests.engage.outbox.conftest import Dispatching, wait_for_state
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State = Command.State
TEXT = "Hi {{FirstName}}, your membership ends soon. Renew? Reply STOP to opt out."


@pytest.fixture
def speak(platform: SandboxProcess) -> Iterator[Callable[..., None]]:
    yield platform.set_dialect
    platform.set_dialect()


@pytest.fixture
def draft(model: ModelPlatform, modelled: Campaign) -> Campaign:
    model.status = "DRAFT"
    Campaign.objects.filter(pk=modelled.pk).update(status="DRAFT")
    modelled.refresh_from_db()
    return modelled


def test_texts_that_show_after_approval_are_with_engage(
    meddler: Meddler,
    campaign: Campaign,
    speak: Callable[..., None],
    ask: Asking,
    dispatching: Dispatching,
) -> None:
    before = campaign.messages
    speak("texts-after-approval")
    command = ask.update(campaign, outgoingMessage=TEXT)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    campaign.refresh_from_db()
    assert command.reason == WITH_ENGAGE
    assert campaign.messages == before
    assert len(meddler.posts) == 1


@pytest.mark.parametrize("sign", [{"campaignStatus": "Pending approval"}, {"zendeskApprovalTicketId": "77"}, {}])
def test_one_sign_of_approval_is_enough_where_the_old_text_shows(
    model: ModelPlatform,
    line: Meddler,
    modelled: Campaign,
    ask: Asking,
    dispatching: Dispatching,
    sign: dict[str, str],
) -> None:
    model.shows_old_texts, model.after_update = True, sign
    command = ask.update(modelled, outgoingMessage=TEXT)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    # Without any other sign, the campaign was updated later than before.
    assert command.reason == WITH_ENGAGE


def test_old_text_without_any_sign_is_shown_to_a_person(
    model: ModelPlatform, line: Meddler, modelled: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    model.shows_old_texts, model.after_update, model.is_updated = True, {}, False
    command = ask.update(modelled, outgoingMessage=TEXT)

    with dispatching():
        wait_for_state(command, State.UNCONFIRMED)

    assert command.reason == "Engage still shows the text from before."


def test_draft_is_sent_for_approval_with_nothing_but_blanks(
    model: ModelPlatform, line: Meddler, draft: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    command = ask.approval(draft)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    [(_, body)] = model.took
    assert not any(text.strip() for text in json.loads(body).values())
    draft.refresh_from_db()
    assert (draft.status, command.reason) == ("PENDING_APPROVAL", WITH_ENGAGE)


def test_sandbox_takes_a_draft_for_approval(
    platform: SandboxProcess, find_campaign: Callable[[str], Campaign], ask: Asking, dispatching: Dispatching
) -> None:
    platform.reject(platform.campaign(PENDING)["id"])
    campaign = find_campaign(PENDING)
    read_campaign(campaign, client_for(campaign.workspace))
    command = ask.approval(campaign)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    campaign.refresh_from_db()
    assert campaign.status == "PENDING_APPROVAL"
    assert [call for call, _ in took(platform, campaign)] == ["messages"]


def test_platform_that_refuses_blanks_says_so(
    platform: SandboxProcess,
    find_campaign: Callable[[str], Campaign],
    speak: Callable[..., None],
    ask: Asking,
    dispatching: Dispatching,
) -> None:
    platform.reject(platform.campaign(PENDING)["id"])
    campaign = find_campaign(PENDING)
    read_campaign(campaign, client_for(campaign.workspace))
    speak("blank-update-refused")
    command = ask.approval(campaign)

    with dispatching():
        wait_for_state(command, State.REJECTED)

    assert command.reason.startswith("Engage refused it")


def test_request_that_a_draft_outlives_is_shown_to_a_person(
    model: ModelPlatform, line: Meddler, draft: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    model.after_update, model.is_updated = {"campaignStatus": "DRAFT"}, False
    command = ask.approval(draft)

    with dispatching():
        wait_for_state(command, State.UNCONFIRMED)

    assert command.reason == STILL_A_DRAFT


def test_only_a_draft_can_be_sent_for_approval(modelled: Campaign, ask: Asking) -> None:
    with pytest.raises(NoDraft):
        ask.approval(modelled)

    assert not Command.objects.exists()
