from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.audit.trail import record
from console.campaigns.setup import DOCUMENTED, Setup, check_webhook
from engage.models import Campaign
from engage.webhooks.renewal import renew_token
from tests.console.campaigns.described import ALWAYS, SAMPLE, make_described, make_list
from tests.factories import make_campaign, make_conversation, make_disposition, make_team, make_workspace
from tests.html import Element, parse

pytestmark = pytest.mark.django_db


def page_of(client: Client, campaign: Campaign) -> Element:
    response = client.get(f"/campaigns/{campaign.id}/")
    assert response.status_code == 200
    return parse(response.content)


def test_every_documented_field_has_a_place_and_nothing_is_other(client: Client) -> None:
    campaign = make_described()

    page = page_of(client, campaign)

    assert set(SAMPLE) == DOCUMENTED
    assert Setup(campaign).others == []
    assert page.by_id("campaign-title").text == "Spring webinar"
    setup = page.by_id("campaign-setup").text
    for value in (campaign.remote_id, SAMPLE["senderSourceId"], "126739791", "Short code", "FirstName", "14"):
        assert value in setup


def test_messages_are_shown_and_lead_to_the_editor(client: Client) -> None:
    campaign = make_described()

    section = page_of(client, campaign).by_id("campaign-messages")

    texts = [entry.text for entry in section.every("dd")]
    assert texts[0].startswith("Hi {{FirstName}}, this Pure CallerId")
    assert texts[1] == "None"
    assert section.one("a", class_="button").attributes["href"] == f"/campaigns/{campaign.id}/templates/"


def test_what_the_guide_does_not_name_is_shown_as_it_came(client: Client) -> None:
    campaign = make_described(
        pacing={"perHour": 200}, messages=SAMPLE["messages"] | {"goodbyeMessage": "Bye"}, campaignStatus="ACTIVE"
    )

    facts = dict(Setup(campaign).others)

    assert facts == {"messages.goodbyeMessage": "Bye", "pacing": '{\n  "perHour": 200\n}'}
    assert '"perHour": 200' in page_of(client, campaign).by_id("campaign-setup").text


@pytest.mark.parametrize("value", [None, "", 7, "words", [], [1], {}, {"x": None}, [{"a": [1, {"b": None}]}], True])
def test_no_document_breaks_the_page(client: Client, value: Any) -> None:
    campaign = make_described()
    campaign.document = dict.fromkeys(SAMPLE, value) | {"id": campaign.remote_id}
    campaign.save()

    page_of(client, campaign)


def test_campaign_known_by_name_alone_says_so(client: Client) -> None:
    campaign = make_campaign(status="")

    page = page_of(client, campaign)

    assert "has not described it yet" in page.by_id("campaign-head").text
    assert "has not told the hours" in page.by_id("campaign-schedule").text


def test_dispositions_show_success_do_not_contact_and_what_is_no_longer_offered(client: Client) -> None:
    campaign = make_described()
    for name in ("SALE", "SALE", "OLD ONE"):
        make_disposition(conversation=make_conversation(campaign=campaign, waiting=None), name=name)

    outcomes = [item.text for item in page_of(client, campaign).one("ul", class_="outcomes").every("li")]

    assert outcomes == [
        "SALE success 267%",
        "OPT OUT do not contact 0",
        "CALL BACK 0",
        "OLD ONE no longer offered 133%",
    ]


def test_hours_are_a_picture_with_words(client: Client) -> None:
    campaign = make_described(schedule=SAMPLE["schedule"] | {"exceptions": [{"date": "2026-12-25"}]})

    section = page_of(client, campaign).by_id("campaign-schedule")

    assert [day.text for day in section.every("span", class_="week-words")] == ["8 AM to 9 PM"] * 5 + ["Closed"] * 2
    assert len(section.every("rect", class_="week-open")) == 5
    assert len(section.one("ul", class_="zones").every("li")) == 7
    assert section.one("ul", class_="raw").text == 'Fri 25 Dec 2026 {"date": "2026-12-25"}'


def test_hours_of_a_day_that_an_exception_closes_are_not_said_to_be_open(client: Client) -> None:
    today = timezone.now().date()
    exceptions = [{"date": str(today + timedelta(days=ahead)), "windows": []} for ahead in (-1, 0, 1)]
    campaign = make_described(schedule=ALWAYS | {"exceptions": exceptions})

    section = page_of(client, campaign).by_id("campaign-schedule")

    assert not [zone for zone in section.one("ul", class_="zones").every("li") if "open until" in zone.text]
    assert section.one("ul", class_="raw").every("li")[1].text == f"{today:%a} {today.day} {today:%b %Y} Closed"


@pytest.mark.parametrize("told", [None, [1], "always", {"monday": "x", "exceptions": "never"}])
def test_hours_that_are_nonsense_are_told_as_they_came(client: Client, told: Any) -> None:
    campaign = make_described(schedule=told)

    section = page_of(client, campaign).by_id("campaign-schedule")

    assert "Engage told hours that are not understood" in section.text
    assert "has not told" not in section.text
    assert not section.every("rect")


