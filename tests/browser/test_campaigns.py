"""Campaigns and their lists, switched by supervisors and followed by everybody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import APIResponse, Locator, Page, Route, expect

from tests.browser.conftest import Windows
from tests.browser.desk import Desk
from tests.browser.ring import Ring

pytestmark = pytest.mark.browser

ACTIVE, READY = "Spring webinar", "Renewals May"
HOSTILE_LIST = "Referrals / neighbors"


class Platform:
    """The campaigns as the platform has them, and what it was asked to do with them."""

    def __init__(self, ring: Ring) -> None:
        self._sandbox = ring.sandbox
        self._ring = ring
        self._seen = len(ring.sandbox.ledger())

    def status(self, name: str) -> str:
        return str(self._sandbox.campaign(name)["campaignStatus"])

    def accepted(self) -> list[str]:
        """Calls that changed campaigns since the test began, in order; of lists with the name that arrived."""
        entries = [entry for entry in self._sandbox.ledger()[self._seen :] if entry["call"] != "send"]
        return [f"{entry['call']} {entry['text']}".strip() for entry in entries]

    def switch(self, name: str, verb: str, list_name: str = "") -> None:
        """As the platform's own pages would."""
        path = f"campaigns/{self._sandbox.campaign(name)['id']}" + ("/lists" if list_name else "")
        requests.post(
            f"{self._sandbox.url}/api/public/engage/{path}/{verb}",
            params={"listName": list_name} if list_name else {},
            headers={"X-API-KEY": self._sandbox.api_key},
            timeout=30,
        ).raise_for_status()


@pytest.fixture
def platform(ring: Ring) -> Iterator[Platform]:
    """Whatever a test does to them, its campaigns are again as they were, here and there."""
    platform = Platform(ring)
    yield platform
    ring.mend()
    platform.switch(ACTIVE, "activate")
    platform.switch(READY, "pause")
    platform.switch("Solar quotes NY", "pause", HOSTILE_LIST)


@pytest.fixture
def known(ring: Ring, platform: Platform, sue: Desk) -> None:
    """The console has read the campaigns."""
    ring.wait_until(lambda: all(_status(sue.page, name) for name in (ACTIVE, READY, "Solar quotes NY")))


def _status(page: Page, name: str) -> str:
    page.goto("/campaigns/")
    row = page.locator(".board-row", has_text=name)
    words = row.locator(".board-status .chip").first.inner_text() if row.count() else ""
    return "" if words == "Not read yet" else words


def row_of(page: Page, name: str) -> Locator:
    return page.locator(".board-row", has_text=name)


def open_campaign(desk: Desk, name: str) -> None:
    desk.go("/campaigns/")
    desk.page.locator(".board-name a", has_text=name).click()
    expect(desk.page.locator("#campaign-title")).to_have_text(name)
    desk.expect_connection("live")


def confirm(page: Page, button: str) -> None:
    dialog = page.locator("#dialog")
    dialog.get_by_role("button", name=button).click()
    expect(dialog).to_be_hidden()


@pytest.mark.usefixtures("known")
def test_pause_overtakes_an_activation_that_hangs(sue: Desk, platform: Platform, ring: Ring) -> None:
    open_campaign(sue, READY)
    head = sue.page.locator("#campaign-head")
    ring.sandbox.set_faults(calls={"rate": 1, "modes": ["stall"], "stall_s": 4, "paths": ["campaign"]})

    head.get_by_role("link", name="Activate").click()
    confirm(sue.page, "Activate campaign")
    expect(head.locator(".notice", has_text="Activating")).to_be_visible()
    head.get_by_role("link", name="Pause").click()
    confirm(sue.page, "Pause campaign")

    expect(head.locator(".notice", has_text="texts may still go out")).to_be_visible()
    ring.sandbox.clear_faults()
    expect(head.locator(".notice")).to_have_count(0, timeout=60_000)
    # Whether it was active for a moment, nobody may have seen.
    expect(head.locator(".chip").first).to_have_text(re.compile(r"^(Ready|Paused \(ready\))$"))
    assert platform.status(READY) == "READY"
    assert platform.accepted()[-1] != "activate"
    log = sue.page.locator("#campaign-log")
    expect(log).to_contain_text("Sue asked to pause the campaign")
    expect(log).to_contain_text("Sue asked to activate the campaign")


@pytest.mark.usefixtures("known")
def test_answer_that_comes_late_does_not_undo_what_the_stream_has_told(sue: Desk) -> None:
    open_campaign(sue, READY)
    head = sue.page.locator("#campaign-head")
    answered: list[tuple[Route, APIResponse]] = []

    head.get_by_role("link", name="Activate").click()
    expect(sue.page.locator("#dialog").get_by_role("button", name="Activate campaign")).to_be_visible()
    sue.page.route("**/activation/", lambda route: answered.append((route, route.fetch())))
    sue.page.locator("#dialog").get_by_role("button", name="Activate campaign").click()
    expect(head.locator(".chip").first).to_have_text("Active")
    expect(head.locator(".notice[data-state]")).to_have_count(0)
    route, answer = answered[0]
    assert "Activating" in answer.text()
    route.fulfill(response=answer)
    expect(sue.page.locator("#dialog")).to_be_hidden()
    sue.page.wait_for_timeout(500)

    expect(head.locator(".chip").first).to_have_text("Active")
    expect(head.locator(".notice[data-state]")).to_have_count(0)
    expect(head.get_by_role("link", name="Pause")).to_be_visible()


