"""A template edit from the proposal to the platform and back, as two people see it in their browsers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Windows
from tests.browser.desk import Desk
from tests.browser.ring import Ring

pytestmark = pytest.mark.browser

FIRST = "outgoingMessage"


class Room:
    """The messages of one campaign, the same for everybody who looks."""

    def __init__(self, ring: Ring, name: str) -> None:
        self._ring = ring
        self.name = name
        self.remote_id: str = ring.sandbox.campaign(name)["id"]
        self._before = (self.text, self.status)

    @property
    def text(self) -> str:
        return str(self._ring.sandbox.campaign(self.name)["messages"][FIRST])

    @property
    def status(self) -> str:
        return str(self._ring.sandbox.campaign(self.name)["campaignStatus"])

    def edit_elsewhere(self, text: str) -> None:
        """Somebody uses the platform's own pages, and it approves at once."""
        self._post("messages", {FIRST: text})
        self._ring.sandbox.approve(self.remote_id)

    def restore(self) -> None:
        """As it was, for whoever comes next."""
        text, status = self._before
        if self.text != text or self.status not in ("READY", "ACTIVE"):
            self.edit_elsewhere(text)
        if status == "ACTIVE":
            self._post("activate", {})

    def _post(self, call: str, body: dict[str, str]) -> None:
        address = f"{self._ring.sandbox.url}/api/public/engage/campaigns/{self.remote_id}/{call}"
        headers = {"X-API-KEY": self._ring.sandbox.api_key}
        requests.post(address, json=body, headers=headers, timeout=30).raise_for_status()

    def open(self, desk: Desk) -> None:
        """To the editor, as a person goes: board, campaign, messages."""
        desk.open("/campaigns/")
        desk.page.get_by_role("link", name=self.name, exact=True).first.click()
        desk.page.get_by_role("link", name="Propose changes").click()
        expect(desk.page.locator(f"#text-{FIRST}")).to_be_visible()
        desk.expect_connection("live")


@pytest.fixture
def renewals(ring: Ring) -> Iterator[Room]:
    room = Room(ring, "Renewals May")
    yield room
    room.restore()


@pytest.fixture
def solar(ring: Ring) -> Iterator[Room]:
    room = Room(ring, "Solar quotes NY")
    yield room
    room.restore()


def editor(desk: Desk, field: str = FIRST) -> Locator:
    return desk.page.locator(f"#text-{field}")


def check(desk: Desk, field: str = FIRST) -> Locator:
    return desk.page.locator(f"#check-{field}")


def propose(desk: Desk, room: Room, text: str) -> int:
    """Write it, propose it; answers the request's number."""
    room.open(desk)
    editor(desk).fill(text)
    expect(check(desk)).to_contain_text("What changes")
    desk.page.get_by_role("button", name="Propose these changes").click()
    desk.page.wait_for_url("**/approvals/*/")
    found = re.search(r"/approvals/(\d+)/", desk.page.url)
    assert found
    desk.expect_connection("live")
    desk.page.evaluate("window.isStillTheSamePage = true")
    return int(found[1])


def request_card(page: Page, number: int) -> Locator:
    return page.locator(f"#change-request-{number}")


def approve(desk: Desk, number: int) -> None:
    card = request_card(desk.page, number)
    card.get_by_text("Approve", exact=True).click()
    card.get_by_role("button", name="Approve and send to Engage").click()


def test_proposal_goes_through_both_approvals_and_is_live_on_both_pages(
    ada: Desk, sue: Desk, ring: Ring, renewals: Room
) -> None:
    before = renewals.text
    new = "Hi {{FirstName}}, Harbor Auto Club here. Shall I renew your membership for May? STOP to opt out"
    sue.open("/approvals/")
    waiting = int(sue.page.locator("#approvals-link [data-count]").inner_text())

    number = propose(ada, renewals, new)
    expect(sue.page.locator("#approvals-link [data-count]")).to_have_text(str(waiting + 1))
    card = request_card(sue.page, number)
    expect(card.locator("[data-side=before] p").first).to_have_text(before)
    expect(card.locator("[data-side=after] p").first).to_have_text(new)
    approve(sue, number)

    for desk in (ada, sue):
        expect(desk.page.get_by_text("Waiting for Engage to approve").first).to_be_visible()
    assert (renewals.text, renewals.status) == (new, "PENDING_APPROVAL")
    expect(sue.page.locator("#approvals-link [data-count]")).to_have_text(str(waiting))

    ring.sandbox.approve(renewals.remote_id)

    step = request_card(ada.page, number).locator(".steps li").last
    expect(step).to_have_attribute("data-mark", "done")
    expect(sue.page.locator(f"#request-line-{number} .chip")).to_have_text("Live")
    for desk in (ada, sue):
        desk.expect_same_page()


def test_platform_that_refuses_ends_the_request_with_its_reason(
    ada: Desk, sue: Desk, ring: Ring, renewals: Room
) -> None:
    number = propose(ada, renewals, "Harbor Auto Club: BUY NOW, {{FirstName}}! STOP ends")
    sue.open(f"/approvals/{number}/")
    approve(sue, number)
    expect(sue.page.get_by_text("Waiting for Engage to approve").first).to_be_visible()

    ring.sandbox.reject(renewals.remote_id)

    for desk in (ada, sue):
        expect(request_card(desk.page, number).locator(".steps [data-mark=bad]")).to_contain_text("Refused by Engage")
        desk.expect_same_page()