def test_lists_are_shown_with_status_and_what_can_be_done(client: Client) -> None:
    campaign = make_described()
    make_list(campaign, "March & April")
    make_list(campaign, "50% off / <b>", "READY")

    section = page_of(client, campaign).by_id("campaign-lists")

    assert [entry.text for entry in section.every("span", class_="list-name")] == ["50% off / <b>", "March & April"]
    links = [link.attributes["href"] for link in section.one("ul", class_="lists").every("a")]
    assert links == [
        f"/campaigns/{campaign.id}/lists/activation/?list_name=50%25+off+%2F+%3Cb%3E",
        f"/campaigns/{campaign.id}/lists/pause/?list_name=March+%26+April",
    ]


def test_logs_of_the_platform_and_of_ours_stand_beside_each_other(client: Client, sue: User) -> None:
    campaign = make_described(
        events=[
            {"timestamp": "2025-02-17T21:18:50.891Z", "type": "INFO", "message": "Initialized"},
            {"timestamp": "2025-03-17T21:18:50.891Z", "type": "ERROR", "message": "Carrier refused"},
            {"timestamp": "some day", "type": "INFO", "message": "Whenever"},
        ]
    )
    record(by=sue, action="paused campaign", subject=campaign.name, campaign=campaign)
    record(by=sue, action="paused campaign", campaign=make_described(name="Another"))

    ours, theirs = page_of(client, campaign).by_id("campaign-log").every("ol")

    assert len(ours.every("li")) == 1
    assert ours.text.endswith("Sue asked to pause the campaign")
    assert [line.every("span")[-1].text for line in theirs.every("li")] == [
        "ERROR Carrier refused",
        "Initialized",
        "Whenever",
    ]


def test_webhook_that_is_ours_comes_here(settings: Any) -> None:
    workspace = make_workspace()
    settings.ORIGIN = "https://desk.example"
    ours = f"https://desk.example/hooks/engage/~{workspace.webhook_token_fingerprint[:16]}/"

    assert check_webhook("optOut", ours, workspace).verdict == "Comes here"


@pytest.mark.parametrize(
    ("url", "verdict", "tone"),
    [
        (None, "Not set", ""),
        ("https://crm.example/optout", "Goes elsewhere", "warn"),
        ("https://desk.example/hooks/engage/~0123456789abcdef/", "Comes here with a token that is not valid", "bad"),
        ({"url": 7}, "Goes elsewhere", "warn"),
    ],
)
def test_webhook_that_is_not_ours_is_named(settings: Any, url: Any, verdict: str, tone: str) -> None:
    settings.ORIGIN = "https://desk.example"

    check = check_webhook("optOut", url, make_workspace())

    assert (check.verdict.startswith(verdict), check.tone) == (True, tone)


def test_webhook_to_another_address_of_ours_is_named(settings: Any) -> None:
    workspace = make_workspace()
    settings.ORIGIN = "https://desk.example"
    old = f"https://old.example/hooks/engage/~{workspace.webhook_token_fingerprint[:16]}/"

    check = check_webhook("optOut", old, workspace)

    assert (check.tone, check.verdict) == ("warn", "Our token, but not our address https://desk.example")


def test_webhook_by_the_token_before_the_renewal_is_named_until_that_ends(settings: Any) -> None:
    workspace = make_workspace()
    settings.ORIGIN = "https://desk.example"
    url = f"https://desk.example/hooks/engage/~{workspace.webhook_token_fingerprint[:16]}/"
    renew_token(workspace=workspace, keep_old=timedelta(hours=1))

    while_accepted = check_webhook("optOut", url, workspace)
    workspace.old_webhook_token_until = timezone.now()
    afterwards = check_webhook("optOut", url, workspace)

    assert (while_accepted.tone, "old address" in while_accepted.verdict) == ("warn", True)
    assert (afterwards.tone, "not valid" in afterwards.verdict) == ("bad", True)


def test_notification_mail_is_shown_part_by_part_as_text(client: Client) -> None:
    campaign = make_described(
        notifications={
            "sendConversationEmail": True,
            "conversationEmail": {"to": ["a@x.example", "b@x.example"], "htmlBody": "<h1>New</h1>", "subject": None},
        }
    )

    response = client.get(f"/campaigns/{campaign.id}/")

    assert b"<h1>New" not in response.content
    assert "a@x.example, b@x.example" in parse(response.content).by_id("campaign-setup").text


def test_campaign_of_another_team_is_not_there(client: Client, ada: User) -> None:
    campaign = make_described()
    make_team(campaigns=(make_campaign(),), members=(ada,))

    for path in ("", "pause/", "activation/", "lists/pause/?list_name=x"):
        assert client.get(f"/campaigns/{campaign.id}/{path}").status_code == 404


def test_page_is_for_reading_and_for_people_who_signed_in(client: Client) -> None:
    campaign = make_described()

    assert client.post(f"/campaigns/{campaign.id}/").status_code == 405
    assert Client().get(f"/campaigns/{campaign.id}/").status_code == 302


def test_more_lists_and_entries_make_no_more_queries(client: Client, sue: User) -> None:
    campaign = make_described()

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            page_of(client, campaign)
        return len(queries)

    def add(number: int) -> None:
        make_list(campaign, f"List {number}")
        record(by=sue, action="paused campaign", campaign=campaign)
        make_conversation(campaign=campaign)

    for number in range(2):
        add(number)
    count()  # The first visit writes down the versions of the templates.
    few = count()
    for number in range(2, 20):
        add(number)

    # Session, user, permissions, teams; the campaign for the visit and for the page, newest commands and what they
    # are, three counts, lists, entries; the rail's counters and campaigns; approvals; the position of the feed.
    assert count() == few
