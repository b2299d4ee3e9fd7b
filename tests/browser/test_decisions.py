"""What needs a decision, as people see it: a counter in the bar, a list that keeps still, and what becomes of it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import APIResponse, Locator, Route, expect

from tests.browser.desk import Desk, Lead, Leads
from tests.browser.ring import Ring
from tests.browser.test_platform import LOOKS, break_platform

pytestmark = pytest.mark.browser

TEXT = "The office is in Albany."
# What went out twice stands below for a day, also for the tests that come after.
TO_DECIDE = ".decision:not([data-twice])"


@pytest.fixture(autouse=True)
def _nothing_waits(sue: Desk) -> None:
    """What other files have left for somebody to decide is left at that: here rows and numbers are counted."""
    sue.open("/decisions/")
    while sue.page.locator(TO_DECIDE).count():
        sue.page.locator(TO_DECIDE).get_by_role("button", name=re.compile("Leave it|Discard")).first.click()
        expect(sue.page.locator(f"{TO_DECIDE}[data-decided]")).to_have_count(1)
        sue.go("/decisions/")


def bar(desk: Desk) -> Locator:
    return desk.page.locator("#decisions-link b")


def row(desk: Desk, lead: Lead) -> Locator:
    return desk.page.locator(TO_DECIDE, has_text=lead.name)


def hold_answer(desk: Desk) -> Callable[[], None]:
    """The list as it is now is on its way to the page; what is returned lets it arrive."""
    held: list[tuple[Route, APIResponse]] = []
    desk.page.route("**/decisions/", lambda route: held.append((route, route.fetch())))
    desk.page.evaluate(
        """() => {
            const ear = document.getElementById("decisions-again");
            window.hasArrived = new Promise((done) => ear.addEventListener("htmx:finally:request", done));
            htmx.trigger(ear, "news");
        }"""
    )
    deadline = time.monotonic() + 15
    while not held:
        assert time.monotonic() < deadline
        desk.page.wait_for_timeout(50)

    def let_arrive() -> None:
        for route, answer in held:
            route.fulfill(response=answer)
        desk.page.evaluate("window.hasArrived.then(() => true)")
        desk.page.unroute("**/decisions/")

    return let_arrive


def let_expire(ring: Ring, desk: Desk, *leads: Lead) -> None:
    """Everybody gets a reply that cannot leave until it is too late."""
    break_platform(ring, "refuse", "send", "conversation")
    for lead in leads:
        desk.enter(lead)
        desk.reply(TEXT)
        expect(desk.state_of(TEXT)).to_have_text("Engage is not reachable, will be sent when it is back")
    ring.let_pass(minutes=20)
    expect(desk.state_of(TEXT)).to_have_text("Too late, not sent", timeout=40_000)
    ring.sandbox.clear_faults()


def test_reply_that_could_not_be_confirmed_is_decided_away_from_its_thread(
    ada: Desk, sue: Desk, leads: Leads, ring: Ring
) -> None:
    lead = leads.write("Where are you?")
    sue.open("/decisions/")
    expect(sue.page.locator("#decisions")).to_contain_text("Nothing needs a decision")
    ada.open().enter(lead)
    break_platform(ring, "cut_before", "send")
    ada.reply(TEXT)
    expect(ada.state_of(TEXT)).to_have_text("No answer from Engage, checking")
    for _ in range(LOOKS):
        ring.let_pass(minutes=2)
    ring.sandbox.clear_faults()

    expect(row(sue, lead)).to_contain_text("Could not be confirmed", timeout=40_000)
    expect(row(sue, lead)).to_contain_text(TEXT)
    for desk in (ada, sue):
        expect(bar(desk)).to_have_text("1")
    late = hold_answer(sue)
    row(sue, lead).get_by_role("button", name="Send again").click()

    expect(row(sue, lead).get_by_role("button")).to_have_count(0)
    late()
    expect(row(sue, lead).get_by_role("button")).to_have_count(0)
    expect(ada.state_of(TEXT)).to_have_text("Confirmed")
    for desk in (ada, sue):
        expect(bar(desk)).to_have_text("0")
    sue.rest()
    expect(sue.page.locator("#decisions")).to_contain_text("Nothing needs a decision")
    sue.expect_same_page()
    assert leads.received(lead) == [TEXT]


def test_reply_that_turns_out_to_be_there_twice_is_told_below_the_decisions(
    ada: Desk, sue: Desk, leads: Leads, ring: Ring
) -> None:
    lead = leads.write("Where are you?")
    sue.open("/decisions/")
    ada.open().enter(lead)
    break_platform(ring, "cut_before", "send")
    ada.reply(TEXT)
    expect(ada.state_of(TEXT)).to_have_text("No answer from Engage, checking")
    for _ in range(LOOKS):
        ring.let_pass(minutes=2)
    ring.sandbox.clear_faults()
    expect(row(sue, lead)).to_contain_text("Could not be confirmed", timeout=40_000)
    row(sue, lead).get_by_role("button", name="Send again").click()
    expect(ada.state_of(TEXT)).to_have_text("Confirmed")
    sue.rest()

    # The first one was only slow.
    leads.land(lead, TEXT)
    ring.let_pass(minutes=2)

    twice = sue.page.locator("#twice")
    expect(twice).to_contain_text(lead.name, timeout=40_000)
    expect(twice).to_contain_text("sent again by Sue")
    expect(twice.get_by_role("button")).to_have_count(0)
    expect(bar(sue)).to_have_text("0")
    sue.expect_same_page()
    twice.get_by_role("link", name="Open conversation").click()
    expect(sue.page.locator("#thread-title")).to_have_text(lead.name)


def test_list_keeps_still_under_the_pointer_while_others_decide(
    ada: Desk, ben: Desk, sue: Desk, leads: Leads, ring: Ring
) -> None:
    first, second = leads.write("Where are you?"), leads.write("And when?")
    let_expire(ring, ada.open(), first, second)
    for desk in (ben, sue):
        desk.open("/decisions/")
        expect(desk.page.locator(TO_DECIDE)).to_have_count(2)
    leave = row(sue, second).get_by_role("button", name="Leave it")
    leave.hover()
    before = leave.bounding_box()

    row(ben, first).get_by_role("button", name="Leave it").click()

    expect(bar(sue)).to_have_text("1")
    sue.page.wait_for_timeout(1_500)
    assert leave.bounding_box() == before
    leave.click()
    expect(bar(sue)).to_have_text("0")
    # What was decided stays where it is, too, as long as another row could slip under the pointer.
    expect(sue.page.locator(TO_DECIDE)).to_have_count(2)
    sue.rest()
    expect(sue.page.locator(TO_DECIDE)).to_have_count(0)
    expect(bar(ben)).to_have_text("0")
    assert leads.received(first) == leads.received(second) == []


def test_answering_again_settles_what_had_failed(ada: Desk, sue: Desk, leads: Leads, ring: Ring) -> None:
    lead = leads.write("Where are you?")
    let_expire(ring, ada.open(), lead)
    sue.open("/decisions/")
    expect(row(sue, lead)).to_be_visible()

    ada.bubble(TEXT).get_by_role("button", name="Use the text again").click()
    ada.button("Send").click()

    expect(bar(sue)).to_have_text("0")
    expect(row(sue, lead)).to_have_count(0)
    ring.wait_until(lambda: leads.received(lead) == [TEXT])