def test_request_becomes_stale_in_front_of_the_approver_and_is_written_anew(ada: Desk, sue: Desk, solar: Room) -> None:
    number = propose(ada, solar, "Brightroof Solar here, {{FirstName}}. A free estimate? Txt STOP to end.")
    sue.open(f"/approvals/{number}/")
    card = request_card(sue.page, number)
    expect(card.get_by_text("Approve", exact=True)).to_be_visible()

    solar.edit_elsewhere("Hello {{FirstName}}, Brightroof Solar once more. Txt STOP to end.")

    expect(card).to_have_attribute("data-state", "stale")
    expect(card.get_by_text("Approve", exact=True)).to_have_count(0)
    expect(card).to_contain_text("At Engage now")
    ada.page.get_by_role("link", name="Write it anew").click()
    expect(editor(ada)).to_have_value("Brightroof Solar here, {{FirstName}}. A free estimate? Txt STOP to end.")
    ada.page.get_by_role("button", name="Submit again").click()
    expect(card).to_have_attribute("data-state", "submitted")
    expect(card.locator("[data-side=before] p").first).to_contain_text("once more")


def test_text_rewritten_while_the_approver_reads_is_not_approved_unread(
    ada: Desk, sue: Desk, solar: Room, windows: Windows
) -> None:
    windows.tolerate("status of 409")
    before = solar.text
    number = propose(ada, solar, "Brightroof Solar here. Txt STOP to end.")
    sue.open(f"/approvals/{number}/")
    card = request_card(sue.page, number)
    card.get_by_text("Approve", exact=True).click()

    ada.page.get_by_role("link", name="Edit", exact=True).click()
    editor(ada).fill("Brightroof Solar here. Send us money. Txt STOP to end.")
    ada.page.get_by_role("button", name="Submit again").click()
    expect(card.locator("[data-side=after] p").first).to_contain_text("Send us money")
    card.get_by_role("button", name="Approve and send to Engage").click()

    expect(card.get_by_role("alert")).to_contain_text("This is not the text you were shown any more.")
    assert solar.text == before


def test_own_request_has_no_approval_and_the_server_refuses_it_too(sue: Desk, solar: Room) -> None:
    before = solar.text
    number = propose(sue, solar, "Brightroof Solar here, it's me. Txt STOP to end.")
    card = request_card(sue.page, number)
    expect(card.get_by_text("Approve", exact=True)).to_have_count(0)
    expect(card).to_contain_text("Nobody approves their own change")

    status, words = sue.post(f"/approvals/{number}/decision/", decision="approve", hash="")

    assert status == 422
    assert "Nobody decides on their own change." in words
    assert solar.text == before


def test_editor_checks_while_somebody_writes_and_swaps_what_makes_it_dear(ada: Desk, solar: Room) -> None:
    solar.open(ada)
    editor(ada).click()
    ada.page.keyboard.press("Control+A")
    ada.page.keyboard.type("It’s Brightroof… Txt STOP to end, ")

    expect(check(ada).locator("[data-rule=costly]")).to_contain_text("70 characters")
    check(ada).get_by_role("button", name="Use plain ones").click()
    expect(editor(ada)).to_have_value("It's Brightroof... Txt STOP to end, ")
    ada.page.locator(f"#template-{FIRST}").get_by_role("button", name="City", exact=True).click()
    expect(editor(ada)).to_have_value("It's Brightroof... Txt STOP to end, {{City}}")
    expect(editor(ada)).to_be_focused()
    expect(check(ada).locator("[data-rule=costly]")).to_have_count(0)
    ada.page.keyboard.type(" {{Nickname}}")
    expect(check(ada).locator("[data-rule=field]")).to_contain_text("no field {{Nickname}}")
    ada.page.locator(f"#template-{FIRST}").get_by_role("button", name="Undo my changes").click()
    expect(editor(ada)).to_have_value(solar.text)
    expect(check(ada).get_by_text("What changes")).to_have_count(0)


def test_without_scripts_a_change_is_checked_and_proposed(windows: Windows, solar: Room) -> None:
    page = windows.open("ada", java_script_enabled=False)
    page.goto("/campaigns/")
    page.get_by_role("link", name=solar.name, exact=True).first.click()
    page.get_by_role("link", name="Propose changes").click()
    options: dict[str, Any] = {"name": "Check", "exact": True}

    page.locator(f"#text-{FIRST}").fill("It’s Brightroof Solar. {{Nickname}} Txt STOP to end.")
    page.get_by_role("button", **options).click()
    expect(page.locator(f"#check-{FIRST}")).to_contain_text("no field {{Nickname}}")
    page.locator(f"#text-{FIRST}").fill("It’s Brightroof Solar. Txt STOP to end.")
    page.get_by_role("button", **options).click()
    page.locator(f"#check-{FIRST}").get_by_role("button", name="Use plain ones").click()
    expect(page.locator(f"#text-{FIRST}")).to_have_value("It's Brightroof Solar. Txt STOP to end.")
    page.get_by_role("button", name="Propose these changes").click()

    expect(page.locator("article.request")).to_contain_text("Waiting for approval")
