from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.factories import (
    make_campaign,
    make_conversation,
    make_disposition,
    make_lead,
    make_opt_out,
    make_reply,
    make_team,
)
from tests.html import parse

FRAGMENT = {"hx-request": "true"}


def rows_of(content: bytes) -> list[str]:
    return [row.attributes["id"] for row in parse(content).by_id("queue-list").every("li")]


def row_ids(*conversations: Any) -> list[str]:
    return [f"conversation-{conversation.id}" for conversation in conversations]


def test_who_waits_longest_stands_first(client: Client) -> None:
    short = make_conversation(waiting=timedelta(minutes=1))
    long = make_conversation(waiting=timedelta(minutes=20))

    response = client.get("/")

    assert rows_of(response.content) == row_ids(long, short)


def test_nobody_signed_in_is_asked_to_sign_in() -> None:
    response = Client().get("/?queue=mine")

    assert response.status_code == 302
    assert response.headers["Location"] == "/sign-in/?next=/%3Fqueue%3Dmine"


def test_fragment_for_nobody_signed_in_leads_the_whole_page_to_sign_in() -> None:
    response = Client().get("/", headers=FRAGMENT | {"hx-current-url": "http://testserver/conversations/5/?queue=mine"})

    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/sign-in/?next=%2Fconversations%2F5%2F%3Fqueue%3Dmine"


def test_only_reading_is_allowed(client: Client) -> None:
    assert client.post("/").status_code == 405


def test_fragment_is_the_panes_without_a_page_around_them(client: Client) -> None:
    make_conversation()

    response = client.get("/", headers=FRAGMENT)

    assert b"<html" not in response.content
    assert parse(response.content).by_id("panes").by_id("queue-list").every("li")
    assert "HX-Request" in response.headers["Vary"]


def test_history_gets_the_whole_page_back(client: Client) -> None:
    response = client.get("/", headers=FRAGMENT | {"hx-history-restore-request": "true"})

    assert b"<html" in response.content


def test_pages_stay_in_no_cache(client: Client) -> None:
    assert "no-store" in client.get("/").headers["Cache-Control"]


def test_another_teams_conversation_is_not_listed(client: Client, ada: User) -> None:
    make_conversation(name="Theirs")
    ours = make_conversation(name="Ours")
    make_team(campaigns=(ours.campaign,), members=(ada,))

    response = client.get("/")

    assert rows_of(response.content) == row_ids(ours)
    assert b"Theirs" not in response.content


def test_another_teams_campaign_is_not_found(client: Client, ada: User) -> None:
    make_team(campaigns=(make_campaign(name="Ours"),), members=(ada,))
    other = make_campaign(name="Other")

    assert client.get(f"/?campaign={other.id}").status_code == 404


@pytest.mark.parametrize("query", ["queue=nowhere", "campaign=x", "campaign=99999", "show=-1"])
def test_address_that_means_nothing_is_not_found(client: Client, query: str) -> None:
    assert client.get(f"/?{query}").status_code == 404


def test_each_queue_lists_its_own(client: Client, ada: User, ben: User) -> None:
    mine = make_conversation(assigned_to=ada)
    bens = make_conversation(assigned_to=ben)
    free = make_conversation()
    closed = make_conversation(waiting=timedelta(hours=1))
    make_disposition(conversation=closed)
    opted_out = make_conversation()
    make_opt_out(conversation=opted_out)

    listed = {
        queue: set(rows_of(client.get(f"/?queue={queue}").content))
        for queue in ("needs-reply", "mine", "unassigned", "open", "closed", "opted-out")
    }

    assert listed == {
        "needs-reply": set(row_ids(mine, bens, free)),
        "mine": set(row_ids(mine)),
        "unassigned": set(row_ids(free)),
        "open": set(row_ids(mine, bens, free)),
        "closed": set(row_ids(closed)),
        "opted-out": set(row_ids(opted_out)),
    }


