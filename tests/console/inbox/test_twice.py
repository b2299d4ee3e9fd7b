from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from console.accounts.scope import Scope
from console.inbox.needing import count_decisions
from console.inbox.twice import NEWS, count_news
from engage.models import Attempt, Command
from engage.outbox.evidence import SEEN_TWICE
from tests.factories import make_campaign, make_conversation, make_reply, make_team
from tests.html import Element, parse

FRAGMENT = {"hx-request": "true"}
EVERYTHING = Scope(None)
State = Command.State


def make(by: User, *, minutes: float = 1, reason: str = SEEN_TWICE, **fields: Any) -> Command:
    """A reply that was found twice at the platform so many minutes ago."""
    conversation = fields.pop("conversation", None) or make_conversation()
    since = timezone.now() - timedelta(minutes=minutes)
    values: dict[str, Any] = {"state": State.CONFIRMED, "state_since": since} | fields
    return make_reply(conversation=conversation, by=by, reason=reason, **values)


def sent_again(command: Command, by: User) -> None:
    Attempt.objects.create(command=command, number=1, outcome=Attempt.Outcome.UNKNOWN)
    Attempt.objects.create(command=command, number=2, outcome=Attempt.Outcome.SENT, authorised_by=by)


def show(client: Client) -> Element:
    response = client.get("/decisions/")
    assert response.status_code == 200
    return parse(response.content)


def listed(client: Client) -> list[str]:
    return [row.attributes["id"] for section in show(client).every(id="twice") for row in section.every("li")]


def test_reply_that_went_out_twice_is_told_with_nothing_to_decide(client: Client, ada: User, sue: User) -> None:
    command = make(ada, text="We open at nine.", conversation=make_conversation(name="Robin Roe"))
    sent_again(command, sue)

    section = show(client).by_id("twice")

    row = section.by_id(f"twice-{command.pk}")
    assert "Nothing to decide" in section.text
    assert row.one("h3").text == "Robin Roe"
    assert row.one("blockquote").text == "We open at nine."
    assert "Ada" in row.text
    assert "sent again by Sue" in row.text
    assert {link.attributes["href"] for link in row.every("a")} == {f"/conversations/{command.conversation_id}/"}
    assert section.every("button") == section.every("form") == []


@pytest.mark.parametrize(
    ("fields", "is_listed"),
    [
        ({}, True),
        ({"minutes": 23 * 60}, True),
        ({"minutes": 25 * 60}, False),
        ({"reason": ""}, False),
        ({"reason": "Arrived late."}, False),
        ({"state": State.UNCONFIRMED}, False),
        ({"kind": Command.Kind.DISPOSITION}, False),
    ],
)
def test_only_what_went_out_twice_in_the_last_day_is_told(
    client: Client, ada: User, fields: dict[str, Any], is_listed: bool
) -> None:
    command = make(ada, **fields)

    assert listed(client) == ([f"twice-{command.pk}"] if is_listed else [])


def test_newest_comes_first(client: Client, ada: User) -> None:
    old, young = make(ada, minutes=90), make(ada, minutes=2)

    assert listed(client) == [f"twice-{young.pk}", f"twice-{old.pk}"]


def test_it_counts_as_no_decision(client: Client, ada: User) -> None:
    make(ada)

    page = show(client)

    assert count_decisions(EVERYTHING)["decisions"] == 0
    assert page.by_id("decisions-link").one("b").text == "0"
    assert "Nothing needs a decision" in page.by_id("decisions").text


def test_another_teams_replies_are_not_shown(client: Client, ada: User, ben: User) -> None:
    campaign = make_campaign()
    make_team(campaigns=(campaign,), members=(ada,))
    ours = make(ben, conversation=make_conversation(campaign=campaign))
    make(ben)

    assert listed(client) == [f"twice-{ours.pk}"]


def test_where_nothing_went_out_twice_nothing_is_said_of_it(client: Client) -> None:
    assert show(client).every(id="twice") == []


def test_fragment_brings_both_lists(client: Client, ada: User) -> None:
    command = make(ada)

    response = client.get("/decisions/", headers=FRAGMENT)

    assert b"<html" not in response.content
    parse(response.content).by_id("decisions").by_id(f"twice-{command.pk}")


def test_news_differ_with_each_one_and_are_within_reach_only(ada: User) -> None:
    campaign = make_campaign()
    marks = [count_news(EVERYTHING)[NEWS]]
    make(ada)
    marks.append(count_news(EVERYTHING)[NEWS])
    make(ada, conversation=make_conversation(campaign=campaign))
    marks.append(count_news(EVERYTHING)[NEWS])

    assert marks[0] == 0
    assert len(set(marks)) == len(marks)
    assert count_news(Scope(frozenset({campaign.pk})))[NEWS] not in (0, marks[-1])
    assert count_news(Scope(frozenset()))[NEWS] == 0


def test_page_reads_itself_again_only_when_its_marks_are_others(client: Client, ada: User) -> None:
    make(ada)

    page = show(client)

    assert page.by_id("decisions").attributes["data-mark"] == page.by_id("decisions-again").text
    assert page.by_id("decisions-again").one(data_count=NEWS).text == str(count_news(EVERYTHING)[NEWS])


def test_list_takes_as_many_queries_for_twenty_as_for_two(
    client: Client, ada: User, django_assert_max_num_queries: Any
) -> None:
    def measure() -> int:
        with django_assert_max_num_queries(25) as captured:
            client.get("/decisions/")
        return len(captured)

    for _ in range(2):
        sent_again(make(ada), ada)
    few = measure()
    for _ in range(18):
        sent_again(make(ada), ada)

    # The replies with lead, campaign and author, and their tries with who wanted them: two queries.
    assert measure() == few
