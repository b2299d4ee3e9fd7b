"""The template editor, its checks and the versions page, as a browser without scripts and as htmx ask for them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from console.campaigns import approvals, follow, versions
from console.campaigns.models import TEMPLATES, ChangeRequest, TemplateVersion
from console.campaigns.templates_editor import EMPTIED
from engage.models import Campaign, Command
from tests.console.campaigns.platform import FIRST, TEXTS, describe
from tests.factories import make_campaign, make_lead, make_team
from tests.html import Element, parse

FRAGMENT = {"hx-request": "true"}
NEW = "Hi {{FirstName}}, Northfield Learning here. Reply STOP to opt out."


@pytest.fixture
def campaign(db: None) -> Campaign:
    return describe()


def form_of(page: Element) -> dict[str, str]:
    """What a browser would post of the editor as it stands."""
    form = page.by_id("editor-form")
    fields = {one.attributes["name"]: one.attributes.get("value", "") for one in form.every("input")}
    # A browser drops the first line break of a text area.
    texts = {one.attributes["name"]: _raw(one).removeprefix("\n") for one in form.every("textarea")}
    return {name: value for name, value in (fields | texts).items() if name != "csrfmiddlewaretoken"}


def _raw(element: Element) -> str:
    return "".join(child for child in element.children if isinstance(child, str))


def propose(client: Client, campaign: Campaign, **changed: Any) -> HttpResponse:
    fields = form_of(parse(client.get(f"/campaigns/{campaign.id}/templates/").content)) | changed
    return client.post(f"/campaigns/{campaign.id}/change-requests/", fields)


def check(client: Client, campaign: Campaign, **fields: Any) -> Element:
    texts = dict.fromkeys(TEMPLATES, "") | campaign.messages | fields
    return parse(client.post(f"/campaigns/{campaign.id}/templates/check/", texts, headers=FRAGMENT).content)


def found_rules(check: Element) -> list[str]:
    return [item.attributes["data-rule"] for item in check.every("li") if "data-rule" in item.attributes]


def test_editor_holds_the_texts_of_the_platform_and_offers_the_fields(client: Client, campaign: Campaign) -> None:
    page = parse(client.get(f"/campaigns/{campaign.id}/templates/").content)

    fields = form_of(page)
    assert {name: fields[name] for name in TEMPLATES} == TEXTS
    first = page.by_id("template-outgoingMessage")
    assert [chip.text for chip in first.every("button", class_="chip")] == campaign.document["allCampaignFields"]
    assert "Ready" in page.by_id("editor").text


def test_change_is_proposed_with_its_base_and_nothing_else(client: Client, ada: User, campaign: Campaign) -> None:
    response = propose(client, campaign, outgoingMessage=f"{NEW}\r\nSee you", comment="Shorter")

    request = ChangeRequest.objects.get()
    assert (request.proposed, request.base) == ({"outgoingMessage": f"{NEW}\nSee you"}, {"outgoingMessage": FIRST})
    assert (request.author, request.comment, request.state) == (ada, "Shorter", ChangeRequest.State.SUBMITTED)
    assert response.headers["Location"] == f"/approvals/{request.id}/"
    assert not Command.objects.exists()


def test_line_breaks_of_a_browser_are_no_change(client: Client, campaign: Campaign) -> None:
    describe(campaign, helpMessage="One\r\nTwo")

    response = propose(client, campaign, helpMessage="One\r\nTwo")

    assert response.status_code == 422
    assert "Nothing is changed yet." in parse(response.content).by_id("refusal").text


def test_unknown_field_is_refused_and_every_word_kept(client: Client, campaign: Campaign) -> None:
    response = propose(client, campaign, outgoingMessage=f"{NEW} {{{{Nickname}}}}")

    page = parse(response.content)
    assert response.status_code == 422
    assert not ChangeRequest.objects.exists()
    assert form_of(page)["outgoingMessage"] == f"{NEW} {{{{Nickname}}}}"
    assert "This campaign has no field {{Nickname}}." in page.by_id("check-outgoingMessage").text
    assert page.by_id("text-outgoingMessage").attributes["aria-invalid"] == "true"


def test_emptying_a_text_is_said_to_be_impossible_not_attempted(client: Client, campaign: Campaign) -> None:
    response = propose(client, campaign, startMessage="  ")

    assert response.status_code == 422
    assert EMPTIED in parse(response.content).by_id("check-startMessage").text
    assert not ChangeRequest.objects.exists()


def test_text_that_was_empty_before_may_stay_empty(client: Client, campaign: Campaign) -> None:
    response = propose(client, campaign, outgoingMessage=NEW, responseMessage=" ")

    assert response.status_code == 302
    assert ChangeRequest.objects.get().proposed.keys() == {"outgoingMessage"}


def test_text_that_changed_while_somebody_wrote_is_shown_before_it_is_replaced(
    client: Client, campaign: Campaign
) -> None:
    fields = form_of(parse(client.get(f"/campaigns/{campaign.id}/templates/").content))
    describe(campaign, outgoingMessage="Somebody was faster. STOP ends")
    fields |= {"outgoingMessage": NEW}

    refused = client.post(f"/campaigns/{campaign.id}/change-requests/", fields)
    page = parse(refused.content)
    again = client.post(f"/campaigns/{campaign.id}/change-requests/", form_of(page))

    assert refused.status_code == 422
    moved = page.by_id("check-outgoingMessage").one(data_rule="moved")
    assert moved.one(data_side="before").one("p").text == FIRST
    assert moved.one(data_side="after").one("p").text == "Somebody was faster. STOP ends"
    assert again.status_code == 302
    assert ChangeRequest.objects.get().base == {"outgoingMessage": "Somebody was faster. STOP ends"}


def test_somebody_elses_edit_of_another_text_is_not_reverted(client: Client, campaign: Campaign) -> None:
    fields = form_of(parse(client.get(f"/campaigns/{campaign.id}/templates/").content))
    describe(campaign, helpMessage="Northfield, call (518) 555-0126")

    client.post(f"/campaigns/{campaign.id}/change-requests/", fields | {"outgoingMessage": NEW})

    assert ChangeRequest.objects.get().proposed == {"outgoingMessage": NEW}


def test_own_open_request_is_edited_in_the_editor(client: Client, ada: User, campaign: Campaign) -> None:
    request = approvals.propose(
        campaign=campaign, base={"outgoingMessage": FIRST}, proposed={"outgoingMessage": NEW}, comment="So", by=ada
    )
    page = parse(client.get(f"/campaigns/{campaign.id}/templates/?request={request.id}").content)
    fields = form_of(page)

    response = client.post(f"/campaigns/{campaign.id}/change-requests/", fields | {"outgoingMessage": NEW + "!"})

    assert (fields["outgoingMessage"], fields["comment"], fields["revises"]) == (NEW, "So", str(request.id))
    assert response.status_code == 302
    assert ChangeRequest.objects.get().proposed == {"outgoingMessage": NEW + "!"}


def test_somebody_elses_request_cannot_be_edited(client: Client, ben: User, campaign: Campaign) -> None:
    request = approvals.propose(
        campaign=campaign, base={"outgoingMessage": FIRST}, proposed={"outgoingMessage": NEW}, comment="", by=ben
    )

    assert client.get(f"/campaigns/{campaign.id}/templates/?request={request.id}").status_code == 404
    assert propose(client, campaign, revises=request.id, outgoingMessage="x STOP").status_code == 404
    request.refresh_from_db()
    assert request.proposed == {"outgoingMessage": NEW}


def test_same_change_of_somebody_else_is_named(client: Client, ben: User, campaign: Campaign) -> None:
    approvals.propose(
        campaign=campaign, base={"outgoingMessage": FIRST}, proposed={"outgoingMessage": NEW}, comment="", by=ben
    )

    response = propose(client, campaign, outgoingMessage=NEW)

    assert response.status_code == 422
    assert "Ben has asked for exactly this already." in parse(response.content).by_id("refusal").text


def test_markup_in_a_text_is_text(client: Client, campaign: Campaign) -> None:
    describe(campaign, startMessage="<script>alert(1)</script></textarea><b>{{x}}")

    response = client.get(f"/campaigns/{campaign.id}/templates/")

    assert b"<script>alert" not in response.content
    assert form_of(parse(response.content))["startMessage"] == "<script>alert(1)</script></textarea><b>{{x}}"


def test_check_shows_the_text_of_a_lead_with_its_segments(client: Client, campaign: Campaign) -> None:
    lead = make_lead(campaign=campaign, data={"FirstName": "Maria"})

    part = check(client, campaign, field="outgoingMessage", outgoingMessage="Hi {{FirstName}}. STOP", lead=lead.id)

    check_part = part.by_id("check-outgoingMessage")
    assert check_part.one(class_="message-text").text == "Hi Maria. STOP"
    assert check_part.one(class_="check-meter").text == "14/160"
    assert not part.every(id="check-helpMessage")


def test_check_tells_the_worst_case_and_who_has_an_empty_field(client: Client, campaign: Campaign) -> None:
    make_lead(campaign=campaign, data={"FirstName": "x" * 150})
    for _ in range(3):
        lead = make_lead(campaign=campaign, data={"FirstName": ""})

    part = check(client, campaign, field="outgoingMessage", outgoingMessage="Northfield: {{FirstName}} STOP")

    words = part.by_id("check-outgoingMessage").text
    assert "1 segment for 75% (3), 2 segments for 25% (1)" in words
    assert "FirstName is empty for 75% of the leads (3 of 4)." in words
    buttons = {button.text: button.attributes["value"] for button in part.every("button", name="lead")}
    assert buttons["Show one without FirstName"] == str(lead.id)
    assert "Show the longest" in buttons


def test_check_names_dear_characters_and_swaps_them_without_scripts(client: Client, campaign: Campaign) -> None:
    text = "Northfield: it’s “on”… STOP"
    part = check(client, campaign, field="outgoingMessage", outgoingMessage=text)
    fields = dict.fromkeys(TEMPLATES, "") | campaign.messages | {"outgoingMessage": text, "swap": "outgoingMessage"}

    page = parse(client.post(f"/campaigns/{campaign.id}/templates/check/", fields).content)

    assert "costly" in found_rules(part)
    assert "’ right single quotation mark" in part.text
    assert [mark.text for mark in part.every("mark")] == ["’", "“", "”…"]
    assert form_of(page)["outgoingMessage"] == 'Northfield: it\'s "on"... STOP'


def test_next_lead_changes_all_previews(client: Client, campaign: Campaign) -> None:
    first = make_lead(campaign=campaign, name="Al", data={"FirstName": "Al"})
    make_lead(campaign=campaign, name="Bo", data={"FirstName": "Bo"})

    parts = check(client, campaign, lead=first.id)

    assert "Al" in parts.by_id("check-outgoingMessage").one(class_="message-text").text
    assert parts.by_id("lead-picker").one("option", selected="").text == "Al"
    assert len(parts.every("hx-partial")) == 6


def test_lead_of_another_campaign_is_never_shown(client: Client, campaign: Campaign) -> None:
    stranger = make_lead(name="Stranger", data={"FirstName": "Stranger"})

    parts = check(client, campaign, lead=stranger.id)

    assert "Stranger" not in parts.text


def test_campaign_known_by_name_alone_is_not_edited(client: Client) -> None:
    campaign = make_campaign()

    page = parse(client.get(f"/campaigns/{campaign.id}/templates/").content)

    posted = client.post(f"/campaigns/{campaign.id}/change-requests/", {"outgoingMessage": NEW})

    assert "Engage has not described this campaign yet." in page.by_id("editor").text
    assert not page.every(id="editor-form")
    assert posted.status_code == 422
    assert not ChangeRequest.objects.exists()


def test_versions_can_be_compared_and_an_old_one_proposed_again(client: Client, campaign: Campaign) -> None:
    follow.settle(campaign)
    follow.settle(describe(campaign, outgoingMessage=NEW))
    old, new = TemplateVersion.objects.filter(field="outgoingMessage").order_by("id")

    page = parse(client.get(f"/campaigns/{campaign.id}/templates/versions/?template=outgoingMessage").content)
    link = page.by_id(f"version-{old.id}").one("a").attributes["href"]
    editor = parse(client.get(link.split("#")[0]).content)

    assert page.by_id(f"version-{new.id}").attributes["aria-current"] == "true"
    assert "Edited at Engage" in page.by_id(f"version-{new.id}").text
    assert "First seen at Engage" in page.by_id(f"version-{old.id}").text
    assert page.one(data_side="before").one("p").text == FIRST
    assert page.one(data_side="after").one("p").text == NEW
    assert form_of(editor)["outgoingMessage"] == FIRST


def test_any_two_versions_are_compared_as_asked(client: Client, campaign: Campaign) -> None:
    for text in ("One STOP", "Two STOP", "Three STOP"):
        follow.settle(describe(campaign, outgoingMessage=text))
    _, one, _, three = TemplateVersion.objects.filter(field="outgoingMessage").order_by("id")
    query = f"template=outgoingMessage&old={three.id}&new={one.id}"

    part = parse(client.get(f"/campaigns/{campaign.id}/templates/versions/?{query}", headers=FRAGMENT).content)

    assert [side.text for side in (part.one("del"), part.one("ins"))] == ["Three", "One"]


@pytest.mark.parametrize("path", ["templates/", "templates/versions/", "templates/?version=1", "templates/?request=1"])
def test_another_teams_campaign_does_not_exist(client: Client, ada: User, campaign: Campaign, path: str) -> None:
    make_team(campaigns=(make_campaign(),), members=(ada,))

    assert client.get(f"/campaigns/{campaign.id}/{path}").status_code == 404
    assert client.post(f"/campaigns/{campaign.id}/templates/check/").status_code == 404
    assert client.post(f"/campaigns/{campaign.id}/change-requests/").status_code == 404


@pytest.mark.parametrize("query", ["version=x", "version=99999999999999999999", "request=-1", "request=%00"])
def test_nonsense_in_the_address_is_not_found(client: Client, campaign: Campaign, query: str) -> None:
    assert client.get(f"/campaigns/{campaign.id}/templates/?{query}").status_code == 404


def test_wrong_methods_are_refused(client: Client, campaign: Campaign) -> None:
    assert client.post(f"/campaigns/{campaign.id}/templates/").status_code == 405
    assert client.get(f"/campaigns/{campaign.id}/templates/check/").status_code == 405
    assert client.get(f"/campaigns/{campaign.id}/change-requests/").status_code == 405


def test_what_nobody_can_store_is_cleaned_not_fatal(client: Client, campaign: Campaign) -> None:
    response = propose(client, campaign, outgoingMessage="Northfield \x00here. STOP", comment="\x00", lead="x")

    assert response.status_code in (302, 422)
    assert b"\x00" not in response.content


def test_page_asks_as_many_queries_for_many_leads_as_for_few(
    client: Client, campaign: Campaign, django_assert_max_num_queries: Any
) -> None:
    follow.settle(campaign)
    for _ in range(20):
        make_lead(campaign=campaign, data={"FirstName": "Al"})

    # session, person, permissions (2), scope, campaign, versions, requests followed, lead, leads read, leads counted,
    # leads offered, next lead, requests shown, rail (counts, campaigns), position of the feed
    with django_assert_max_num_queries(28):
        client.get(f"/campaigns/{campaign.id}/templates/")


def test_texts_of_the_platform_are_kept_as_versions_when_somebody_looks(client: Client, campaign: Campaign) -> None:
    client.get(f"/campaigns/{campaign.id}/templates/")

    assert versions.at_platform(campaign)["outgoingMessage"].text == FIRST
