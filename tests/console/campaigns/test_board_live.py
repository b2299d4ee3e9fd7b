from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from console.accounts.scope import Scope
from console.campaigns.board import BoardView, Filter
from console.live.campaign_news import CampaignNews
from console.live.feed import FeedRow
from console.live.sparing import LONGEST_PAUSE_SECONDS
from console.live.topics import Topics
from engage.models import Campaign, Change
from tests.console.campaigns.described import NEVER, make_described
from tests.factories import make_campaign, make_conversation, make_team
from tests.html import parse

pytestmark = pytest.mark.django_db
EVERYTHING = Scope(None)
BOARD = Topics(EVERYTHING, 1, board_view=BoardView(EVERYTHING))


class Clock:
    def __init__(self) -> None:
        self.now, self.cost = 1000.0, 0.0

    def __call__(self) -> float:
        self.now += self.cost
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def news(clock: Clock) -> CampaignNews:
    """A hub's, that has shown the board once."""
    news = CampaignNews(clock=clock)
    tell(news, BOARD)
    return news


def campaign_changed(campaign: Campaign) -> FeedRow:
    return FeedRow(1, None, campaign.id)


def conversation_changed(campaign: Campaign) -> FeedRow:
    return FeedRow(1, 7, campaign.id)


def tell(news: CampaignNews, *topics: Topics, rows: tuple[FeedRow, ...] = ()) -> str:
    """One round; returns what the page of the first topics is told."""
    news.note(rows)
    if not news.is_due(topics):
        return ""
    news.refresh(topics)
    told = "".join(news.parts(topics[0]))
    news.mark_told()
    return told


def page_of(campaign: Campaign) -> Topics:
    return Topics(EVERYTHING, 1, campaign_id=campaign.id)


def sections(told: str) -> list[str]:
    targets = [part.attributes["hx-target"] for part in parse(told).every("hx-partial")]
    return [target.removeprefix("#campaign-").split("[")[0] for target in targets if "data-campaign" in target]


def test_changed_campaign_comes_as_its_row_with_fresh_filters(news: CampaignNews) -> None:
    campaign, other = make_described(status="READY"), make_described(name="Another")

    told = parse(tell(news, BOARD, rows=(campaign_changed(campaign),)))

    assert told.one("hx-partial", hx_target="#board-list").attributes["hx-swap"] == "place"
    assert [row.attributes["id"] for row in told.every("li", class_="board-row")] == [f"campaign-{campaign.id}"]
    assert "Paused 1" in told.one("hx-partial", hx_target="#board-filters").text
    assert not told.every(id=f"campaign-{other.id}")


def test_row_that_a_filter_shows_no_longer_is_told_to_go(news: CampaignNews) -> None:
    campaign = make_described(status="READY")
    active = Topics(EVERYTHING, 1, board_view=BoardView(EVERYTHING, Filter.ACTIVE))

    told = parse(tell(news, active, rows=(campaign_changed(campaign),)))

    assert told.by_id(f"campaign-{campaign.id}").attributes == {"id": f"campaign-{campaign.id}", "data-gone": ""}


def test_deleted_campaign_goes(news: CampaignNews) -> None:
    told = tell(news, BOARD, rows=(FeedRow(1, None, 4711),))

    assert '<li id="campaign-4711" data-gone></li>' in told


def test_page_hears_nothing_of_campaigns_beyond_its_reach(news: CampaignNews, ada: User) -> None:
    ours, theirs = make_described(), make_described(name="Theirs")
    make_team(campaigns=(ours,), members=(ada,))
    scope = Scope.of(ada)
    topics = Topics(scope, ada.pk, board_view=BoardView(scope))

    told = tell(news, topics, rows=(campaign_changed(theirs), campaign_changed(ours)))

    assert f"campaign-{ours.id}" in told
    assert f"campaign-{theirs.id}" not in told
    assert "Theirs" not in told
    assert "All <b>1</b>" in told


def test_campaign_page_takes_every_section_when_the_campaign_changed(news: CampaignNews) -> None:
    campaign = make_described()

    told = tell(news, page_of(campaign), rows=(campaign_changed(campaign),))

    assert sections(told) == ["head", "requests", "numbers", "schedule", "lists", "messages", "setup", "log"]


def test_campaign_page_takes_its_numbers_when_conversations_changed(news: CampaignNews) -> None:
    campaign = make_described()
    make_conversation(campaign=campaign)

    told = tell(news, page_of(campaign), rows=(conversation_changed(campaign),))

    assert sections(told) == ["numbers"]
    assert "1 awaiting reply" in parse(told).text


def test_campaign_page_hears_nothing_of_other_campaigns(news: CampaignNews) -> None:
    shown, other = make_described(), make_described()

    assert tell(news, page_of(shown), rows=(campaign_changed(other),)) == ""


def test_numbers_are_counted_once_a_second_and_then_are_right(news: CampaignNews, clock: Clock) -> None:
    campaign = make_described()
    tell(news, BOARD, rows=(campaign_changed(campaign),))
    make_conversation(campaign=campaign)

    at_once = tell(news, BOARD, rows=(conversation_changed(campaign),))
    clock.now += 1.1
    later = tell(news, BOARD)

    assert at_once == ""
    assert "1 waiting" in parse(later).text


def test_state_that_people_changed_does_not_wait_for_numbers(news: CampaignNews) -> None:
    campaign = make_described()
    tell(news, BOARD, rows=(conversation_changed(campaign),))
    Campaign.objects.update(status="READY")

    told = tell(news, BOARD, rows=(campaign_changed(campaign),))

    assert "Paused (ready)" in told


