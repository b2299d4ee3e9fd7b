from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from engage.models import Command
from engage.outbox.campaigns import activate_campaign, pause_campaign
from tests.console.campaigns.described import NEVER, make_described, make_list
from tests.factories import make_conversation, make_disposition, make_opt_out, make_team
from tests.html import Element, parse

pytestmark = pytest.mark.django_db
FRAGMENT = {"hx-request": "true"}


def board(client: Client, **query: str) -> Element:
    response = client.get("/campaigns/", query)
    assert response.status_code == 200
    return parse(response.content)


def names(page: Element) -> list[str]:
    return [cell.one("a").text for cell in page.every("div", class_="board-name")]


def row_of(page: Element, campaign_id: int) -> Element:
    return page.by_id(f"campaign-{campaign_id}")


def test_row_says_status_sender_sending_and_lists(client: Client) -> None:
    campaign = make_described(sendingStatus="SENDING", nextRunTime="2124-01-05T16:00:00Z")
    make_list(campaign, "March")
    make_list(campaign, "April", "READY")

    row = row_of(board(client), campaign.id)

    assert row.one("span", class_="chip").text == "Active"
    assert "1 of 2 lists active" in row.one("div", class_="board-name").text
    assert "Sending · next run 5 Jan 2124 11 AM" in row.one("div", class_="board-status").text
    assert row.one("div", class_="board-sender").text == "Short code"


def test_row_claims_nothing_of_lists_that_leads_alone_named(client: Client) -> None:
    unheard, heard = make_described(), make_described()
    for campaign, statuses in ((unheard, ("", "")), (heard, ("", "ACTIVE"))):
        for number, status in enumerate(statuses):
            make_list(campaign, f"List {number}", status)

    page = board(client)

    assert "2 lists" in row_of(page, unheard.id).one("div", class_="board-name").text
    assert "active" not in row_of(page, unheard.id).one("div", class_="board-name").text
    assert "1 of 1 list active" in row_of(page, heard.id).one("div", class_="board-name").text


def test_row_counts_conversations_and_successes(client: Client) -> None:
    campaign = make_described()
    make_conversation(campaign=campaign)
    make_disposition(conversation=make_conversation(campaign=campaign, waiting=None), name="SALE")
    make_disposition(conversation=make_conversation(campaign=campaign, waiting=None), name="SALE")
    make_disposition(conversation=make_conversation(campaign=campaign, waiting=None), name="CALL BACK")
    make_opt_out(conversation=make_conversation(campaign=campaign))

    row = row_of(board(client), campaign.id)

    assert [number.text for number in row.every(class_="board-number")] == [
        "1 open",
        "1 waiting",
        "1 opted out",
        "67% successof 3",
    ]


@pytest.mark.parametrize(
    ("status", "was_active", "words"),
    [
        ("READY", True, "Paused (ready)"),
        ("READY", False, "Ready"),
        ("DRAFT", False, "Draft"),
        ("PENDING_APPROVAL", False, "Pending approval"),
        ("FROZEN", False, "FROZEN"),
        ("", False, "Not read yet"),
    ],
)
def test_status_in_words_and_what_is_unknown_as_it_came(
    client: Client, status: str, was_active: bool, words: str
) -> None:
    campaign = make_described(status=status, was_active=was_active)

    assert row_of(board(client), campaign.id).one("div", class_="board-status").one("span").text == words


def test_what_needs_somebody_stands_out_and_comes_first(client: Client, sue: User) -> None:
    make_described(name="Calm")
    make_described(name="Pending", status="PENDING_APPROVAL")
    make_described(name="Asleep", schedule=NEVER)
    make_described(name="Stopped", sendingStatus="IDLE", sendingStatusDescription="Daily limit reached")
    lost = make_described(name="Lost", status="READY")
    command = activate_campaign(campaign=lost, by=sue, key=uuid.uuid4())
    Command.objects.filter(id=command.id).update(state=Command.State.UNCONFIRMED, reason="It reads READY")

    page = board(client)

    assert names(page) == ["Lost", "Stopped", "Pending", "Asleep", "Calm"]
    assert [item.text for item in page.every("ul", class_="board-attention")] == [
        "Activation could not be confirmed. It reads READY.",
        "Sending has stopped. Daily limit reached",
        "Waiting for Engage to approve. Engage has not approved its messages yet. "
        "It can be activated as soon as they are.",
        "Active without sending hours. Its schedule allows no texts at all.",
    ]
    assert page.one("nav", class_="board-filters").every("a")[1].text == "Needs attention 4"


def test_pause_on_its_way_is_loud_until_it_is_certain(client: Client, sue: User) -> None:
    campaign = make_described()
    command = pause_campaign(campaign=campaign, by=sue, key=uuid.uuid4())

    under_way = row_of(board(client), campaign.id).one("ul", class_="board-attention").one("li")
    Command.objects.filter(id=command.id).update(state=Command.State.CONFIRMED)
    settled = row_of(board(client), campaign.id)

    assert under_way.attributes["data-tone"] == "bad"
    assert "texts may still go out" in under_way.text
    assert not settled.every("ul", class_="board-attention")


