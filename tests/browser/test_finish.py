"""How a conversation ends: by a disposition, or by the lead's STOP."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Windows
from tests.browser.desk import Desk, Leads
from tests.browser.ring import Ring

pytestmark = pytest.mark.browser


def test_finished_conversation_leaves_the_queue_but_not_the_eyes_of_whoever_reads_it(
    ada: Desk, ben: Desk, leads: Leads
) -> None:
    sold, other = leads.write("I take it"), leads.write("Me too")
    ada.open().enter(sold)
    ben.open()
    closed = ada.read_count("closed")

    ada.button("SALE").click()

    expect(ada.thread.locator(".line")).to_contain_text("Ada closed this as SALE")
    expect(ben.names).to_have_text([other.name])
    for desk in (ada, ben):
        expect(desk.count("needs-reply")).to_have_text("1")
        expect(desk.count("closed")).to_have_text(str(closed + 1))
    expect(ada.page.locator("#thread-title")).to_have_text(sold.name)
    ada.enter(other)
    expect(ada.names).to_have_text([other.name])
    ada.expect_same_page()


def test_do_not_contact_asks_once_more_and_then_locks_the_number(
    ada: Desk, ben: Desk, leads: Leads, windows: Windows
) -> None:
    windows.tolerate("status of 422")
    lead = leads.write("Never write to me again, thanks")
    for desk in (ada, ben):
        desk.open().enter(lead)

    ada.button("OPT OUT, do not contact").click()
    expect(ada.thread.get_by_role("alert")).to_contain_text("stops all texts to this number, in every campaign")
    expect(ben.field).to_be_visible()
    ada.button("Finish and stop all texts").click()

    for desk in (ada, ben):
        expect(desk.thread.locator(".locked")).to_be_visible()
        expect(desk.field).to_be_hidden()


def test_stop_locks_every_composer_and_start_unlocks_them_once_the_platform_confirms(
    ada: Desk, ben: Desk, leads: Leads, ring: Ring
) -> None:
    lead = leads.write("Tell me more")
    for desk in (ada, ben):
        desk.open().enter(lead)
    ada.type_reply("Here is more")

    leads.say(lead, "STOP")
    for desk in (ada, ben):
        expect(desk.thread.locator(".locked")).to_be_visible()
        expect(desk.field).to_be_hidden()
    number = ada.thread.get_attribute("data-conversation")
    status, answer = ada.post(f"/conversations/{number}/replies/", text="Sent all the same")

    assert status == 422
    assert "opted out" in answer.lower()
    ring.sandbox.set_faults(calls={"rate": 1, "modes": ["stall"], "stall_s": 3, "paths": ["conversation"]})
    leads.say(lead, "START")
    expect(ben.thread.locator(".line").last).to_contain_text("They opted in again, not yet confirmed by Engage")
    expect(ben.field).to_be_hidden()
    for desk in (ada, ben):
        expect(desk.field).to_be_visible()
    expect(ada.field).to_have_value("Here is more")
    assert leads.received(lead) == []
