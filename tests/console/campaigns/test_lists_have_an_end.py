"""Whatever a campaign gathers, its pages show so much of it, say that there is more, and take no more queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.campaigns import change_requests, versions
from console.campaigns.models import ChangeRequest, TemplateVersion
from console.campaigns.page import LISTS_SHOWN
from console.campaigns.versions import text_hash
from engage.models import Campaign, Lead, LeadList
from tests.console.campaigns.platform import describe
from tests.factories import make_campaign
from tests.html import Element, parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client: Client, sue: User) -> Client:
    client.force_login(sue)
    return client


def look(client: Client, address: str) -> tuple[Element, int]:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200
    return parse(response.content), len(queries)


# Versions


def make_versions(campaign: Campaign, count: int) -> list[TemplateVersion]:
    """Edited at Engage again and again, the newest last."""
    start = timezone.now() - timedelta(days=9)
    return TemplateVersion.objects.bulk_create(
        TemplateVersion(
            campaign=campaign,
            field="helpMessage",
            text=f"Help {number}",
            text_hash=text_hash(f"Help {number}"),
            arrived_at=start + timedelta(minutes=number),
            replaced_at=start + timedelta(minutes=number + 1),
        )
        for number in range(count)
    )


def shown_versions(page: Element) -> list[str]:
    return [row.attributes["id"] or "" for row in page.every("li", class_="version")]


def test_versions_are_read_page_by_page_and_each_is_on_one(client: Client) -> None:
    campaign = make_campaign()
    rows = make_versions(campaign, versions.ROWS_PER_PAGE * 2 + 3)
    address, seen, queries = f"/campaigns/{campaign.id}/templates/versions/", list[str](), set[int]()

    query = "?template=helpMessage"
    while query:
        page, count = look(client, address + query)
        seen += shown_versions(page)
        queries.add(count)
        links = page.every("a", rel="next")
        query = (links[0].attributes["href"] or "").removeprefix(address) if links else ""

    assert seen == [f"version-{row.pk}" for row in reversed(rows)]
    # One more where there are more of them: how many.
    assert max(queries) - min(queries) <= 1


def test_versions_of_two_pages_are_compared_and_stay_chosen(client: Client) -> None:
    campaign = make_campaign()
    rows = make_versions(campaign, versions.ROWS_PER_PAGE + 5)
    address = f"/campaigns/{campaign.id}/templates/versions/?template=helpMessage&page=2&old={rows[0].pk}"

    page, _ = look(client, f"{address}&new={rows[-1].pk}")

    assert "Help 0" in page.one("section", class_="version-comparison").text
    kept = {field.attributes["name"]: field.attributes["value"] for field in page.every("input", type="hidden")}
    assert (kept["old"], kept["new"], kept["page"]) == (str(rows[0].pk), str(rows[-1].pk), "2")
    assert "page=2" in (page.by_id("look-again").attributes["hx-get"] or "")


def test_text_that_arrives_while_the_second_page_is_open_is_read_again_on_that_page(client: Client) -> None:
    campaign = make_campaign()
    rows = make_versions(campaign, versions.ROWS_PER_PAGE + 5)
    page, _ = look(client, f"/campaigns/{campaign.id}/templates/versions/?template=helpMessage&page=2")
    again = page.by_id("look-again").attributes["hx-get"] or ""
    TemplateVersion.objects.create(
        campaign=campaign, field="helpMessage", text="New", text_hash=text_hash("New"), arrived_at=timezone.now()
    )

    fragment = client.get(again, headers={"hx-request": "true"})

    assert shown_versions(parse(fragment.content))[:1] == [f"version-{rows[5].pk}"]


# Approvals


def make_requests(count: int, by: User, state: ChangeRequest.State) -> None:
    for number in range(count):
        campaign = describe(make_campaign(name=f"{state} {number}"))
        base = {"helpMessage": campaign.messages.get("helpMessage", "")}
        ChangeRequest.objects.create(
            campaign=campaign,
            state=state,
            base=base,
            proposed={"helpMessage": f"Write to us {number}. Reply STOP to opt out."},
            proposed_hash=f"{state}-{number}",
            author=by,
        )


def test_approvals_say_how_many_more_there_are(client: Client, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_requests, "SHOWN_WHOLE", 1)
    monkeypatch.setattr(change_requests, "SHOWN_AS_LINES", 2)
    make_requests(3, ada, ChangeRequest.State.SUBMITTED)
    make_requests(2, ada, ChangeRequest.State.REJECTED)
    page, few = look(client, "/approvals/")
    assert "more come after these" not in page.text

    make_requests(6, ada, ChangeRequest.State.CHANGES_ASKED)
    make_requests(4, ada, ChangeRequest.State.WITHDRAWN)

    page, many = look(client, "/approvals/")
    lines = page.every("li", class_="request-line")
    assert len(lines) == 6
    # Of those that wait for their author, and of those that are done.
    assert page.text.count("4 more come after these") == 2
    # Two campaigns more are settled, of two requests more that are shown; and what is left is counted, twice.
    assert many - few <= 8


def test_requests_that_nobody_sees_cost_the_page_of_approvals_nothing(
    client: Client, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_requests, "SHOWN_WHOLE", 1)
    monkeypatch.setattr(change_requests, "SHOWN_AS_LINES", 2)
    make_requests(5, ada, ChangeRequest.State.CHANGES_ASKED)
    _, few = look(client, "/approvals/")

    make_requests_more(20, ada)

    assert look(client, "/approvals/")[1] == few


def make_requests_more(count: int, by: User) -> None:
    older = timezone.now() - timedelta(days=1)
    for number in range(count):
        ChangeRequest.objects.create(
            campaign=make_campaign(name=f"more {number}"),
            state=ChangeRequest.State.CHANGES_ASKED,
            state_since=older,
            base={},
            proposed={"helpMessage": "x"},
            proposed_hash=f"more-{number}",
            author=by,
        )


# A campaign's page


def make_lists(campaign: Campaign, first: int, last: int) -> None:
    LeadList.objects.bulk_create(
        LeadList(campaign=campaign, remote_id=f"list-{number}", name=f"List {number:05}")
        for number in range(first, last)
    )


def test_page_of_a_campaign_shows_so_many_lists_and_says_how_many_more(client: Client) -> None:
    campaign = make_campaign()
    make_lists(campaign, 0, LISTS_SHOWN)
    page, few = look(client, f"/campaigns/{campaign.id}/")
    assert "more lists are not shown" not in page.text

    make_lists(campaign, LISTS_SHOWN, LISTS_SHOWN + 250)
    Lead.objects.bulk_create(
        Lead(
            workspace=campaign.workspace, campaign=campaign, remote_id=f"lead-{number}", remote_list_id=f"odd-{number}"
        )
        for number in range(300)
    )

    page, many = look(client, f"/campaigns/{campaign.id}/")
    assert len(page.every("span", class_="list-name")) == LISTS_SHOWN
    assert "250 more lists are not shown" in page.text
    # One more: how many more there are.
    assert many <= few + 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("events", [{"timestamp": "2026-05-01T10:00:00Z", "type": "INFO", "message": f"m {n}"} for n in range(5_000)]),
        ("allCampaignFields", [f"Field{number}" for number in range(5_000)]),
        ("customFields", [f"Field{number}" for number in range(5_000)]),
        ("dispositions", [{"id": str(number), "disposition": f"Outcome {number}"} for number in range(5_000)]),
        (
            "schedule",
            {
                "monday": [{"start": 480, "end": 1260}],
                "exceptions": [{"date": "2026-05-01", "odd": number} for number in range(5_000)],
            },
        ),
    ],
)
def test_description_of_thousands_of_things_makes_no_page_of_thousands(client: Client, name: str, value: Any) -> None:
    campaign = make_campaign()
    campaign.document = {name: value}
    campaign.save()

    page, _ = look(client, f"/campaigns/{campaign.id}/")

    assert len(page.every("li")) + len(page.every("dt")) < 400
    assert "4900 more are not shown" in page.text
