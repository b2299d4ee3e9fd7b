"""One lead, typed in by hand."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from console.audit.models import AuditEntry
from engage.models import Campaign, Command, Consent
from tests.console.campaigns.lists import FRAGMENT
from tests.factories import make_campaign, make_team
from tests.html import Element, parse


@pytest.fixture
def campaign(db: None) -> Campaign:
    campaign = make_campaign()
    campaign.document = {"allCampaignFields": ["FirstName", "Phone", "Zip", "Policy Number"]}
    campaign.save()
    return campaign


def load(client: Client, campaign: Campaign, **fields: str) -> HttpResponse:
    """`value-0` and so on are the campaign's fields, in its order."""
    form = {"list_name": "Walk-ins", "value-0": "Zoë", "value-1": "(212) 555-0177", "value-2": "12180"} | fields
    return client.post(f"/campaigns/{campaign.id}/lists/leads/", form, headers=FRAGMENT)


def section(response: HttpResponse) -> Element:
    assert b"<html" not in response.content
    return parse(response.content).by_id("lead-form")


def answer(client: Client, campaign: Campaign, **fields: Any) -> Element:
    """What the page says once the command is there."""
    load(client, campaign)
    Command.objects.update(**fields)
    address = f"/campaigns/{campaign.id}/lists/leads/{Command.objects.get().pk}/"
    return section(client.get(address, headers=FRAGMENT))


def test_lead_is_asked_for_with_the_fields_of_the_campaign(sue_client: Client, sue: User, campaign: Campaign) -> None:
    response = load(sue_client, campaign, de_dupe="on")

    command = Command.objects.get()
    assert section(response).one("h2").text == "Waiting to be sent"
    assert (command.kind, command.created_by) == (Command.Kind.LOAD_LEAD, sue)
    assert command.details == {
        "list_name": "Walk-ins",
        "de_dupe": True,
        "fields": [
            {"name": "FirstName", "value": "Zoë"},
            {"name": "Phone", "value": "+12125550177", "type": "Phone"},
            {"name": "Zip", "value": "12180", "type": "Zip"},
        ],
    }


def test_trail_names_the_fields_and_not_the_person(sue_client: Client, sue: User, campaign: Campaign) -> None:
    load(sue_client, campaign)

    entry = AuditEntry.objects.get()
    assert (entry.by, entry.action, entry.subject) == (sue, "loaded lead", "Walk-ins")
    assert entry.after == {"fields": ["FirstName", "Phone", "Zip"], "command": Command.objects.get().pk}


def test_accepted_lead_is_said_so(sue_client: Client, campaign: Campaign) -> None:
    details = {"list_name": "Walk-ins", "answer": {"status": "Accepted", "reason": "", "message": "Lead loaded"}}

    said = answer(sue_client, campaign, state=Command.State.CONFIRMED, details=details)

    assert said.one("h2").text == "Accepted"
    assert "Lead loaded" in said.text
    assert "hx-trigger" not in said.attributes


def test_rejected_lead_says_why_in_the_platforms_words(sue_client: Client, campaign: Campaign) -> None:
    why = {"status": "Rejected", "reason": "DUPLICATE", "message": "Known <b>already</b>"}

    said = answer(sue_client, campaign, state=Command.State.REJECTED, details={"list_name": "Walk-ins", "answer": why})

    assert said.one("h2").text == "Rejected"
    assert "DUPLICATE: Known <b>already</b>" in said.text


def test_lead_without_an_answer_is_for_a_person_to_decide(sue_client: Client, campaign: Campaign) -> None:
    said = answer(sue_client, campaign, state=Command.State.UNCONFIRMED, reason="The lead may have been loaded.")
    command = Command.objects.get()

    response = sue_client.post(
        f"/campaigns/{campaign.id}/lists/leads/{command.pk}/decision/", {"decision": "discard"}, headers=FRAGMENT
    )

    assert "The lead may have been loaded." in said.text
    assert response.status_code == 200
    command.refresh_from_db()
    assert command.state == Command.State.DISCARDED
    assert AuditEntry.objects.filter(action="discarded load").exists()