def test_counters_say_what_the_queues_list(client: Client, ada: User) -> None:
    conversation = make_conversation(assigned_to=ada)
    make_conversation()

    page = parse(client.get("/").content)

    rail = page.one("nav", class_="rail")
    counts = {element.attributes["data-count"]: element.text for element in rail.every("b")}
    assert counts["needs-reply"] == "2"
    assert counts["mine"] == "1"
    assert counts[f"campaign-{conversation.campaign_id}"] == "1"


@pytest.mark.parametrize("search", ["maria", "REYES", "(212) 555-0199", "5550199"])
def test_search_finds_names_and_numbers_in_any_state(client: Client, search: str) -> None:
    found = make_conversation(lead=make_lead(name="Maria Reyes", phone="+12125550199"))
    make_disposition(conversation=found)
    make_conversation(name="John Doe")

    response = client.get("/", {"search": search})

    assert rows_of(response.content) == row_ids(found)


FULL_WIDTH = "".join(chr(0xFF10 + int(digit)) for digit in "2045550143")
ARABIC = "".join(chr(0x660 + int(digit)) for digit in "2045550143")
FOUND = [
    *("001 204 555 0143", "011 1 204 555 0143", "tel:+12045550143", "sms:+12045550143", "Phone: (204) 555-0143"),
    *(FULL_WIDTH, ARABIC, "204-555-0143 x12", "204-555-0143 ext. 5", "204.555.0143 extension 12", "2045550143#9"),
    *("Ann 0143", "0143 Ann", "Ann (204)", "Findme 204", "Ann O\u2019Findme (204) 555-0143", "ann ofindme 2045550143"),
    *("\u00e4nn", "O\u02bcFIND\u00adME", "Findme, Ann", "o'find\u200bme", "ann\u00a0lou", "Ann\u2010Lou"),
    *("555-0143 204", "+12045550143;ext=7", "cell phone 204 555 0143", "Phone number: 2045550143"),
    *("whatsapp:+12045550143", "work: (204) 555-0143"),
]


@pytest.mark.parametrize("search", [*FOUND, "\x00Ann", "Ann " * 300, "0143" + " " * 5000])
def test_every_word_of_a_search_is_in_the_name_or_the_number(client: Client, search: str) -> None:
    found = make_conversation(lead=make_lead(name="Ann-Lou O'Findme", phone="+12045550143"))
    make_conversation(lead=make_lead(name="Ben O'Findme", phone="+12045550144"))
    make_conversation(lead=make_lead(name="Cleo", phone="+15552040142"))

    response = client.get("/", {"search": search})

    listed = set(rows_of(response.content))
    assert f"conversation-{found.id}" in listed
    assert len(listed) < 3


@pytest.mark.parametrize("search", ["Ann 0144", "204 555 0199", "!!!", "Bob", "12 34 56 78 90"])
def test_search_for_somebody_who_is_not_there_finds_nobody(client: Client, search: str) -> None:
    make_conversation(lead=make_lead(name="Ann-Lou O'Findme", phone="+12045550143"))

    response = client.get("/", {"search": search})

    assert rows_of(response.content) == []


@pytest.mark.parametrize("search", ["+1 202 555 0155", "2025550155", "(202) 555-0155", "0155"])
def test_number_written_without_its_country_is_found_with_it(client: Client, search: str) -> None:
    found = make_conversation(lead=make_lead(phone="2025550155"))

    assert rows_of(client.get("/", {"search": search}).content) == row_ids(found)


@pytest.mark.parametrize("search", ["\u200b", " \u00a0 ", "\u3164"])
def test_search_for_what_cannot_be_seen_is_no_search(client: Client, search: str) -> None:
    waiting = make_conversation()

    assert rows_of(client.get("/", {"search": search}).content) == row_ids(waiting)


