"""The approvals page and the page of one request: who sees what, who may do what, and what is said when not."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from console.campaigns import approvals, follow
from console.campaigns.models import ChangeRequest
from engage.models import Campaign, Command
from tests.console.campaigns.platform import FIRST, describe, end_command
from tests.factories import make_campaign, make_conversation, make_lead, make_team, make_user
from tests.html import Element, parse

FRAGMENT = {"hx-request": "true"}
State = ChangeRequest.State
NEW = "Hi {{FirstName}}, Northfield Learning here. Reply STOP to opt out."


@pytest.fixture
def campaign(db: None) -> Campaign:
    campaign = describe(status="ACTIVE")
    follow.settle(campaign)
    return campaign


def make_request(campaign: Campaign, by: User, text: str = NEW, comment: str = "Shorter") -> ChangeRequest:
    texts = {"outgoingMessage": text}
    base = {"outgoingMessage": campaign.messages["outgoingMessage"]}
    return approvals.propose(campaign=campaign, base=base, proposed=texts, comment=comment, by=by)


def decide(client: Client, request: ChangeRequest, decision: str, **fields: Any) -> HttpResponse:
    fields = {"decision": decision, "hash": request.proposed_hash} | fields
    return client.post(f"/approvals/{request.id}/decision/", fields)


def card(client: Client, request: ChangeRequest) -> Element:
    return parse(client.get(f"/approvals/{request.id}/").content).by_id(f"change-request-{request.id}")


def buttons(element: Element) -> set[str]:
    return {one.text for one in element.every("button")} | {one.text for one in element.every("summary")}


def test_waiting_requests_are_shown_side_by_side_with_words_marked(
    sue_client: Client, ada: User, campaign: Campaign
) -> None:
    request = make_request(campaign, ada)

    page = parse(sue_client.get("/approvals/").content)

    shown = page.by_id(f"change-request-{request.id}")
    assert shown.one(data_side="before").one("p").text == FIRST
    assert shown.one(data_side="after").one("p").text == NEW
    assert "Northfield Learning here" in "".join(one.text for one in shown.every("p"))
    assert shown.every("del")
    assert shown.every("ins")
    assert "Shorter" in shown.one("blockquote").text
    assert page.by_id("approvals-link").one(data_count="approvals").text == "1"


def test_approval_from_the_page_sends_the_text(sue_client: Client, sue: User, ada: User, campaign: Campaign) -> None:
    request = make_request(campaign, ada)

    response = decide(sue_client, request, "approve")

    assert response.headers["Location"] == f"/approvals/{request.id}/"
    request.refresh_from_db()
    assert (request.state, request.decided_by) == (State.APPROVED, sue)
    assert Command.objects.get().details["messages"] == {"outgoingMessage": NEW}


def test_approval_says_beforehand_what_it_will_do(sue_client: Client, ada: User, campaign: Campaign) -> None:
    campaign.lead_lists.create(remote_id="l1", name="March", status="ACTIVE")
    for _ in range(2):
        make_conversation(campaign=campaign)

    words = card(sue_client, make_request(campaign, ada)).text

    assert "sending to 1 list stops until Engage has approved" in words
    assert "2 open conversations stay open for replies." in words


def test_own_request_is_refused_at_the_server_with_words(sue_client: Client, sue: User, campaign: Campaign) -> None:
    request = make_request(campaign, sue)

    responses = [decide(sue_client, request, decision, reason="So") for decision in ("approve", "reject", "ask")]

    assert [response.status_code for response in responses] == [422, 422, 422]
    assert b"Nobody decides on their own change." in responses[0].content
    request.refresh_from_db()
    assert request.state == State.SUBMITTED
    assert not Command.objects.exists()
    assert buttons(card(sue_client, request)).isdisjoint({"Approve", "Reject", "Ask for changes"})


def test_who_may_not_approve_gets_a_403(client: Client, ben: User, campaign: Campaign) -> None:
    request = make_request(campaign, ben)

    response = decide(client, request, "approve")

    assert response.status_code == 403
    assert not Command.objects.exists()
    assert buttons(card(client, request)).isdisjoint({"Approve", "Reject", "Ask for changes", "Withdraw"})


def test_agents_follow_the_requests_but_have_no_count_in_the_bar(client: Client, ada: User, campaign: Campaign) -> None:
    request = make_request(campaign, ada)

    page = parse(client.get("/approvals/").content)

    assert page.by_id(f"change-request-{request.id}")
    assert not page.every(id="approvals-link")


def test_text_rewritten_after_the_page_was_read_is_not_approved(
    sue_client: Client, ada: User, campaign: Campaign
) -> None:
    request = make_request(campaign, ada)
    shown = ChangeRequest.objects.get()
    approvals.revise(request=request, base=request.base, proposed={"outgoingMessage": NEW + "!"}, comment="", by=ada)

    response = decide(sue_client, shown, "approve")

    assert response.status_code == 409
    assert b"This is not the text you were shown any more." in response.content
    assert not Command.objects.exists()


def test_stale_request_says_what_changed_and_cannot_be_approved(
    sue_client: Client, ada: User, campaign: Campaign
) -> None:
    request = make_request(campaign, ada)
    describe(campaign, status="ACTIVE", outgoingMessage="Somebody was faster. STOP ends")

    response = decide(sue_client, request, "approve")
    shown = card(sue_client, request)

    assert response.status_code == 409
    assert not Command.objects.exists()
    assert "changed at Engage after this was written" in shown.text
    assert shown.every(data_side="after")[-1].one("p").text == "Somebody was faster. STOP ends"
    assert "Approve" not in buttons(shown)


def test_author_of_a_stale_request_is_led_to_write_it_anew(client: Client, ada: User, campaign: Campaign) -> None:
    request = make_request(campaign, ada)
    describe(campaign, status="ACTIVE", outgoingMessage="Somebody was faster. STOP ends")

    shown = card(client, request)

    link = next(one for one in shown.every("a") if one.text == "Write it anew")
    assert link.attributes["href"] == f"/campaigns/{campaign.id}/templates/?request={request.id}"


def test_rejection_needs_a_reason(sue_client: Client, ada: User, campaign: Campaign) -> None:
    request = make_request(campaign, ada)

    refused = decide(sue_client, request, "reject", reason="  ")
    decide(sue_client, request, "reject", reason="Too short")

    assert refused.status_code == 422
    assert b"Say why, so that the author knows what to do." in refused.content
    request.refresh_from_db()
    assert (request.state, request.reason) == (State.REJECTED, "Too short")


def test_changes_asked_for_reach_the_author(sue_client: Client, client: Client, ada: User, campaign: Campaign) -> None:
    request = make_request(campaign, ada)

    decide(sue_client, request, "ask", reason="Name us first")

    shown = card(client, request)
    assert "Sue asks: Name us first" in shown.text
    assert {"Withdraw"} <= buttons(shown)


def test_author_withdraws_and_nobody_else(client: Client, sue_client: Client, ada: User, campaign: Campaign) -> None:
    request = make_request(campaign, ada)

    refused = sue_client.post(f"/approvals/{request.id}/withdrawal/")
    client.post(f"/approvals/{request.id}/withdrawal/")

    assert refused.status_code == 422
    request.refresh_from_db()
    assert request.state == State.WITHDRAWN


def test_answer_to_htmx_is_the_request_alone(sue_client: Client, ada: User, campaign: Campaign) -> None:
    request = make_request(campaign, ada)
    fields = {"decision": "approve", "hash": request.proposed_hash}

    response = sue_client.post(f"/approvals/{request.id}/decision/", fields, headers=FRAGMENT)

    assert b"<html" not in response.content
    shown = parse(response.content).by_id(f"change-request-{request.id}")
    assert shown.one(aria_current="step").text.startswith("On its way to Engage")


def test_steps_show_how_far_it_is(sue_client: Client, ada: User, campaign: Campaign) -> None:
    request = make_request(campaign, ada)
    decide(sue_client, request, "approve")
    describe(campaign, status="PENDING_APPROVAL", outgoingMessage=NEW)

    waiting = [step.attributes["data-mark"] for step in card(sue_client, request).one("ol", class_="steps").every("li")]
    describe(campaign, status="READY", outgoingMessage=NEW)
    live = [step.attributes["data-mark"] for step in card(sue_client, request).one("ol", class_="steps").every("li")]

    assert waiting == ["done", "done", "now", "next"]
    assert live == ["done"] * 4


def test_what_nobody_could_confirm_can_be_sent_again_or_given_up(
    sue_client: Client, ada: User, campaign: Campaign
) -> None:
    request = make_request(campaign, ada)
    decide(sue_client, request, "approve")
    end_command(Command.objects.get(), Command.State.UNCONFIRMED, "Engage still has the text from before.")

    offered = buttons(card(sue_client, request))
    decide(sue_client, request, "send_again")
    again = Command.objects.get().state
    late = decide(sue_client, request, "send_again")

    assert {"Send again", "Give up"} <= offered
    assert again == Command.State.QUEUED
    assert late.status_code == 409


def test_markup_in_texts_and_comments_is_text(sue_client: Client, ada: User, campaign: Campaign) -> None:
    request = make_request(campaign, ada, "<img src=x onerror=alert(1)> STOP", comment="<script>alert(2)</script>")

    response = sue_client.get(f"/approvals/{request.id}/")

    assert b"<img src=x" not in response.content
    assert b"<script>alert" not in response.content
    assert "<img src=x onerror=alert(1)> STOP" in parse(response.content).one(data_side="after").text


def test_history_names_who_did_what(sue_client: Client, ada: User, campaign: Campaign) -> None:
    request = make_request(campaign, ada)
    decide(sue_client, request, "ask", reason="Name us first")

    page = parse(sue_client.get(f"/approvals/{request.id}/").content)

    lines = [line.one("span").text for line in page.one("ol", class_="log-lines").every("li")]
    assert lines == ["Ada proposed a template change", "Sue sent a template change back: Name us first"]


def test_another_teams_requests_do_not_exist(client: Client, ada: User, ben: User, campaign: Campaign) -> None:
    request = make_request(campaign, ben)
    make_team(campaigns=(make_campaign(),), members=(ada,))

    assert client.get(f"/approvals/{request.id}/").status_code == 404
    assert decide(client, request, "approve").status_code == 404
    assert client.post(f"/approvals/{request.id}/withdrawal/").status_code == 404
    assert not parse(client.get("/approvals/").content).every("article")


def test_wrong_methods_are_refused(sue_client: Client, ada: User, campaign: Campaign) -> None:
    request = make_request(campaign, ada)

    assert sue_client.post("/approvals/").status_code == 405
    assert sue_client.post(f"/approvals/{request.id}/").status_code == 405
    assert sue_client.get(f"/approvals/{request.id}/decision/").status_code == 405
    assert sue_client.get(f"/approvals/{request.id}/withdrawal/").status_code == 405


def test_decision_without_a_token_against_forgery_is_refused(sue: User, ada: User, campaign: Campaign) -> None:
    request = make_request(campaign, ada)
    client = Client(enforce_csrf_checks=True)
    client.force_login(sue)

    assert decide(client, request, "approve").status_code == 403
    assert not Command.objects.exists()


def test_nothing_waiting_is_drawn(sue_client: Client) -> None:
    page = parse(sue_client.get("/approvals/").content)

    assert "Nothing waits for approval." in page.by_id("approvals").text


def test_many_requests_ask_no_more_queries_than_few(
    sue_client: Client, campaign: Campaign, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        make_request(campaign, make_user(), f"{NEW} {number}")
        make_lead(campaign=campaign, data={"FirstName": "Al"})

    # session, person, permissions (2); requests to settle, versions and requests of their campaign; the three lists;
    # the count, twice; rail (8); position of the feed. Each of the ten cards: leads, their number, lists, three counts.
    with django_assert_max_num_queries(26 + 10 * 6):
        sue_client.get("/approvals/")


def test_count_leaves_out_what_waits_for_its_author(sue_client: Client, ada: User, campaign: Campaign) -> None:
    make_request(campaign, ada)
    describe(campaign, status="ACTIVE", outgoingMessage="Somebody was faster. STOP ends")

    page = parse(sue_client.get("/").content)

    assert page.by_id("approvals-link").one(data_count="approvals").text == "0"
