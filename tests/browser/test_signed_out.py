"""After the sign-out nothing of what somebody read or wrote is left in the browser, in none of its tabs."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows
from tests.browser.desk import Desk, Leads
from tests.browser.ring import Ring

pytestmark = pytest.mark.browser

# All that a page can keep: two storages, databases, caches, and what it told itself for the way back.
_KEPT = """async () => JSON.stringify({
    session: { ...sessionStorage }, local: { ...localStorage }, state: history.state,
    databases: indexedDB.databases ? await indexedDB.databases() : [],
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
_NOTHING = '{"session":{},"local":{},"state":null,"databases":[],"caches":[],"workers":0}'


def sign_out(page: Page) -> None:
    page.click(".bar .menu summary")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.fixture
def nora(windows: Windows, ring: Ring) -> Desk:
    """Somebody whose session no other test needs."""
    ring.make_person("nora")
    page = windows.open(None)
    page.goto("/sign-in/")
    page.get_by_label("User name").fill("nora")
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("#queue")).to_be_visible()
    return Desk(page)


def test_catalogue_E9_nothing_is_kept_after_the_sign_out_in_any_tab(nora: Desk, leads: Leads) -> None:
    lead = leads.write("My secret question")
    nora.open().enter(lead)
    nora.type_reply("Half a secret answer")
    other = Desk(nora.page.context.new_page())
    other.open().enter(lead)
    other.type_reply("Another half")
    assert "Another half" in other.page.evaluate(_KEPT)

    sign_out(nora.page)
    expect(other.page.get_by_role("heading", name="Sign in")).to_be_visible()

    for page in (nora.page, other.page):
        assert page.evaluate(_KEPT) == _NOTHING
        page.go_back()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert "secret" not in page.content()
        assert page.evaluate(_KEPT) == _NOTHING
