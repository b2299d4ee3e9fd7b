"""What a board reads does not grow with what its campaigns hold, nor with how many there are."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.accounts.scope import Scope
from console.campaigns import board
from console.campaigns.board import BoardView, load_briefs
from engage.models import Campaign
from tests.console.campaigns.described import ALWAYS, make_described

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch, db: None) -> list[Campaign]:
    monkeypatch.setattr(board, "ROWS_PER_PAGE", 3)
    return [make_described(name=f"Campaign {number:02}", status="READY") for number in range(30)]


def test_whole_campaigns_are_read_of_one_page_alone(client: Client, many: list[Campaign]) -> None:
    with CaptureQueriesContext(connection) as queries:
        client.get("/campaigns/")

    [whole] = [query["sql"] for query in queries if '"engage_campaign"."document"' in query["sql"].split(" FROM ")[0]]
    asked_for = whole.split(" WHERE ")[1]
    assert [campaign.name for campaign in many if f"{campaign.id}" in re.findall(r"\d+", asked_for)] == [
        "Campaign 00",
        "Campaign 01",
        "Campaign 02",
    ]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps documents apart from their rows")
def test_every_campaign_is_read_from_an_index_alone(many: list[Campaign]) -> None:
    with CaptureQueriesContext(connection) as queries:
        load_briefs(Scope(None), timezone.now())

    [of_all] = [query["sql"] for query in queries if '"missing_readings" >=' in query["sql"].split(" FROM ")[0]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {of_all}")
        plan = " ".join(str(row[3]) for row in cursor.fetchall())
    assert "COVERING INDEX campaigns_at_a_glance" in plan


def test_description_of_a_campaign_that_sends_is_read_once_and_again_when_it_changed() -> None:
    now = timezone.now()
    campaign = make_described(sendingStatus="IDLE", sendingStatusDescription="Sender blocked")
    Campaign.objects.filter(pk=campaign.pk).update(version="1 a digest-one")

    [first] = load_briefs(Scope(None), now)
    with CaptureQueriesContext(connection) as unchanged:
        [second] = load_briefs(Scope(None), now)
    document = campaign.document | {"sendingStatusDescription": "All sent", "schedule": ALWAYS}
    Campaign.objects.filter(pk=campaign.pk).update(version="2 b digest-two", document=document)
    [third] = load_briefs(Scope(None), now)

    assert (first.urgency, second.urgency, third.urgency) == (4, 4, 0)
    assert not [query for query in unchanged if "document" in query["sql"]]


def test_filters_count_what_they_show(many: list[Campaign], ada: User) -> None:
    make_described(name="Running", status="RUNNING")
    view = BoardView(Scope(None))
    found = view.find(load_briefs(Scope(None), timezone.now()))

    counts = {name: count for name, count in board.count_filters(found).items() if count}

    assert counts == {"all": 31, "active": 1, "paused": 30}
    assert all(len(BoardView(Scope(None), filter=filter_).arrange(found)) == count for filter_, count in counts.items())
