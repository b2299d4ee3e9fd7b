"""The platform's own page of a conversation: opened on request, in a frame, and its key is told to nobody."""

from __future__ import annotations

import pytest
import requests
from playwright.sync_api import Request, expect

from tests.browser.desk import Desk, Leads
from tests.browser.ring import Ring

pytestmark = pytest.mark.browser


def test_conversation_is_opened_in_engage(sue: Desk, ada: Desk, leads: Leads, ring: Ring) -> None:
    lead = leads.write("Do you take cheques?")
    for desk in (ada, sue):
        desk.open().enter(lead)
    asked: list[Request] = []
    sue.page.on("request", lambda request: asked.append(request))
    expect(ada.page.get_by_role("button", name="Open in Engage")).to_be_hidden()

    sue.page.get_by_role("button", name="Open in Engage").click()
    frame = sue.page.frame_locator(".widget-frame")
    expect(frame.locator("body")).to_contain_text("Do you take cheques?")
    frame.locator("[name=message]").fill("Cash or card only.")
    frame.get_by_role("button", name="Send").first.click()

    expect(frame.locator("body")).to_contain_text("Cash or card only.")
    address = f"{ring.sandbox.url}/api/public/engage/conversation"
    assert "Cash or card only." in requests.get(address, params={"key": lead.key}, timeout=30).text
    framed = [request for request in asked if request.url.startswith(ring.sandbox.url)]
    assert framed
    # Of the page around it nothing is told, and no other site hears of the key.
    assert "Referer" not in {name.title() for name in framed[0].all_headers()}
    assert not [request for request in asked if lead.key in request.url and request not in framed]
    assert lead.key not in sue.page.url
    assert lead.key not in "".join(part.take_log() for part in (ring.web, ring.worker))
    sue.page.get_by_role("link", name="Back to the conversation").click()
    expect(sue.page.locator("#thread-title")).to_have_text(lead.name)
    # Engage tells nobody what was written there: it is asked for.
    expect(ada.bubble("Cash or card only.")).to_have_count(1, timeout=60_000)
