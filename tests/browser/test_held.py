"""Who hands over, claims or sends again has not read what came a moment ago: it is shown, and they go on or not."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Windows
from tests.browser.desk import Desk, Leads

pytestmark = pytest.mark.browser


def test_what_came_while_nobody_looked_is_shown_before_claim_and_release_and_stays_until_answered(
    ada: Desk, ben: Desk, leads: Leads, windows: Windows
) -> None:
    windows.tolerate("status of 422")
    lead = leads.write("Do you have a table for two?")
    ada.open().enter(lead)
    ben.open().enter(lead)
    ada.read_newest()
    ada.hide()
    leads.say(lead, "For three, sorry")
    expect(ada.bubble("For three, sorry")).to_be_visible()

    ada.button("Claim").click()

    held = ada.page.locator("#held-act")
    expect(held).to_contain_text("They wrote again")
    expect(held.locator("blockquote")).to_have_text(["For three, sorry"])
    leads.say(lead, "And a high chair")
    expect(ada.bubble("And a high chair")).to_be_visible()
    expect(held).to_be_visible()
    held.get_by_role("button", name="Claim anyway").click()
    expect(held.locator("blockquote")).to_have_text(["And a high chair"])
    held.get_by_role("button", name="Claim anyway").click()
    expect(held).to_have_count(0)
    expect(ben.worked_by).to_contain_text("Ada works this")

    leads.say(lead, "Are you there?")
    expect(ada.bubble("Are you there?")).to_be_visible()
    ada.button("Release").click()
    expect(held.locator("blockquote")).to_have_text(["Are you there?"])
    held.get_by_role("button", name="Release anyway").click()
    expect(ben.worked_by).to_have_count(0)
    ada.expect_same_page()
