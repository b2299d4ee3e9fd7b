from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from console.accounts.scope import Scope
from console.audit.models import AuditEntry
from console.inbox import needing
from console.inbox.models import Acknowledgement
from console.inbox.needing import count_decisions, is_alarming
from engage.models import Campaign, Command
from tests.factories import make_campaign, make_conversation, make_message, make_reply, make_team
from tests.html import Element, parse

FRAGMENT = {"hx-request": "true"}
EVERYTHING = Scope(None)
State = Command.State


def make(by: User, state: Command.State, *, minutes: float = 1, **fields: Any) -> Command:
    """A reply that stands where it does for so many minutes."""
    since = timezone.now() - timedelta(minutes=minutes)
    conversation = fields.pop("conversation", None) or make_conversation()
    return make_reply(conversation=conversation, by=by, state=state, state_since=since, **fields)


def make_pause(by: User, campaign: Campaign, **fields: Any) -> Command:
    return Command.objects.create(
        kind=Command.Kind.PAUSE,
        workspace=campaign.workspace,
        campaign=campaign,
        target="campaign",
        created_by=by,
        expires_at=timezone.now(),
        due_at=None,
        **({"state": State.UNCONFIRMED} | fields),
    )


def listed(client: Client) -> list[str]:
    return [row.attributes["id"] for row in show(client).every("li", class_="decision")]


def show(client: Client) -> Element:
    response = client.get("/decisions/")
    assert response.status_code == 200
    return parse(response.content)


def decide(client: Client, command: Command, decision: str) -> HttpResponse:
    return client.post(f"/decisions/{command.pk}/", {"decision": decision}, headers=FRAGMENT)


@pytest.mark.parametrize(
    ("state", "minutes", "is_listed"),
    [
        (State.UNCONFIRMED, 100_000, True),
        (State.PROBABLE, 1, True),
        (State.HELD, 1, True),
        (State.EXPIRED, 1, True),
        (State.REJECTED, 1, True),
        (State.REJECTED, 8 * 24 * 60, False),
        (State.CHECKING, 7, True),
        (State.CHECKING, 4, False),
        (State.QUEUED, 60, False),
        (State.ACCEPTED, 60, False),
        (State.CONFIRMED, 1, False),
        (State.DISCARDED, 1, False),
    ],
)
def test_list_holds_what_waits_for_a_person(
    client: Client, ada: User, state: Command.State, minutes: float, is_listed: bool
) -> None:
    command = make(ada, state, minutes=minutes)

    assert listed(client) == ([f"decision-{command.pk}"] if is_listed else [])
    assert count_decisions(EVERYTHING)["decisions"] == int(is_listed)


def test_longest_wait_comes_first(client: Client, ada: User) -> None:
    young, old = make(ada, State.UNCONFIRMED, minutes=2), make(ada, State.EXPIRED, minutes=20)

    assert listed(client) == [f"decision-{old.pk}", f"decision-{young.pk}"]


def test_failure_is_of_no_concern_once_somebody_answered_again(client: Client, ada: User) -> None:
    failed = make(ada, State.REJECTED)
    make_reply(conversation=failed.conversation, by=ada, state=State.CONFIRMED)

    assert listed(client) == []


def test_failure_stays_when_only_a_disposition_came_after_it(client: Client, ada: User) -> None:
    failed = make(ada, State.EXPIRED)
    make_reply(conversation=failed.conversation, by=ada, kind=Command.Kind.DISPOSITION, text="OK")

    assert listed(client) == [f"decision-{failed.pk}"]


def test_another_teams_commands_are_not_shown(client: Client, ada: User, ben: User) -> None:
    campaign = make_campaign()
    make_team(campaigns=(campaign,), members=(ada,))
    ours = make(ben, State.UNCONFIRMED, conversation=make_conversation(campaign=campaign))
    theirs = make(ben, State.UNCONFIRMED)

    assert listed(client) == [f"decision-{ours.pk}"]
    assert decide(client, theirs, "discard").status_code == 404
    assert count_decisions(Scope(frozenset({campaign.pk})))["decisions"] == 1


