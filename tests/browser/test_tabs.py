"""Many tabs of one browser share six connections: none of them may starve."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Windows
from tests.browser.desk import Desk, Leads

pytestmark = pytest.mark.browser


def test_eight_open_tabs_all_work_and_leave_room_for_a_ninth(ada: Desk, leads: Leads) -> None:
    lead = leads.write("Hello?")
    tabs = [ada, *(Desk(ada.page.context.new_page()) for _ in range(7))]
    for tab in tabs:
        tab.go().expect_connection("live", "polling")
        expect(tab.row(lead)).to_be_visible()
    *hidden, visible = tabs

    for tab in hidden:
        tab.hide()
    visible.expect_connection("live")
    leads.say(lead, "Is this on?")

    expect(visible.row(lead).locator(".row-text")).to_have_text("Is this on?")
    ninth = Desk(ada.page.context.new_page()).go()
    expect(ninth.row(lead).locator(".row-text")).to_have_text("Is this on?")
    ninth.enter(lead).reply("Yes, on all nine tabs.")
    expect(ninth.state_of("Yes, on all nine tabs.")).to_have_text("Confirmed")


def test_two_windows_of_one_person_show_the_same(ada: Desk, leads: Leads, windows: Windows) -> None:
    lead = leads.write("Which window?")
    other = Desk(windows.open("ada"))
    for window in (ada, other):
        window.open().enter(lead)

    ada.reply("Both of them.")

    expect(other.state_of("Both of them.")).to_have_text("Confirmed")
    expect(other.count("mine")).to_have_text("1")
