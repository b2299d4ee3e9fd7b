"""A page for which there is no place among the streams: it asks instead, and nobody is alarmed."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.console.live.test_live_page import announce, expect_state, open_page, say, text_of
from tests.factories import make_conversation

pytestmark = pytest.mark.browser

# Whatever the sign said since the page was there.
_LISTEN = """() => {
    const sign = document.getElementById("connection");
    window.said = [sign.dataset.state];
    new MutationObserver(() => window.said.push(sign.dataset.state)).observe(sign, { attributes: true });
}"""


def test_page_without_a_place_polls_and_never_says_that_something_is_wrong(
    window: BrowserContext, settings: Any
) -> None:
    settings.STREAMS_PER_SESSION = 0
    conversation = make_conversation(text="Before")
    announce(conversation)
    page = window.new_page()
    page.add_init_script(f"addEventListener('DOMContentLoaded', {_LISTEN})")
    page.goto("/")

    expect_state(page, "polling")
    say(conversation, "And now?")

    expect(text_of(page, conversation)).to_have_text("And now?", timeout=25_000)
    assert set(page.evaluate("window.said")) <= {"connecting", "polling"}
    assert page.locator("#toast").inner_text().strip() == ""


def test_page_that_loses_its_place_polls_until_there_is_one_again(window: BrowserContext, settings: Any) -> None:
    conversation = make_conversation(text="Before")
    page = open_page(window)
    expect_state(page, "live")
    settings.STREAMS_PER_SESSION = 0

    page.evaluate(
        "dispatchEvent(new Event('pagehide')); dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
    )
    expect_state(page, "polling")
    settings.STREAMS_PER_SESSION = 8
    page.evaluate("dispatchEvent(new Event('online'))")

    expect_state(page, "live")
    say(conversation, "Live again")
    expect(text_of(page, conversation)).to_have_text("Live again")