def test_failure_is_told_for_a_day(client: Client, sue: User) -> None:
    campaign = make_described(status="READY")
    command = activate_campaign(campaign=campaign, by=sue, key=uuid.uuid4())
    Command.objects.filter(id=command.id).update(
        state=Command.State.REJECTED, state_since=timezone.now() - timedelta(hours=25)
    )

    assert not row_of(board(client), campaign.id).every("ul", class_="board-attention")


def test_filters_search_and_order(client: Client) -> None:
    spring, solar = make_described(name="Spring webinar"), make_described(name="Solar quotes", status="READY")
    draft = make_described(name="Draft of May", status="DRAFT", was_active=False)
    for campaign, count in ((spring, 1), (solar, 3)):
        for _ in range(count):
            make_conversation(campaign=campaign)

    assert names(board(client, show="active")) == ["Spring webinar"]
    assert names(board(client, show="paused")) == ["Solar quotes"]
    assert names(board(client, show="draft")) == [draft.name]
    assert names(board(client, find="SOLAR quo")) == ["Solar quotes"]
    assert names(board(client, find="paused")) == ["Solar quotes"]
    assert names(board(client, sort="waiting")) == ["Solar quotes", "Spring webinar", "Draft of May"]
    assert names(board(client, sort="name")) == ["Draft of May", "Solar quotes", "Spring webinar"]


def test_filter_keeps_search_and_order(client: Client) -> None:
    make_described(name="Solar quotes")

    links = board(client, find="solar", sort="name").one("nav", class_="board-filters").every("a")

    assert links[1].attributes["href"] == "/campaigns/?show=active&find=solar&sort=name"


@pytest.mark.parametrize("query", ["show=everything", "sort=random"])
def test_address_that_makes_no_sense_is_not_found(client: Client, query: str) -> None:
    assert client.get(f"/campaigns/?{query}").status_code == 404


@pytest.mark.parametrize("find", ["x" * 5000, "sol\x00ar", "\u200b"])
def test_search_of_any_length_and_any_signs_is_answered(client: Client, find: str) -> None:
    assert client.get("/campaigns/", {"find": find}).status_code == 200


@pytest.mark.parametrize("find", ["s\u00f3lar QUOTES", "Solar\u2010quotes", "o\u2019hare"])
def test_search_folds_what_is_written_otherwise(client: Client, find: str) -> None:
    make_described(name="Solar-Quotes O'Hare")

    assert "Solar-Quotes" in client.get("/campaigns/", {"find": find}).content.decode()


def test_campaign_of_another_team_is_not_on_the_board(client: Client, ada: User) -> None:
    ours, _ = make_described(name="Ours"), make_described(name="Theirs")
    make_team(campaigns=(ours,), members=(ada,))

    page = board(client)

    assert names(page) == ["Ours"]
    assert "All 1" in page.one("nav", class_="board-filters").text


def test_board_says_when_nothing_is_there_and_when_nothing_is_found(client: Client) -> None:
    assert "No campaigns yet" in board(client).one("div", class_="empty").text

    make_described()

    assert "No campaign is like that" in board(client, find="nothing").one("div", class_="empty").text


def test_name_of_a_stranger_stays_text(client: Client) -> None:
    make_described(name="<script>alert(1)</script>")

    response = client.get("/campaigns/")

    assert b"<script>alert" not in response.content


def test_fragment_is_the_board_alone(client: Client) -> None:
    make_described()

    response = client.get("/campaigns/", headers=FRAGMENT)

    assert b"<html" not in response.content
    assert parse(response.content).by_id("board")
    assert "HX-Request" in response.headers["Vary"]


def test_board_is_for_reading_and_for_people_who_signed_in(client: Client) -> None:
    assert client.post("/campaigns/").status_code == 405
    assert Client().get("/campaigns/").status_code == 302


def test_rail_leads_to_the_board(client: Client) -> None:
    links = {link.text: link for link in parse(client.get("/campaigns/").content).one("nav", class_="rail").every("a")}

    assert links["Campaign board"].attributes["aria-current"] == "page"
    assert "aria-current" not in parse(client.get("/").content).one("a", href="/campaigns/").attributes


def test_more_campaigns_make_no_more_queries(client: Client, sue: User) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            board(client)
        return len(queries)

    def make(number: int) -> None:
        campaign = make_described(name=f"Campaign {number}")
        make_list(campaign, "March")
        make_disposition(conversation=make_conversation(campaign=campaign), name="SALE")
        pause_campaign(campaign=campaign, by=sue, key=uuid.uuid4())

    for number in range(2):
        make(number)
    few = count()
    for number in range(2, 20):
        make(number)

    # Session, user, permissions, teams; campaigns, three counts, commands and their newest, lists; the rail's counters
    # and campaigns; the count of approvals; the position of the feed.
    assert count() == few
