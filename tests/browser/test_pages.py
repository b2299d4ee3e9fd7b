"""Every page there is: no script fails, nothing breaks the content policy, and names are text."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Windows
from tests.browser.desk import Desk, Leads

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    *(f"/?queue={queue}" for queue in ("mine", "unassigned", "open", "closed", "opted-out")),
    "/?search=robin",
    "/?search=nobody+of+this+name",
    "/password/",
    "/password/changed/",
)
HOSTILE = "<script>alert(1)</script>"


@pytest.mark.parametrize("name", ["ada", "sue"])
def test_every_page_loads_without_a_complaint(name: str, leads: Leads, windows: Windows) -> None:
    lead = leads.write("Hello there")
    desk = Desk(windows.open(name))

    for path in PAGES:
        desk.open(path)
        expect(desk.page.locator("h1").first).to_be_visible()

    desk.open().enter(lead)
    desk.page.reload()
    expect(desk.bubble("Hello there")).to_be_visible()


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
