"""The console as one person sees it in one browser window, and the leads who text from the other end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import requests
from playwright.sync_api import Locator, Page, expect

from tests.browser.ring import Ring

# What Chromium writes down when a server is not there.
NO_LINE = ("net::ERR_", "htmx:(sse:)?error: (network error|Failed to fetch)")

# Counts the bubbles with a text, and reads their state, after every change of the page.
_WATCH = """text => {
    window.bubbles = [];
    const look = () => {
        const same = [...document.querySelectorAll("#thread .message")].filter(
            (bubble) => bubble.querySelector(".message-text").textContent === text);
        const seen = same.length + " " + (same[0]?.querySelector(".message-state")?.textContent ?? "");
        if (window.bubbles.at(-1) !== seen) window.bubbles.push(seen);
    };
    new MutationObserver(look).observe(document.body, {
        subtree: true, childList: true, characterData: true, attributes: true });
}"""


@dataclass(frozen=True)
class Lead:
    id: str
    key: str
    name: str
    phone: str


class Leads:
    """People with phones. Each test has its own, and finds the queue empty."""

    _count = 0

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._campaign_id = ring.sandbox.campaign("Spring webinar")["id"]
        self._started: set[Lead] = set()

    def write(self, text: str, *, name: str = "Robin", **fields: str) -> Lead:
        """Somebody new answers the campaign."""
        lead = self.add(name, **fields)
        self.say(lead, text)
        return lead

    def add(self, name: str = "Robin", **fields: str) -> Lead:
        Leads._count += 1
        wanted = {"FirstName": name, "LastName": f"No{Leads._count:03}", "timeZone": "America/Chicago"} | fields
        made = self._ring.sandbox.create_leads(campaign_id=self._campaign_id, fields=wanted)[0]
        return Lead(made["id"], made["key"], made["name"], made["phone"])

    def say(self, lead: Lead, text: str) -> None:
        self._ring.sandbox.say(lead.id, text)
        self._started.add(lead)

    def land(self, lead: Lead, text: str) -> None:
        """A reply reaches the platform by no POST of ours that is still under way."""
        address = f"{self._ring.sandbox.url}/api/public/engage/conversation/send"
        requests.post(address, params={"key": lead.key}, data={"message": text}, timeout=30).raise_for_status()

    def finish_all(self) -> None:
        """At the platform, so that nobody is left in the queues."""
        address = f"{self._ring.sandbox.url}/api/public/engage/conversation/disposition"
        for lead in self._started:
            requests.post(address, params={"key": lead.key}, data={"disposition": "CALL BACK"}, timeout=30)

    def received(self, lead: Lead) -> list[str]:
        """What was sent to them and accepted, as the platform wrote it down."""
        entries = self._ring.sandbox.ledger()
        return [entry["text"] for entry in entries if entry.get("lead_id") == lead.id and entry["call"] == "send"]


class Desk:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.thread = page.locator("#thread")
        self.field = page.locator("#reply-text")
        self.toast = page.locator("#toast")
        self.worked_by = self.thread.locator(".thread-state .for-others")
        self.names = page.locator("#queue-list .row-name")

    def open(self, path: str = "/", **query: str) -> Desk:
        """Go there and wait until the page is live."""
        self.go(path, **query)
        self.expect_connection("live")
        self.page.evaluate("window.isStillTheSamePage = true")
        return self

    def go(self, path: str = "/", **query: str) -> Desk:
        self.page.goto(path + (f"?{urlencode(query)}" if query else ""))
        self.rest()
        return self

    def enter(self, lead: Lead) -> Desk:
        """Click their row and wait for their thread."""
        self.row(lead).locator(".row-link").click()
        expect(self.page.locator("#thread-title")).to_have_text(lead.name)
        self.rest()
        return self

    def rest(self) -> None:
        """The pointer goes where it holds nothing back."""
        self.page.mouse.move(900, 5)

    def row(self, lead: Lead) -> Locator:
        return self.page.locator("#queue-list .row", has_text=lead.name)

    def number_of(self, lead: Lead) -> int:
        """Of their conversation, as in its address."""
        return int((self.row(lead).get_attribute("id") or "").removeprefix("conversation-"))

    def count(self, name: str) -> Locator:
        return self.page.locator(f".rail [data-count='{name}']")

    def read_count(self, name: str) -> int:
        return int(self.count(name).inner_text())

    def bubble(self, text: str) -> Locator:
        exactly = re.compile(f"^{re.escape(text)}$")
        return self.thread.locator(".message").filter(has=self.page.locator(".message-text", has_text=exactly))

    def state_of(self, text: str) -> Locator:
        return self.bubble(text).locator(".message-state")

    def button(self, name: str) -> Locator:
        return self.thread.get_by_role("button", name=name, exact=True)

    def type_reply(self, text: str) -> None:
        self.field.click()
        self.page.keyboard.type(text)

    def reply(self, text: str) -> None:
        self.type_reply(text)
        self.page.keyboard.press("Control+Enter")

    def read_newest(self) -> None:
        """Stay until the lead's newest text counts as seen, and may be answered without being asked."""
        seen = self.thread.get_attribute("data-seen") or ""
        expect(self.thread.locator("#reply-form input[name=seen_through]")).to_have_value(seen)

    def hide(self) -> None:
        """As when another tab is brought to the front; by itself every tab here counts as visible."""
        self.page.evaluate(
            """() => {
                Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
                document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )

    def watch_bubbles(self, text: str) -> None:
        self.page.evaluate(_WATCH, text)

    def watched_bubbles(self) -> tuple[list[int], list[str]]:
        """How many there were of the text, and what they said of its state; each time that something changed."""
        seen = [line.split(" ", 1) for line in self.page.evaluate("window.bubbles")]
        return [int(count) for count, _ in seen], [state for _, state in seen if state]

    def expect_connection(self, *states: str, seconds: float = 20) -> None:
        wanted = re.compile(f"^({'|'.join(states)})$")
        expect(self.page.locator("#connection")).to_have_attribute("data-state", wanted, timeout=seconds * 1000)

    def expect_same_page(self) -> None:
        """All of it came in live: nothing was loaded anew."""
        assert self.page.evaluate("window.isStillTheSamePage === true"), "The page was reloaded"

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        """As a program with this person's cookies: status and body of the answer."""
        token = self.page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
        form: dict[str, Any] = {"csrfmiddlewaretoken": token, **fields}
        answer = self.page.request.post(path, form=form, headers={"HX-Request": "true"})
        return answer.status, answer.text()
