"""Every page there is: no script fails, nothing breaks the content policy, and names are text."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows
from tests.browser.desk import Desk, Leads

pytestmark = pytest.mark.browser

# Behind a menu or a field.
HIDDEN = ("/password/", "/?search=robin", "/?search=nobody+of+this+name")
HOSTILE = "<script>alert(1)</script>"


def find_addresses(page: Page) -> dict[str, str]:
    """Where the page's links lead, by kind: of all conversations one, of all people one."""
    links = page.locator("a[href^='/']:visible").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    kinds = {re.sub(r"[0-9]+", "N", link.split("?")[0] if "/conversations/" in link else link): link for link in links}
    return {kind: link for kind, link in kinds.items() if not kind.startswith("/admin/")}


@pytest.mark.parametrize("name", ["ada", "sue"])
def test_every_page_that_links_lead_to_loads_without_a_complaint(name: str, leads: Leads, windows: Windows) -> None:
    lead = leads.write("Hello there")
    desk = Desk(windows.open(name)).open()
    expect(desk.row(lead)).to_be_visible()
    visited: set[str] = set()

    waiting = find_addresses(desk.page) | {link: link for link in HIDDEN}
    while waiting:
        kind, address = waiting.popitem()
        desk.open(address)
        expect(desk.page.get_by_role("main").get_by_role("heading").first).to_be_visible()
        visited.add(kind)
        waiting |= {kind: link for kind, link in find_addresses(desk.page).items() if kind not in visited}

    assert {"/", "/?queue=closed", "/conversations/N/", "/password/"} <= visited


def test_admin_pages_load_without_a_complaint(windows: Windows) -> None:
    page = windows.open("admin")

    page.goto("/admin/")
    addresses = page.locator("#content a[href$='/']").evaluate_all("links => links.map(link => link.href)")
    for address in sorted(set(addresses)):
        answer = page.goto(address)
        assert answer
        assert answer.ok, address


def test_errors_are_pages_of_the_house(ada: Desk, windows: Windows) -> None:
    windows.tolerate("status of 404", "status of 422")
    stranger = Desk(windows.open(None))

    ada.go("/conversations/999999999/")
    stranger.go("/")
    stranger.page.get_by_label("User name").fill("ada")
    stranger.page.get_by_label("Password").fill("not this")
    stranger.page.get_by_role("button", name="Sign in").click()

    expect(ada.page.get_by_role("heading", name="This is not here")).to_be_visible()
    expect(stranger.page.get_by_role("alert").first).to_contain_text("do not match")


def test_hostile_names_and_emoji_are_text_everywhere(ada: Desk, leads: Leads) -> None:
    ada.open()
    lead = leads.write('Ich bin da <img src=x onerror="alert(1)"> 🌻', name=f"{HOSTILE} Åsa🌻", City="<b>Bold</b>")

    expect(ada.row(lead).locator(".row-name")).to_have_text(lead.name)
    ada.enter(lead)
    ada.reply("<b>Thank you</b> 🌻 &amp; welcome")

    expect(ada.bubble('Ich bin da <img src=x onerror="alert(1)"> 🌻')).to_be_visible()
    expect(ada.state_of("<b>Thank you</b> 🌻 &amp; welcome")).to_have_text("Confirmed")
    expect(ada.page.locator("#lead h2")).to_have_text(lead.name)
    expect(ada.page.locator("#lead")).to_contain_text("<b>Bold</b>")
    assert HOSTILE in ada.page.title()
    assert leads.received(lead) == ["<b>Thank you</b> 🌻 &amp; welcome"]
    ada.open(search=HOSTILE)
    expect(ada.row(lead)).to_be_visible()


def test_back_button_leads_to_what_was_open_before_and_it_is_live(ada: Desk, leads: Leads) -> None:
    first, second = leads.write("Me first"), leads.write("Me second")
    ada.open().enter(first).enter(second)

    ada.page.go_back()
    expect(ada.page.locator("#thread-title")).to_have_text(first.name)
    leads.say(first, "Did you come back?")
    expect(ada.bubble("Did you come back?")).to_be_visible()
    ada.page.go_back()
    expect(ada.thread).to_contain_text("Nothing is open.")
    ada.page.go_forward()

    expect(ada.page.locator("#thread-title")).to_have_text(first.name)
    expect(ada.bubble("Did you come back?")).to_be_visible()
    ada.read_newest()
    ada.reply("I did come back.")
    expect(ada.state_of("I did come back.")).to_have_text("Confirmed")