def test_hours_that_end_are_told_although_nothing_changed(news: CampaignNews, clock: Clock) -> None:
    campaign = make_described()
    tell(news, BOARD, rows=(campaign_changed(campaign),))
    calm = make_described(name="Calm")
    tell(news, BOARD, rows=(campaign_changed(calm),))
    # What the clock brings about comes without a change in the feed.
    Campaign.objects.filter(id=campaign.id).update(document=campaign.document | {"schedule": NEVER})

    clock.now += 31
    told = tell(news, BOARD)
    clock.now += 31
    again = tell(news, BOARD)

    assert "Active without sending hours" in told
    assert f"campaign-{calm.id}" not in told
    assert "board-list" not in again


def test_clocks_of_a_campaign_page_go_on(news: CampaignNews, clock: Clock) -> None:
    campaign = make_described()

    clock.now += 31
    told = tell(news, page_of(campaign))

    assert sections(told) == ["head", "schedule"]


def test_section_that_only_knows_of_more_changes_is_not_told_again(news: CampaignNews, clock: Clock) -> None:
    campaign = make_described(schedule=NEVER)
    clock.now += 31
    tell(news, page_of(campaign))
    before = Change.objects.newest_id()

    Change.record_campaigns([make_described(name="Another").id])
    clock.now += 31
    told = tell(news, page_of(campaign))

    assert Change.objects.newest_id() > before
    assert "head" not in sections(told)


def test_sections_that_answers_bring_too_say_how_much_they_know(news: CampaignNews) -> None:
    campaign = make_described()
    Change.record_campaigns([campaign.id])

    told = parse(tell(news, page_of(campaign), rows=(campaign_changed(campaign),)))

    for name in ("head", "lists"):
        assert told.by_id(f"campaign-{name}").attributes["data-known"] == str(Change.objects.newest_id())


def test_nobody_looks_and_nothing_is_counted(news: CampaignNews) -> None:
    campaign = make_described()
    inbox = Topics(EVERYTHING, 1)

    with CaptureQueriesContext(connection) as queries:
        assert tell(news, inbox, rows=(campaign_changed(campaign),)) == ""

    assert len(queries) == 0


def test_database_that_stood_still_freezes_no_board_for_long(news: CampaignNews, clock: Clock) -> None:
    campaign = make_described()
    clock.cost = 30.0
    tell(news, BOARD, rows=(campaign_changed(campaign),))

    clock.cost = 0.0
    at_once = tell(news, BOARD, rows=(campaign_changed(campaign),))
    clock.now += LONGEST_PAUSE_SECONDS

    assert at_once == ""
    assert f'id="campaign-{campaign.pk}"' in tell(news, BOARD)


def test_many_pages_cost_one_rendering(news: CampaignNews) -> None:
    campaigns = [make_described(name=f"Campaign {number}") for number in range(10)]
    rows = tuple(campaign_changed(campaign) for campaign in campaigns)
    topics = [Topics(EVERYTHING, agent_id, board_view=BoardView(EVERYTHING)) for agent_id in range(50)]

    news.note(rows)
    with CaptureQueriesContext(connection) as queries:
        news.refresh(topics)
        told = {"".join(news.parts(topic)) for topic in topics}

    # Of all: campaigns, workspaces, what those that send say, what was asked. Of the page: campaigns, three counts,
    # newest commands and what they are, lists.
    assert len(queries) <= 12
    assert len(told) == 1


def test_failed_round_is_made_up_for(news: CampaignNews) -> None:
    campaign = make_described()
    news.note((campaign_changed(campaign),))
    news.refresh([BOARD])
    # No `mark_told`: something else of the round failed.

    assert f"campaign-{campaign.id}" in tell(news, BOARD)


def test_poll_brings_what_a_stream_would(client: Client) -> None:
    campaign = make_described(status="READY")
    position = Change.objects.create().pk
    Change.record_campaigns([campaign.id])

    board = client.get("/live/poll/", {"show": "all", "sort": "attention", "after": position})
    page = client.get("/live/poll/", {"about": campaign.id, "after": position})

    assert f'id="campaign-{campaign.id}"' in board.content.decode()
    assert "campaign-head" in page.content.decode()


def test_stream_of_a_campaign_out_of_reach_is_not_about_it(ada: User) -> None:
    campaign = make_described()
    make_team(campaigns=(make_described(),), members=(ada,))

    assert Topics.of({"about": str(campaign.id)}, ada).campaign_id is None


def test_pages_name_what_they_want_to_hear(client: Client) -> None:
    campaign = make_described()

    board = parse(client.get("/campaigns/?show=active&find=x").content).by_id("live")
    page = parse(client.get(f"/campaigns/{campaign.id}/").content).by_id("live")

    assert "show=active&find=x&sort=attention" in board.attributes["data-live-url"]
    assert f"about={campaign.id}" in page.attributes["data-live-url"]


def test_round_in_which_nothing_was_due_takes_no_row_away(ada: User) -> None:
    campaign = make_campaign()
    board = Topics(Scope(None), ada.pk, board_view=BoardView(Scope(None)))
    news = CampaignNews()
    news.note([FeedRow(1, None, campaign.pk)])
    news.refresh([board])
    assert any(f'id="campaign-{campaign.pk}"' in part for part in news.parts(board))
    news.mark_told()

    news.refresh([board])

    assert news.parts(board) == []
