"""Without JavaScript: pages are pages and forms are forms."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows
from tests.browser.desk import Desk, Leads
from tests.browser.ring import Ring

pytestmark = pytest.mark.browser


def reload_until(ring: Ring, page: Page, text: str) -> None:
    def shows_text() -> bool:
        page.reload()
        return text in page.locator("#thread").inner_text()

    ring.wait_until(shows_text)


def test_whole_job_is_done_without_javascript(leads: Leads, ring: Ring, windows: Windows) -> None:
    desk = Desk(windows.open(None, java_script_enabled=False))
    page = desk.page
    lead = leads.write("Do you take cheques?")

    desk.go("/?queue=open")
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#queue")).to_be_visible()
    ring.wait_until(lambda: bool(page.reload() and desk.row(lead).count()))
    desk.row(lead).locator(".row-link").click()
    expect(page.locator("#thread-title")).to_have_text(lead.name)
    desk.field.fill("Cash or card only.")
    with page.expect_navigation():
        desk.button("Send").click()
    reload_until(ring, page, "Confirmed")
    with page.expect_navigation():
        desk.button("SALE").click()
    reload_until(ring, page, "Ada closed this as SALE")

    assert "queue=open" in page.url
    assert leads.received(lead) == ["Cash or card only."]
    page.locator(".menu").first.locator("summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
