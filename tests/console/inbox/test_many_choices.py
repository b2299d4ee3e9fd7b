"""A thread offers so many dispositions and colleagues, and finds the others by name."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from console.inbox.choices import SHOWN, offer_of
from console.inbox.threads import COLLEAGUES_SHOWN
from engage.models import Command, Conversation
from tests.factories import make_conversation, make_team, make_user
from tests.html import Element, parse

pytestmark = pytest.mark.django_db
FRAGMENT = {"hx-request": "true"}


def make_offering(count: int) -> Conversation:
    conversation = make_conversation()
    conversation.dispositions = [
        {"id": str(number), "disposition": f"Outcome {number}", "doNotContact": number % 2 == 1}
        for number in range(count)
    ]
    conversation.save()
    return conversation


def look(client: Client, conversation: Conversation) -> Element:
    return parse(client.get(f"/conversations/{conversation.id}/").content)


def names(part: Element) -> list[str]:
    return [button.attributes["value"] or "" for button in part.every("button", name="name")]


@pytest.fixture
def client(client: Client, sue: User) -> Client:
    client.force_login(sue)
    return client


def test_few_dispositions_are_all_there_without_a_search(client: Client) -> None:
    page = look(client, make_offering(SHOWN))

    assert len(names(page.by_id("disposition-form"))) == SHOWN
    assert not page.every("input", id="disposition-find")


def test_of_five_thousand_dispositions_the_first_are_offered_and_the_rest_is_counted(client: Client) -> None:
    page = look(client, make_offering(5_000))

    form = page.by_id("disposition-form")
    assert names(form) == [f"Outcome {number}" for number in range(SHOWN)]
    assert f"{5_000 - SHOWN:,} more, found by name" in form.text
    # Enter in the field looks; it presses no disposition.
    assert page.by_id("disposition-find").attributes["form"] == "disposition-finder"
    assert page.by_id("disposition-finder").tag == "form"


def test_time_that_choices_take_goes_by_their_number_and_not_by_its_square() -> None:
    many = make_offering(20_000)

    began_at = time.process_time()
    offer = offer_of(many)

    # Each against each it would be minutes.
    assert time.process_time() - began_at < 3
    assert [choice.is_do_not_contact for choice in offer.choices[:4]] == [False, True, False, True]


def test_disposition_that_is_not_shown_is_found_by_name_and_can_be_chosen(client: Client) -> None:
    conversation = make_offering(5_000)

    found = client.get(f"/conversations/{conversation.id}/dispositions/?find=4998 outcome", headers=FRAGMENT)

    assert b"<html" not in found.content
    assert names(parse(found.content).by_id("disposition-choices")) == ["Outcome 4998"]
    client.post(f"/conversations/{conversation.id}/disposition/", {"name": "Outcome 4998"})
    assert Command.objects.get().text == "Outcome 4998"


def test_search_without_javascript_is_the_page_with_what_was_found(client: Client) -> None:
    conversation = make_offering(300)

    page = parse(client.get(f"/conversations/{conversation.id}/dispositions/?find=outcome+29").content)

    expected = [f"Outcome {number}" for number in range(300) if "29" in str(number)]
    assert names(page.by_id("disposition-form")) == expected


def test_what_is_called_otherwise_is_said(client: Client) -> None:
    conversation = make_offering(100)

    found = client.get(f"/conversations/{conversation.id}/dispositions/?find=sale", headers=FRAGMENT)

    assert "No disposition is called so." in found.content.decode()


def test_other_teams_dispositions_and_colleagues_are_not_found(client: Client, ben: User) -> None:
    conversation = make_offering(100)
    make_team(campaigns=(make_conversation().campaign,), members=(ben,))
    client.force_login(ben)

    assert client.get(f"/conversations/{conversation.id}/dispositions/").status_code == 404
    assert client.get(f"/conversations/{conversation.id}/colleagues/").status_code == 404


def test_only_who_assigns_looks_for_colleagues(client: Client, ada: User) -> None:
    conversation = make_conversation()
    client.force_login(ada)

    assert client.get(f"/conversations/{conversation.id}/colleagues/").status_code == 403
    assert client.post(f"/conversations/{conversation.id}/colleagues/").status_code == 405


def test_of_hundreds_of_colleagues_the_first_are_offered_and_others_found(client: Client) -> None:
    conversation = make_conversation()
    look(client, conversation)
    with CaptureQueriesContext(connection) as few:
        look(client, conversation)
    people = [make_user(username=f"colleague-{number:03}") for number in range(200)]

    with CaptureQueriesContext(connection) as many:
        page = look(client, conversation)

    assert len(page.by_id("colleagues").every("button")) == COLLEAGUES_SHOWN
    assert "more, found by name" in page.by_id("colleagues").text
    # One more: how many more there are.
    assert len(many) <= len(few) + 1
    found = client.get(f"/conversations/{conversation.id}/colleagues/?find=colleague-187", headers=FRAGMENT)
    shown = parse(found.content).by_id("colleagues").every("button", name="agent")
    assert [button.attributes["value"] for button in shown] == [str(people[187].pk)]