def test_what_concerns_campaigns_is_for_who_runs_them(client: Client, sue_client: Client, sue: User) -> None:
    pause = make_pause(sue, make_campaign(name="Solar quotes"))

    row = show(sue_client).by_id(f"decision-{pause.pk}")

    assert listed(client) == []
    assert show(client).by_id("decisions-link").one("b").text == "0"
    assert show(sue_client).by_id("decisions-link").one("b").text == "1"
    # What follows from it is said on the campaign's own page.
    assert row.every("button") == []
    assert row.one("a", class_="button").attributes["href"] == f"/campaigns/{pause.campaign_id}/"
    assert decide(client, pause, "discard").status_code == 403


def test_pause_that_failed_is_overtaken_by_the_next_one(sue_client: Client, sue: User) -> None:
    campaign = make_campaign()
    make_pause(sue, campaign, state=State.REJECTED)
    make_pause(sue, campaign, state=State.CONFIRMED)

    assert listed(sue_client) == []


@pytest.mark.parametrize(
    ("state", "decision", "after"),
    [
        (State.UNCONFIRMED, "send_again", State.QUEUED),
        (State.UNCONFIRMED, "mark_sent", State.CONFIRMED),
        (State.UNCONFIRMED, "discard", State.DISCARDED),
        (State.HELD, "cancel", State.CANCELLED),
        (State.HELD, "release", State.QUEUED),
    ],
)
def test_decision_moves_the_command_on_and_leaves_its_row_in_place(
    sue_client: Client, ada: User, state: Command.State, decision: str, after: Command.State
) -> None:
    command = make(ada, state)

    response = decide(sue_client, command, decision)

    command.refresh_from_db()
    row = parse(response.content).by_id(f"decision-{command.pk}")
    assert command.state == after
    assert "data-decided" in row.attributes
    assert row.every("button") == []
    assert b"<html" not in response.content


def test_release_is_for_supervisors(client: Client, ada: User) -> None:
    command = make(ada, State.HELD)

    response = decide(client, command, "release")

    command.refresh_from_db()
    assert response.status_code == 403
    assert command.state == State.HELD


def test_failure_is_put_aside_by_who_has_seen_it(client: Client, ada: User) -> None:
    command = make(ada, State.REJECTED)

    decide(client, command, "leave")
    decide(client, command, "leave")

    assert listed(client) == []
    assert Acknowledgement.objects.get().by == ada
    assert AuditEntry.objects.filter(action="put aside reply").count() == 1


def test_decision_that_comes_too_late_is_told(client: Client, ada: User) -> None:
    command = make(ada, State.UNCONFIRMED)
    decide(client, command, "mark_sent")

    response = decide(client, command, "send_again")

    command.refresh_from_db()
    assert response.status_code == 409
    assert command.state == State.CONFIRMED
    assert "moved on" in parse(response.content).one("p", class_="decision-refusal").text


def test_unknown_decision_is_refused(client: Client, ada: User) -> None:
    command = make(ada, State.UNCONFIRMED)

    response = decide(client, command, "explode")

    command.refresh_from_db()
    assert response.status_code == 422
    assert command.state == State.UNCONFIRMED


def test_page_works_without_javascript(client: Client, ada: User) -> None:
    command = make(ada, State.UNCONFIRMED)

    response = client.post(f"/decisions/{command.pk}/", {"decision": "discard"})
    refused = client.post(f"/decisions/{command.pk}/", {"decision": "discard"})

    assert (response.status_code, response.headers["Location"]) == (302, "/decisions/")
    assert refused.status_code == 409
    assert "moved on" in parse(refused.content).by_id("toast").text


def test_text_at_the_platform_stands_beside_ours(client: Client, ada: User) -> None:
    conversation = make_conversation()
    found = make_message(conversation=conversation, is_inbound=False, text="Yes there is")
    make(ada, State.PROBABLE, conversation=conversation, text="Yes, there is.", message=found)

    texts = [quote.text for quote in show(client).every("blockquote")]

    assert texts == ["Yes, there is.", "Yes there is"]


def test_nothing_to_decide_is_said(client: Client) -> None:
    assert "Nothing needs a decision" in show(client).by_id("decisions").text


