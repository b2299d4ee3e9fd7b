from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, WebError, expect

from tests.browser.desk import Desk, Leads
from tests.browser.ring import Ring

DESK = {"width": 1440, "height": 860}


@pytest.fixture(scope="package")
def whole_ring() -> Iterator[Ring]:
    with Ring() as ring:
        yield ring


@pytest.fixture(scope="package")
def sessions(whole_ring: Ring, browser: Browser) -> dict[str, Any]:
    """Everybody signs in once, by the form; a test's windows begin with these cookies."""
    return {name: _sign_in(browser, whole_ring, name) for name in ("ada", "ben", "sue", "admin")}


def _sign_in(browser: Browser, ring: Ring, name: str) -> Any:
    context = browser.new_context(base_url=ring.url)
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#queue")).to_be_visible()
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def ring(whole_ring: Ring) -> Iterator[Ring]:
    """All of it runs and is calm at the beginning, and no part wrote down an error by the end."""
    yield whole_ring
    whole_ring.mend()
    for part in (whole_ring.web, whole_ring.worker):
        log = part.take_log()
        assert not re.search(r"\b(ERROR|CRITICAL)\b", log), log


class Windows:
    """Browser windows of people. Whatever their pages complain about fails the test, unless it is tolerated."""

    def __init__(self, browser: Browser, ring: Ring, sessions: dict[str, Any]) -> None:
        self._browser = browser
        self._ring = ring
        self._sessions = sessions
        self._contexts: list[BrowserContext] = []
        self._complaints: list[str] = []
        # htmx says so when a page is left while its stream is being opened.
        self._tolerated: list[str] = ["AbortError"]

    def open(self, name: str | None, **options: Any) -> Page:
        """An empty page in a window of its own, signed in as this person or as nobody."""
        state = self._sessions[name] if name else None
        wanted: dict[str, Any] = {"viewport": DESK, "storage_state": state} | options
        context = self._browser.new_context(base_url=self._ring.url, **wanted)
        context.on("console", self._hear)
        context.on("weberror", self._hear_error)
        self._contexts.append(context)
        return context.new_page()

    def tolerate(self, *patterns: str) -> None:
        """What a test brings about on purpose and the browser writes down as an error, such as a refused request."""
        self._tolerated += patterns

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        unexpected = [said for said in self._complaints if not any(re.search(p, said) for p in self._tolerated)]
        assert not unexpected, "\n".join(unexpected)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _hear_error(self, error: WebError) -> None:
        self._complaints.append(f"exception: {error.error}")


@pytest.fixture
def windows(browser: Browser, ring: Ring, sessions: dict[str, Any], leads: Leads) -> Iterator[Windows]:
    # The leads come first, so that they are cleared away when all pages are closed.
    windows = Windows(browser, ring, sessions)
    yield windows
    windows.close()


@pytest.fixture
def ada(windows: Windows) -> Desk:
    return Desk(windows.open("ada"))


@pytest.fixture
def ben(windows: Windows) -> Desk:
    return Desk(windows.open("ben"))


@pytest.fixture
def sue(windows: Windows) -> Desk:
    return Desk(windows.open("sue"))


@pytest.fixture
def leads(ring: Ring, sessions: dict[str, Any]) -> Iterator[Leads]:
    """Whoever a test lets write is gone from the queues after it."""
    leads = Leads(ring)
    yield leads
    ring.mend()
    leads.finish_all()
    ring.wait_until(lambda: _count_open(ring, sessions["sue"]) == 0)


def _count_open(ring: Ring, session: Any) -> int:
    cookies = {cookie["name"]: cookie["value"] for cookie in session["cookies"]}
    page = requests.get(f"{ring.url}/?queue=open", cookies=cookies, timeout=30).text
    found = re.search(r'data-count="open">(\d+)<', page)
    assert found, page[:500]
    return int(found[1])