def test_form_works_without_javascript(sue_client: Client, campaign: Campaign) -> None:
    page = parse(sue_client.get(f"/campaigns/{campaign.id}/lists/leads/?list=May+%26+June").content)
    form = page.by_id("lead-form")
    labels = [label.text for label in form.every("label")]

    response = sue_client.post(
        form.attributes["action"],
        {"key": form.one("input", name="key").attributes["value"], "list_name": "May", "value-1": "2125550177"},
        follow=True,
    )

    assert labels[:5] == ["List", "FirstName", "Phone", "Zip", "Policy Number"]
    assert form.one("input", name="list_name").attributes["value"] == "May & June"
    assert "checked" in form.one("input", name="de_dupe").attributes
    assert parse(response.content).by_id("lead-form").one("h2").text == "Waiting to be sent"


def test_double_click_loads_once(sue_client: Client, campaign: Campaign) -> None:
    key = "0b9e5a2e-7a51-4d0e-9d3e-3a4f3f0c7f10"

    answers = [load(sue_client, campaign, key=key).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert Command.objects.count() == AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"value-1": ""}, "Nobody can be texted without a phone number."),
        ({"value-1": "555-0101"}, "This is no phone number."),
        ({"list_name": ""}, "The list needs a name."),
        ({"list_name": "a\\b"}, "no quotation marks, slashes"),
        ({"value-0": "x" * 1001}, "at most 1000 characters"),
    ],
)
def test_wrong_lead_is_refused_and_stays_in_the_form(
    sue_client: Client, campaign: Campaign, wrong: dict[str, str], words: str
) -> None:
    response = load(sue_client, campaign, **wrong)

    form = section(response)
    assert response.status_code == 422
    assert words in form.text
    assert form.one("input", name="value-2").attributes["value"] == "12180"
    assert not Command.objects.exists()


def test_number_that_must_not_be_texted_is_refused(sue_client: Client, campaign: Campaign) -> None:
    Consent.objects.create(
        workspace=campaign.workspace,
        phone="+12125550177",
        kind=Consent.Kind.OPTED_OUT,
        at=timezone.now(),
        evidence="message-1",
    )

    response = load(sue_client, campaign)

    assert response.status_code == 422
    assert "must not be texted" in section(response).text
    assert not Command.objects.exists()


def test_key_of_another_lead_is_replaced_by_a_new_one(sue_client: Client, campaign: Campaign) -> None:
    key = "0b9e5a2e-7a51-4d0e-9d3e-3a4f3f0c7f10"
    load(sue_client, campaign, key=key)

    response = load(sue_client, campaign, key=key, **{"value-0": "Somebody else"})

    assert response.status_code == 422
    assert section(response).one("input", name="key").attributes["value"] != key


def test_agents_may_not_load_a_lead(client: Client, sue_client: Client, campaign: Campaign) -> None:
    load(sue_client, campaign)
    command = Command.objects.get()

    assert load(client, campaign).status_code == 403
    assert client.get(f"/campaigns/{campaign.id}/lists/leads/").status_code == 403
    assert client.get(f"/campaigns/{campaign.id}/lists/leads/{command.pk}/").status_code == 403
    assert client.post(f"/campaigns/{campaign.id}/lists/leads/{command.pk}/decision/").status_code == 403


def test_leads_of_another_team_are_not_there(client: Client, ada: User, campaign: Campaign) -> None:
    make_team(campaigns=(make_campaign(),), members=(ada,))

    assert load(client, campaign).status_code == 404


def test_lead_is_found_under_its_own_campaign_alone(sue_client: Client, campaign: Campaign) -> None:
    load(sue_client, campaign)
    command = Command.objects.get()

    assert sue_client.get(f"/campaigns/{make_campaign().id}/lists/leads/{command.pk}/").status_code == 404
    assert sue_client.put(f"/campaigns/{campaign.id}/lists/leads/").status_code == 405
