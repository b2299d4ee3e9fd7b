"""Keys of other layouts: what types a sign is no command, and what is being composed is not sent."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows
from tests.browser.desk import Desk, Lead, Leads

pytestmark = pytest.mark.browser

# A press as the browser tells of it; true when the page left it to the browser.
_PRESS = """([selector, init]) => {
    const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init });
    return (selector ? document.querySelector(selector) : document.body).dispatchEvent(event);
}"""
_MAC = """Object.defineProperty(navigator, "platform", { get: () => "MacIntel" });"""

OPTION, CTRL_ALT, ALT_GRAPH = {"altKey": True}, {"altKey": True, "ctrlKey": True}, {"modifierAltGraph": True}

TYPING = [
    pytest.param({"code": "Digit3", "key": "#", **OPTION}, id="Mac British"),
    pytest.param({"code": "Digit2", "key": "@", **OPTION}, id="Mac Spanish"),
    pytest.param({"code": "Digit5", "key": "[", **OPTION}, id="Mac German"),
    pytest.param({"code": "Digit1", "key": "\u00a1", **OPTION}, id="Mac US"),
    pytest.param({"code": "Digit2", "key": "\u20ac", "shiftKey": True, **OPTION}, id="Mac US with Shift"),
    pytest.param({"code": "Digit4", "key": "Dead", **OPTION}, id="Mac dead key"),
    pytest.param({"code": "Digit2", "key": "@", **CTRL_ALT}, id="Windows Spanish"),
    pytest.param({"code": "Digit3", "key": "#", **CTRL_ALT, **ALT_GRAPH}, id="Windows Italian"),
    pytest.param({"code": "Digit2", "key": "~", **OPTION, **ALT_GRAPH}, id="Windows French, as Alt alone"),
    pytest.param({"code": "Digit2", "key": "\u00b2", **ALT_GRAPH}, id="Linux German"),
    pytest.param({"code": "Digit1", "key": "Process", "keyCode": 229, **OPTION}, id="method of input"),
    pytest.param({"code": "Digit1", "key": "1", "isComposing": True, **OPTION}, id="composition"),
]


@pytest.fixture
def open_lead(ada: Desk, leads: Leads) -> Lead:
    lead = leads.write("What is it?")
    ada.open().enter(lead)
    ada.field.click()
    return lead


def press(page: Page, selector: str, **init: Any) -> bool:
    return bool(page.evaluate(_PRESS, [selector, init]))


def count_posts(page: Page) -> list[str]:
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    return posted


@pytest.mark.parametrize("init", TYPING)
def test_press_that_types_a_sign_finishes_nothing(ada: Desk, open_lead: Lead, init: dict[str, Any]) -> None:
    posted = count_posts(ada.page)

    assert press(ada.page, "#reply-text", **init)

    ada.page.wait_for_timeout(300)
    assert not posted
    assert not ada.thread.locator("#disposition-form [role=alert]").count()


def test_alt_and_the_digit_itself_still_finish_from_the_field(ada: Desk, open_lead: Lead) -> None:
    ada.page.keyboard.press("Alt+2")

    expect(ada.thread.locator(".line").last).to_contain_text("Ada closed this as CALL BACK")


def test_option_and_a_digit_finish_where_nothing_is_typed(ada: Desk, open_lead: Lead) -> None:
    ada.page.keyboard.press("Escape")

    assert not press(ada.page, "", code="Digit2", key="\u2122", altKey=True)

    expect(ada.thread.locator(".line").last).to_contain_text("Ada closed this as CALL BACK")


@pytest.mark.parametrize("composing", [{"isComposing": True}, {"keyCode": 229}])
@pytest.mark.parametrize("modifier", ["ctrlKey", "metaKey"])
def test_what_is_being_composed_is_not_sent(
    ada: Desk, open_lead: Lead, composing: dict[str, Any], modifier: str
) -> None:
    posted = count_posts(ada.page)
    ada.type_reply("\u304b\u306a")

    assert press(ada.page, "#reply-text", code="Enter", key="Enter", **{modifier: True}, **composing)

    ada.page.wait_for_timeout(300)
    assert not posted
    expect(ada.field).to_have_value("\u304b\u306a")


def test_control_and_k_delete_to_the_end_of_the_line_on_a_mac(ada: Desk, windows: Windows, leads: Leads) -> None:
    lead = leads.write("What is it?")
    ada.page.add_init_script(_MAC)
    ada.open().enter(lead)
    ada.field.click()

    assert press(ada.page, "#reply-text", code="KeyK", key="k", ctrlKey=True)
    expect(ada.field).to_be_focused()
    expect(ada.page.locator(".bar-search kbd")).to_have_text("\u2318 K")
    assert not press(ada.page, "#reply-text", code="KeyK", key="k", metaKey=True)

    expect(ada.page.locator("#search")).to_be_focused()


def test_search_is_reached_from_the_field_and_from_other_scripts(ada: Desk, open_lead: Lead) -> None:
    ada.page.keyboard.press("Control+k")
    expect(ada.page.locator("#search")).to_be_focused()
    ada.field.click()

    assert not press(ada.page, "#reply-text", code="KeyK", key="\u043b", ctrlKey=True)

    expect(ada.page.locator("#search")).to_be_focused()


def test_single_letters_are_switched_off_by_each_person_and_stay_so(ada: Desk, windows: Windows, leads: Leads) -> None:
    leads.write("What is it?")
    ada.open()
    ada.page.keyboard.press("?")
    ada.page.get_by_label("Single letters are commands").uncheck()
    ada.page.keyboard.press("Escape")

    ada.open()
    for key in ("j", "k", "r", "?", "J"):
        ada.page.keyboard.press(key)
    expect(ada.page.locator("#queue-list .row-link:focus")).to_have_count(0)
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    expect(ada.page.locator("#thread kbd")).to_have_count(2)
    expect(ada.page.locator("#thread kbd").first).to_be_hidden()
    ada.page.keyboard.press("Control+k")
    expect(ada.page.locator("#search")).to_be_focused()
    ada.page.keyboard.press("Escape")

    ada.page.locator("[data-menu] summary").click()
    ada.page.get_by_role("button", name="Keyboard shortcuts").click()
    ada.page.get_by_label("Single letters are commands").check()
    ada.page.keyboard.press("Escape")
    ada.page.keyboard.press("j")
    expect(ada.page.locator("#queue-list .row-link:focus")).to_have_count(1)
