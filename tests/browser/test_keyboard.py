"""The whole job without a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk, Leads

pytestmark = pytest.mark.browser


def test_job_is_done_with_keys_alone(ada: Desk, leads: Leads) -> None:
    first, second = leads.write("Me first"), leads.write("Me second")
    press = ada.page.keyboard.press
    ada.open()
    expect(ada.names).to_have_text([first.name, second.name])

    for key in ("j", "j", "j", "k", "j", "Enter"):
        press(key)
    expect(ada.page.locator("#thread-title")).to_have_text(second.name)
    press("r")
    expect(ada.field).to_be_focused()
    ada.page.keyboard.type("Just keys? Right: j, k and r.")
    expect(ada.page.locator("#cheat-sheet")).to_be_hidden()
    press("Control+Enter")
    expect(ada.state_of("Just keys? Right: j, k and r.")).to_have_text("Confirmed")
    press("Escape")
    press("Alt+2")

    expect(ada.thread.locator(".line").last).to_contain_text("Ada closed this as CALL BACK")
    assert leads.received(second) == ["Just keys? Right: j, k and r."]


def test_cheat_sheet_opens_by_question_mark_and_closes_by_escape(ada: Desk) -> None:
    ada.open()

    ada.page.keyboard.press("?")
    expect(ada.page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")
    ada.page.keyboard.press("Escape")

    expect(ada.page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("spelling", ["({0}) {1}-{2}", "+1 {0}.{1}", "{1} {2}"])
def test_search_finds_a_number_however_it_is_written(ada: Desk, leads: Leads, spelling: str) -> None:
    lead, other = leads.write("Find me"), leads.write("Not me")
    digits = lead.phone.removeprefix("+1")
    press = ada.page.keyboard.press
    ada.open()
    expect(ada.row(other)).to_be_visible()

    press("Control+k")
    ada.page.keyboard.type(spelling.format(digits[:3], digits[3:6], digits[6:]))
    press("Enter")
    expect(ada.page.locator("#queue-title")).to_have_text("Search")
    ada.expect_connection("live")

    expect(ada.row(lead)).to_be_visible()
    expect(ada.row(other)).to_have_count(0)
    press("j")
    press("Enter")
    expect(ada.page.locator("#thread-title")).to_have_text(lead.name)