@pytest.mark.usefixtures("known")
def test_list_with_a_hostile_name_is_switched_verbatim(sue: Desk, platform: Platform) -> None:
    open_campaign(sue, "Solar quotes NY")
    lists = sue.page.locator("#campaign-lists")
    lists.get_by_text("A list that is not shown here").click()
    lists.get_by_label("Its name, to the letter").fill(HOSTILE_LIST)

    lists.get_by_role("button", name="Activate").click()
    expect(sue.page.get_by_role("heading", name=f"Activate the list “{HOSTILE_LIST}”?")).to_be_visible()
    sue.page.get_by_role("button", name="Activate list").click()

    entry = sue.page.locator("#campaign-lists .lists li", has_text=HOSTILE_LIST)
    expect(entry.locator(".chip")).to_have_text("Active", timeout=30_000)
    expect(entry.locator(".list-intent")).to_have_count(0, timeout=30_000)
    assert platform.accepted() == [f"list_activate {HOSTILE_LIST}"]
    entry.get_by_role("link", name="Pause").click()
    confirm(sue.page, "Pause list")
    expect(entry.locator(".chip")).to_have_text("Ready", timeout=30_000)
    assert platform.accepted()[-1] == f"list_pause {HOSTILE_LIST}"


@pytest.mark.usefixtures("known")
def test_board_follows_on_two_browsers_and_offers_each_what_they_may(sue: Desk, ben: Desk, platform: Platform) -> None:
    for desk in (sue, ben):
        desk.open("/campaigns/")
    expect(row_of(ben.page, ACTIVE).get_by_role("link", name="Pause")).to_be_hidden()

    row_of(sue.page, ACTIVE).get_by_role("link", name="Pause").click()
    expect(sue.page.locator("#dialog")).to_contain_text("Stops")
    confirm(sue.page, "Pause campaign")

    for desk in (sue, ben):
        expect(row_of(desk.page, ACTIVE).locator(".chip").first).to_have_text("Paused (ready)", timeout=30_000)
        expect(row_of(desk.page, ACTIVE).locator(".board-attention")).to_have_count(0, timeout=30_000)
        desk.expect_same_page()
    platform.switch(ACTIVE, "activate")
    for desk in (sue, ben):
        expect(row_of(desk.page, ACTIVE).locator(".chip").first).to_have_text("Active", timeout=30_000)
        desk.expect_same_page()


@pytest.mark.usefixtures("known")
def test_dialog_closes_without_doing_anything(sue: Desk, platform: Platform) -> None:
    sue.open("/campaigns/")
    link = row_of(sue.page, ACTIVE).get_by_role("link", name="Pause")
    dialog = sue.page.locator("#dialog")

    leave_it = dialog.get_by_text("Leave it as it is")

    ways: list[Callable[[], None]] = [lambda: sue.page.keyboard.press("Escape"), leave_it.click]
    for leave in ways:
        link.click()
        expect(dialog).to_be_visible()
        leave()
        expect(dialog).to_be_hidden()

    expect(link).to_be_focused()
    assert platform.accepted() == []


@pytest.mark.usefixtures("known")
def test_filter_and_search_change_the_address_and_what_is_live(sue: Desk, windows: Windows) -> None:
    # Every filter opens a stream of its own, and whoever goes on at once ends it while it is being opened.
    windows.tolerate("AbortError")
    sue.open("/campaigns/")

    sue.page.locator("#board-filters a", has_text="Active").click()
    sue.page.wait_for_url("**/campaigns/?show=active")
    sue.page.get_by_label("Find a campaign").fill("solar")
    sue.page.wait_for_url("**find=solar**")

    expect(sue.page.locator(".board-row")).to_have_count(1)
    expect(sue.page.get_by_label("Find a campaign")).to_be_focused()
    assert "find=solar" in str(sue.page.locator("#live").get_attribute("data-live-url"))
    sue.page.go_back()
    expect(sue.page.locator(".board-row")).not_to_have_count(1)


@pytest.mark.usefixtures("known")
def test_pause_works_without_javascript(windows: Windows, platform: Platform, ring: Ring) -> None:
    options: dict[str, Any] = {"java_script_enabled": False}
    page = windows.open("sue", **options)
    page.goto("/campaigns/")

    row_of(page, ACTIVE).get_by_role("link", name="Pause").click()
    expect(page.get_by_role("heading", name=f"Pause “{ACTIVE}”?")).to_be_visible()
    page.get_by_role("button", name="Pause campaign").click()

    expect(page.locator("#campaign-title")).to_have_text(ACTIVE)
    ring.wait_until(lambda: platform.status(ACTIVE) == "READY")
