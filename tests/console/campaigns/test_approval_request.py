"""Sending a draft for approval with the texts it has."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import User
from django.test import Client

from console.audit.models import AuditEntry
from console.campaigns import approvals, follow
from console.campaigns.models import ChangeRequest
from engage.models import Campaign, Command
from engage.outbox.campaigns.templates import WITH_ENGAGE
from tests.console.campaigns.platform import describe, end_command
from tests.html import parse

pytestmark = pytest.mark.django_db
State = ChangeRequest.State
NEW = "Hi {{FirstName}}, Northfield Learning here. A free webinar on Thursday? Reply STOP to opt out."


def address(campaign: Campaign) -> str:
    return f"/campaigns/{campaign.id}/approval/"


def test_draft_with_good_texts_can_be_sent_for_approval(sue: User, sue_client: Client) -> None:
    campaign = describe(status="DRAFT")

    head = parse(sue_client.get(f"/campaigns/{campaign.id}/").content).by_id("campaign-head")
    form = parse(sue_client.get(address(campaign)).content).one("form", class_="switch")
    key = uuid.uuid4()
    for _ in range(2):
        sue_client.post(address(campaign), {"key": str(key)})

    assert "Request approval" in head.text
    assert form.every("button")[0].text == "Request approval"
    command = Command.objects.get()
    assert (command.kind, command.details["messages"], command.created_by) == ("messages", {}, sue)
    assert AuditEntry.objects.get().action == "requested approval"
    page = parse(sue_client.get(f"/campaigns/{campaign.id}/").content).by_id("campaign-head")
    assert "Asking Engage for approval" in page.text


@pytest.mark.parametrize(
    ("status", "texts", "words"),
    [
        ("DRAFT", {"outgoingMessage": " "}, "no first message"),
        ("DRAFT", {"outgoingMessage": "x" * 1_700}, "1,700 characters"),
        ("READY", {}, "Only a draft"),
        ("PENDING_APPROVAL", {}, "Only a draft"),
    ],
)
def test_what_cannot_be_asked_for_is_said_and_refused(
    sue_client: Client, status: str, texts: dict[str, str], words: str
) -> None:
    campaign = describe(status=status, **texts)

    form = parse(sue_client.get(address(campaign)).content)
    response = sue_client.post(address(campaign), {"key": str(uuid.uuid4())})

    assert words in form.one("p", class_="switch-obstacle").text
    assert response.status_code == 422
    assert not Command.objects.exists()


def test_only_supervisors_ask_engage_for_approval(client: Client) -> None:
    assert client.get(address(describe(status="DRAFT"))).status_code == 403


def test_change_whose_texts_show_later_waits_for_engage_until_they_do(ada: User, sue: User) -> None:
    campaign = describe(status="ACTIVE")
    follow.settle(campaign)
    base = {"outgoingMessage": campaign.messages["outgoingMessage"]}
    request = approvals.propose(
        campaign=campaign, base=base, proposed={"outgoingMessage": NEW}, comment="Shorter", by=ada
    )
    approvals.approve(request=request, shown_hash=request.proposed_hash, by=sue)
    states = []

    end_command(Command.objects.get(), Command.State.CONFIRMED, WITH_ENGAGE)
    for status, texts in (("PENDING_APPROVAL", {}), ("READY", {"outgoingMessage": NEW})):
        follow.settle(Campaign.objects.get(pk=campaign.pk))
        request.refresh_from_db()
        states.append(request.state)
        describe(campaign, status=status, **texts)
    follow.settle(Campaign.objects.get(pk=campaign.pk))
    request.refresh_from_db()

    assert [*states, request.state] == [State.AT_PLATFORM, State.AT_PLATFORM, State.LIVE]