def test_fragment_is_the_list_alone(client: Client) -> None:
    response = client.get("/decisions/", headers=FRAGMENT)

    assert b"<html" not in response.content
    parse(response.content).by_id("decisions")


def test_only_the_right_methods_are_allowed(client: Client, ada: User) -> None:
    command = make(ada, State.UNCONFIRMED)

    assert client.post("/decisions/").status_code == 405
    assert client.get(f"/decisions/{command.pk}/").status_code == 405


def test_nobody_sees_it_without_signing_in(ada: User) -> None:
    assert Client().get("/decisions/").status_code == 302


def test_list_takes_as_many_queries_for_twenty_as_for_two(
    client: Client, ada: User, django_assert_max_num_queries: Any
) -> None:
    def measure() -> int:
        with django_assert_max_num_queries(25) as captured:
            client.get("/decisions/")
        return len(captured)

    for _ in range(2):
        make(ada, State.UNCONFIRMED)
    few = measure()
    for _ in range(18):
        make(ada, State.UNCONFIRMED)

    assert measure() == few


def test_mark_is_another_one_after_every_move(ada: User) -> None:
    marks = [count_decisions(EVERYTHING)["decisions-mark"]]
    first = make(ada, State.PROBABLE)
    marks.append(count_decisions(EVERYTHING)["decisions-mark"])
    second = make(ada, State.UNCONFIRMED)
    marks.append(count_decisions(EVERYTHING)["decisions-mark"])
    Command.objects.filter(pk=first.pk).update(state=State.UNCONFIRMED, fence=1)
    marks.append(count_decisions(EVERYTHING)["decisions-mark"])
    second.delete()
    marks.append(count_decisions(EVERYTHING)["decisions-mark"])

    assert len(set(marks)) == len(marks)


@pytest.mark.parametrize(("minutes", "is_late"), [(14, False), (16, True)])
def test_bar_is_alarmed_when_the_oldest_waits_too_long(
    client: Client, ada: User, minutes: float, is_late: bool
) -> None:
    make(ada, State.UNCONFIRMED, minutes=minutes)
    make(ada, State.UNCONFIRMED, minutes=1)

    link = show(client).by_id("decisions-link")

    assert ("data-alarm" in link.attributes) is is_late


def test_empty_list_alarms_nobody() -> None:
    assert not is_alarming(0, timezone.now())


def test_many_decisions_are_read_page_by_page(
    client: Client, ada: User, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(needing, "SHOWN", 3)
    commands = [make(ada, State.UNCONFIRMED, minutes=60 - number) for number in range(8)]
    address, seen = "/decisions/", list[str]()

    while address:
        # Those of a page of few: `test_list_takes_as_many_queries_for_twenty_as_for_two`.
        with django_assert_max_num_queries(30):
            page = parse(client.get(address).content)
        rows = page.every("li", class_="decision")
        assert len(rows) <= 3
        seen += [row.attributes["id"] or "" for row in rows]
        links = page.every("a", rel="next")
        address = links[0].attributes["href"] or "" if links else ""

    assert seen == [f"decision-{command.pk}" for command in commands]


def test_what_comes_in_while_the_second_page_is_open_is_read_again_on_that_page(
    client: Client, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(needing, "SHOWN", 3)
    commands = [make(ada, State.UNCONFIRMED, minutes=60 - number) for number in range(5)]
    page = parse(client.get("/decisions/?page=2").content)
    before = page.by_id("decisions").attributes["data-mark"]
    again = page.by_id("decisions-again").attributes["hx-get"] or ""
    newest = make(ada, State.UNCONFIRMED)

    fragment = parse(client.get(again, headers=FRAGMENT).content)

    rows = [row.attributes["id"] for row in fragment.every("li", class_="decision")]
    assert rows == [f"decision-{command.pk}" for command in [*commands[3:], newest]]
    assert fragment.by_id("decisions").attributes["data-mark"] != before


def test_page_that_there_is_no_more_is_the_first_one(client: Client, ada: User) -> None:
    command = make(ada, State.UNCONFIRMED)

    page = parse(client.get("/decisions/?page=7").content)

    assert [row.attributes["id"] for row in page.every("li", class_="decision")] == [f"decision-{command.pk}"]
    assert client.get("/decisions/?page=x").status_code == 200
