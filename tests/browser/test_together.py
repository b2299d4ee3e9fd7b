"""Two agents at their desks: what one does and what leads text is on the other's page at once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Windows
from tests.browser.desk import Desk, Leads

pytestmark = pytest.mark.browser


def test_text_of_a_lead_appears_on_every_page_at_its_place(ada: Desk, ben: Desk, leads: Leads) -> None:
    first = leads.write("I was here first")
    ada.open()
    ben.open().enter(first)

    second = leads.write("And I came second")
    leads.say(first, "Are you still there?")

    expect(ben.bubble("Are you still there?")).to_be_visible()
    for desk in (ada, ben):
        expect(desk.row(first).locator(".row-text")).to_have_text("Are you still there?")
        expect(desk.names).to_have_text([first.name, second.name])
        expect(desk.count("needs-reply")).to_have_text("2")
        desk.expect_same_page()


def test_claim_shows_at_once_on_the_page_of_the_other(ada: Desk, ben: Desk, leads: Leads) -> None:
    lead = leads.write("Is anybody there?")
    ada.open().enter(lead)
    ben.open().enter(lead)

    ada.button("Claim").click()

    expect(ben.worked_by).to_contain_text("Ada works this")
    expect(ben.thread.locator(".line")).to_contain_text("Ada claimed this conversation")
    expect(ben.row(lead).get_by_title("Ada works this")).to_have_text("AN")
    expect(ada.count("mine")).to_have_text("1")
    expect(ada.button("Release")).to_be_visible()
    ben.expect_same_page()


def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told_who(
    ada: Desk, ben: Desk, leads: Leads, windows: Windows
) -> None:
    windows.tolerate(r"status of 409")
    lead = leads.write("Who takes me?")
    desks = {"Ada": ada.open().enter(lead), "Ben": ben.open().enter(lead)}

    # Neither may leave before both have clicked.
    held: list[Route] = []
    for desk in desks.values():
        desk.page.route("**/claim/", lambda route: held.append(route))
        desk.button("Claim").click()
    while len(held) < 2:
        ada.page.wait_for_timeout(20)
    for route in held:
        route.continue_()

    pictures = [desk.row(lead).locator(".avatar[title]") for desk in desks.values()]
    for picture in pictures:
        expect(picture).to_be_visible()
    winner = "Ada" if pictures[0].get_attribute("title") == "Ada works this" else "Ben"
    won, lost = desks.pop(winner), desks.popitem()[1]
    expect(lost.toast).to_have_text(f"{winner} works this conversation.")
    expect(lost.worked_by).to_contain_text(f"{winner} works this")
    expect(won.button("Release")).to_be_visible()
    expect(won.toast).to_be_empty()
    for desk in (won, lost):
        expect(desk.thread.locator(".line")).to_have_count(1)


def test_supervisor_gives_a_conversation_to_an_agent_who_sees_it_among_theirs(
    sue: Desk, ben: Desk, leads: Leads
) -> None:
    lead = leads.write("I need somebody who knows prices")
    ben.open(queue="mine")
    sue.open().enter(lead)

    sue.thread.locator("summary", has_text="Assign").click()
    sue.button("Ben").click()

    expect(ben.row(lead)).to_be_visible()
    expect(ben.count("mine")).to_have_text("1")
    expect(sue.thread.locator(".line")).to_contain_text("Sue assigned this conversation to Ben")
