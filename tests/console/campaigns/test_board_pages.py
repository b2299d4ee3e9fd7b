"""A board of thousands is read page by page; so is the rail short, and live news stay on the page that shows them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from console.accounts.scope import Scope
from console.campaigns import board
from console.campaigns.board import BoardView, Sort
from console.inbox.templatetags.desk_rail import CAMPAIGNS_SHOWN
from console.live.campaign_news import CampaignNews
from console.live.topics import Topics, build_query
from engage.models import Campaign
from tests.console.campaigns.test_board_live import Clock, campaign_changed, tell
from tests.factories import make_campaign, make_conversation
from tests.html import parse

pytestmark = pytest.mark.django_db
EVERYTHING = Scope(None)
COUNT = 450


@pytest.fixture
def many(db: None) -> list[Campaign]:
    """Their names come before every sensible one."""
    workspace = make_campaign(name="Sensible").workspace
    rows = [
        Campaign(workspace=workspace, remote_id=f"forged-{number}", name=f"!!! {number:05}", status="ACTIVE")
        for number in range(COUNT)
    ]
    return Campaign.objects.bulk_create(rows)


@pytest.fixture
def client(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


@pytest.fixture
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(board, "ROWS_PER_PAGE", 2)
    return


def rows_of(html: str) -> list[str]:
    return [row.attributes["data-name"] for row in parse(html).every("li", class_="board-row")]


def test_board_stays_small_and_every_campaign_is_on_some_page_of_it(client: Client, many: list[Campaign]) -> None:
    query, seen, sizes = "?sort=name", [], []
    while query:
        page = client.get(f"/campaigns/{query}").content.decode()
        sizes.append(len(page))
        seen += rows_of(page)
        links = [link for link in parse(page).every("a", rel="next")]
        query = links[0].attributes["href"].removeprefix("/campaigns/") if links else ""

    assert sorted(seen) == sorted([*(str(campaign) for campaign in many), "Sensible"])
    assert max(sizes) < 400_000


def test_page_beyond_the_end_is_the_first_one(client: Client, many: list[Campaign]) -> None:
    assert rows_of(client.get("/campaigns/?sort=name&page=9").content.decode())[0] == "!!! 00000"
    assert client.get("/campaigns/?page=x").status_code == 404


def test_search_reaches_every_campaign(client: Client, many: list[Campaign]) -> None:
    assert rows_of(client.get("/campaigns/?find=sensible").content.decode()) == ["Sensible"]


def test_rail_ends_and_says_how_many_more_there_are(client: Client, many: list[Campaign]) -> None:
    rail = parse(client.get("/").content.decode()).one("nav", class_="rail")

    assert len(rail.every("i", class_="rail-dot")) == CAMPAIGNS_SHOWN
    assert f"{COUNT + 1 - CAMPAIGNS_SHOWN} more" in rail.text


def test_names_push_no_campaign_out_of_the_rail_in_which_leads_wait(client: Client, many: list[Campaign]) -> None:
    make_conversation(campaign=Campaign.objects.get(name="Sensible"), text="Hello?")

    assert "Sensible" in parse(client.get("/").content.decode()).one("nav", class_="rail").text


@pytest.mark.usefixtures("_small_pages")
def test_news_of_a_campaign_on_another_page_does_not_come_to_this_one() -> None:
    first, *_, last = [make_campaign(name=name) for name in ("A", "B", "C", "D")]
    topics = Topics(EVERYTHING, 1, board_view=BoardView(EVERYTHING, sort=Sort.NAME))
    news = CampaignNews(clock=Clock())
    tell(news, topics, rows=(campaign_changed(first),))

    told = tell(news, topics, rows=(campaign_changed(first), campaign_changed(last)))

    assert rows_of(told) == ["A"]


@pytest.mark.usefixtures("_small_pages")
def test_campaign_that_comes_to_a_page_brings_its_row_and_sends_another_one_away() -> None:
    first, second, third = [make_campaign(name=name) for name in ("A", "B", "C")]
    topics = Topics(EVERYTHING, 1, board_view=BoardView(EVERYTHING, sort=Sort.NAME))
    news = CampaignNews(clock=Clock())
    tell(news, topics, rows=(campaign_changed(first),))
    Campaign.objects.filter(pk=third.pk).update(name="0")

    told = tell(news, topics, rows=(campaign_changed(third),))

    assert rows_of(told) == ["0"]
    assert f'<li id="campaign-{second.pk}" data-gone></li>' in told


def test_page_of_a_board_is_part_of_what_its_stream_asks_for(ada: User) -> None:
    view = BoardView(Scope.of(ada), sort=Sort.NAME, page=3)
    query = dict(part.split("=") for part in build_query(None, None, 1, board_view=view).split("&"))

    assert Topics.of(query, ada).board_view == view
