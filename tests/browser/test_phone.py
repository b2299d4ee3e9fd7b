"""On a phone: one pane at a time, and nothing wider than the screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows
from tests.browser.desk import Desk, Leads

pytestmark = pytest.mark.browser

WIDTH = 390
# Whatever sticks out to the right. What scrolls sideways on purpose, or ends in an ellipsis, does not count.
_TOO_WIDE = """() => [...document.querySelectorAll("body *")].filter((element) => {
    for (let around = element.parentElement; around !== document.body; around = around.parentElement) {
        if (["hidden", "clip"].includes(getComputedStyle(around).overflowX)) return false;
        if (around.matches(".rail, .finish")) return false;
    }
    return element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1;
}).map((element) => element.outerHTML.slice(0, 100))"""


def expect_to_fit(page: Page) -> None:
    assert page.evaluate("innerWidth") == WIDTH
    assert page.evaluate(_TOO_WIDE) == []


def test_phone_shows_queue_thread_and_lead_one_at_a_time(leads: Leads, windows: Windows) -> None:
    phone = {"viewport": {"width": WIDTH, "height": 844}, "has_touch": True, "is_mobile": True}
    desk = Desk(windows.open("ada", **phone))
    page = desk.page
    lead = leads.write("W" * 200, name="Wilhelmina-Konstantinopolitanska " * 3, Address1="W" * 120)
    desk.open()
    expect(desk.row(lead)).to_be_visible()
    expect_to_fit(page)

    desk.row(lead).locator(".row-link").tap()
    expect(desk.bubble("W" * 200)).to_be_visible()
    expect(page.locator("#queue")).to_be_hidden()
    expect_to_fit(page)
    page.get_by_role("button", name=f"About {lead.name}").tap()
    expect(page.locator("#lead")).to_be_visible()
    expect_to_fit(page)
    leads.say(lead, "Are you reading about me?")
    expect(desk.bubble("Are you reading about me?")).to_be_attached()
    page.locator("#lead").get_by_role("button", name="Close").tap()
    expect(page.locator("#lead")).to_be_hidden()
    desk.read_newest()
    desk.field.tap()
    page.keyboard.type("From my phone, with regards.")
    desk.button("Send").tap()
    expect(desk.state_of("From my phone, with regards.")).to_have_text("Confirmed")
    expect_to_fit(page)
    page.get_by_label("Back to the queue").tap()

    expect(page.locator("#queue")).to_be_visible()
    expect(desk.thread).to_be_hidden()
    expect(desk.count("mine")).to_have_text("1")
    expect_to_fit(page)