@pytest.mark.parametrize(
    ("search", "first"),
    [
        ("Jose Diaz", "Jose Diaz"),
        ("Jos\u00e9 Diaz", "Jos\u00e9 Diaz"),
        ("jose diaz", "Jose Diaz"),
        ("Diaz Jose", "Jose Diaz"),
        ("Jos\u00e9", "Jos\u00e9 Diaz"),
    ],
)
def test_who_is_called_so_to_the_letter_comes_first_however_old(client: Client, search: str, first: str) -> None:
    for age, name in enumerate(["Jos\u00e9 Diaz" if first == "Jose Diaz" else "Jose Diaz", "Josef Diaz", first]):
        make_conversation(name=name, waiting=timedelta(hours=1 + age))

    rows = parse(client.get("/", {"search": search}).content).by_id("queue-list").every(class_="row")

    assert rows[0].one(class_="row-name").text == first


def test_number_that_is_asked_for_comes_before_one_that_holds_it(client: Client) -> None:
    make_conversation(lead=make_lead(name="Order 2125550143", phone="+12025550107"), waiting=timedelta(minutes=1))
    asked = make_conversation(lead=make_lead(name="Ann", phone="+12125550143"), waiting=timedelta(hours=9))

    assert rows_of(client.get("/", {"search": "(212) 555-0143"}).content)[0] == f"conversation-{asked.pk}"


def test_empty_queue_says_when_the_last_reply_was(client: Client, ada: User) -> None:
    make_reply(conversation=make_conversation(waiting=None), by=ada)

    queue = parse(client.get("/").content).by_id("queue")

    assert queue.one(class_="queue-empty").text == "Nobody is waiting. Last reply 0 s ago."


def test_show_more_lists_fifty_further(client: Client) -> None:
    campaign = make_campaign()
    for minutes in range(60):
        make_conversation(campaign=campaign, waiting=timedelta(minutes=minutes))

    first = parse(client.get("/").content).by_id("queue")
    more = first.one("a", class_="queue-more").attributes["href"]
    second = parse(client.get(more).content).by_id("queue")

    assert len(first.by_id("queue-list").every("li")) == 50
    assert "data-more" in first.by_id("queue-list").attributes
    assert len(second.by_id("queue-list").every("li")) == 60
    assert not second.every("a", class_="queue-more")


def test_list_takes_as_many_queries_for_twenty_as_for_two(
    client: Client, ada: User, django_assert_num_queries: Any
) -> None:
    """Session, person, permissions of the person and of the groups, teams, rows, six queues and the campaigns
    counted, words of campaign states, ids and rows of the rail's campaigns, decisions counted, newest change."""
    campaign = make_campaign()

    def add(count: int) -> None:
        for _ in range(count):
            make_conversation(campaign=campaign, assigned_to=ada)

    add(2)
    with django_assert_num_queries(18):
        client.get("/")
    add(18)
    with django_assert_num_queries(18):
        client.get("/")


def test_row_tells_how_urgent_it_is(client: Client) -> None:
    late = make_conversation(waiting=timedelta(minutes=16))
    soon = make_conversation(waiting=timedelta(minutes=6))
    fresh = make_conversation(waiting=timedelta(minutes=1))

    page = parse(client.get("/").content)

    marks = {
        conversation.id: set(page.by_id(f"conversation-{conversation.id}").one("time").attributes)
        & {"data-late", "data-soon"}
        for conversation in (late, soon, fresh)
    }
    assert marks == {late.id: {"data-late"}, soon.id: {"data-soon"}, fresh.id: set()}


def test_markup_in_a_name_and_a_text_stays_words(client: Client) -> None:
    conversation = make_conversation(name="<script>alert(1)</script>", text="<hx-partial hx-target='#queue'>x")

    response = client.get("/")

    row = parse(response.content).by_id(f"conversation-{conversation.id}")
    assert row.one(class_="row-name").text == "<script>alert(1)</script>"
    assert b"<script>alert" not in response.content
    assert b"<hx-partial hx-target='#queue'>" not in response.content
