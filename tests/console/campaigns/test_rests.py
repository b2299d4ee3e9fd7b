"""What an active campaign says of not sending: a normal rest is no alarm, trouble is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from engage.models import Campaign
from tests.console.campaigns.described import NEVER, make_described
from tests.html import Element, parse

pytestmark = pytest.mark.django_db

RESTS = (
    "Outside the sending hours",
    "Waiting for the next window",
    "All sent",
    "Every lead of the active lists has been sent to",
    "No list is active",
    "Nothing left to send",
    "The list is empty",
    "Completed",
)
TROUBLES = (
    "Daily limit reached",
    "All limits reached",
    "No sender number",
    "Carrier rejected the sender",
    "Sending failed outside the platform",
    "Number suspended, no leads are sent to",
)


def alarms(client: Client, campaign: Campaign) -> list[Element]:
    row = parse(client.get("/campaigns/").content).by_id(f"campaign-{campaign.id}")
    head = parse(client.get(f"/campaigns/{campaign.id}/").content).by_id("campaign-head")
    return [item for part in (row, head) for item in part.every(**{"data-tone": "bad"})]


def idle(words: str, **document: object) -> Campaign:
    return make_described(sendingStatus="IDLE", sendingStatusDescription=words, **document)


@pytest.mark.parametrize("words", RESTS)
def test_normal_rest_is_said_and_is_no_alarm(client: Client, words: str) -> None:
    campaign = idle(words)

    assert alarms(client, campaign) == []
    row = parse(client.get("/campaigns/").content).by_id(f"campaign-{campaign.id}")
    assert words in row.one("div", class_="board-status").text
    assert "Needs attention" not in parse(client.get("/campaigns/").content).one("nav", class_="board-filters").text


@pytest.mark.parametrize("words", TROUBLES)
def test_trouble_is_an_alarm_on_board_and_page(client: Client, words: str) -> None:
    assert len(alarms(client, idle(words))) == 2


def test_what_goes_on_by_itself_is_no_alarm(client: Client) -> None:
    later, before = timezone.now() + timedelta(hours=2), timezone.now() - timedelta(hours=2)

    assert alarms(client, idle("Daily limit reached", nextRunTime=later.isoformat())) == []
    assert len(alarms(client, idle("Daily limit reached", nextRunTime=before.isoformat()))) == 2
    assert len(alarms(client, idle("Sender blocked", nextRunTime=later.isoformat()))) == 2


def test_closed_schedule_explains_any_rest_but_trouble(client: Client) -> None:
    assert alarms(client, idle("Pausing for now", schedule=NEVER)) == []
    assert len(alarms(client, idle("Sender blocked", schedule=NEVER))) == 2
