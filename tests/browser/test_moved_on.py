"""The answer to an action comes when its author is elsewhere: it reaches them all the same, and nobody else's words."""

from __future__ import annotations

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from tests.browser.conftest import Windows
from tests.browser.desk import NO_LINE, Desk, Lead, Leads

pytestmark = pytest.mark.browser


class Late:
    """Requests to these addresses reach the server at once; what it says is held up until `answer`."""

    def __init__(self, page: Page, pattern: str) -> None:
        self._page, self._pattern = page, pattern
        self._held: list[tuple[Route, APIResponse]] = []
        page.route(pattern, self._hold)

    def answer(self) -> None:
        while not self._held:
            self._page.wait_for_timeout(50)
        held, self._held = self._held, []
        for route, said in held:
            route.fulfill(response=said)
        self._page.unroute(self._pattern)

    def _hold(self, route: Route) -> None:
        self._held.append((route, route.fetch()))


@pytest.fixture(autouse=True)
def _tolerant(windows: Windows) -> None:
    windows.tolerate("status of (409|422)", *NO_LINE)


@pytest.fixture
def ann(leads: Leads) -> Lead:
    return leads.write("Is Tuesday fine?", name="Ann")


@pytest.fixture
def bob(leads: Leads) -> Lead:
    return leads.write("And the price?", name="Bob")


def expect_refusal(desk: Desk, lead: Lead, words: str) -> None:
    line = desk.toast.locator("p", has_text=lead.name)
    expect(line).to_contain_text(words)
    line.get_by_role("link", name="Open").click()
    expect(desk.page.locator("#thread-title")).to_have_text(lead.name)


def test_refused_reply_is_told_by_name_with_a_way_back_to_its_words(
    ada: Desk, leads: Leads, ann: Lead, bob: Lead
) -> None:
    ada.open().enter(ann)
    ada.read_newest()
    ada.type_reply("Tuesday it is.")
    ada.hide()
    leads.say(ann, "No, Wednesday please")
    expect(ada.bubble("No, Wednesday please")).to_be_visible()
    late = Late(ada.page, "**/replies/*")

    ada.page.keyboard.press("Control+Enter")
    ada.enter(bob)
    ada.type_reply("It is free")
    late.answer()

    expect(ada.toast).to_contain_text(ann.name)
    expect(ada.field).to_have_value("It is free")
    assert leads.received(ann) == []
    expect_refusal(ada, ann, "They wrote again")
    expect(ada.field).to_have_value("Tuesday it is.")


def test_sent_text_is_no_draft_when_the_answer_came_on_another_page(
    ada: Desk, leads: Leads, ann: Lead, bob: Lead
) -> None:
    ada.open().enter(ann)
    late = Late(ada.page, "**/replies/*")

    ada.reply("Tuesday is fine.")
    ada.enter(bob)
    ada.type_reply("It is free")
    late.answer()
    ada.page.wait_for_timeout(300)

    expect(ada.field).to_have_value("It is free")
    ada.open(queue="open").enter(ann)
    expect(ada.field).to_have_value("")
    expect(ada.state_of("Tuesday is fine.")).to_have_text("Confirmed")
    assert leads.received(ann) == ["Tuesday is fine."]
    ada.enter(bob)
    expect(ada.field).to_have_value("It is free")


def test_text_on_its_way_is_sent_once_though_its_page_is_opened_anew(
    ada: Desk, leads: Leads, ann: Lead, bob: Lead
) -> None:
    ada.open(queue="open").enter(ann)
    late = Late(ada.page, "**/replies/*")

    ada.reply("Tuesday is fine.")
    ada.enter(bob)
    ada.enter(ann)
    late.answer()

    expect(ada.field).to_have_value("")
    expect(ada.state_of("Tuesday is fine.")).to_have_text("Confirmed")
    assert leads.received(ann) == ["Tuesday is fine."]


def test_text_whose_answer_never_came_is_no_draft_once_it_is_there(ada: Desk, leads: Leads, ann: Lead) -> None:
    ada.open(queue="open").enter(ann)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    ada.page.route("**/replies/*", lose)
    ada.reply("Tuesday is fine.")
    expect(ada.toast).to_contain_text("No connection")
    ada.page.unroute("**/replies/*")
    ada.page.reload()

    expect(ada.state_of("Tuesday is fine.")).to_have_text("Confirmed")
    expect(ada.field).to_have_value("")
    assert leads.received(ann) == ["Tuesday is fine."]


def test_refused_claim_is_told_by_name(ada: Desk, ben: Desk, ann: Lead, bob: Lead) -> None:
    ada.open().enter(ann)
    ben.open().enter(ann)
    late = Late(ada.page, "**/claim/*")
    ben.button("Claim").click()
    expect(ben.button("Release")).to_be_visible()
    number = ada.number_of(ann)

    # As from a page that the news has not reached yet.
    ada.page.evaluate(
        """(number) => {
            const form = document.createElement("form");
            form.setAttribute("hx-post", `/conversations/${number}/claim/?queue=open`);
            form.setAttribute("hx-target", "#thread");
            const button = document.createElement("button");
            button.textContent = "Claim now";
            form.append(button);
            document.querySelector("#thread .thread-actions").append(form);
            htmx.process(form);
            button.click();
        }""",
        number,
    )
    ada.enter(bob)
    late.answer()

    expect_refusal(ada, ann, "Ben works this conversation.")


def test_refused_finish_is_told_by_name(ada: Desk, leads: Leads, ann: Lead, bob: Lead) -> None:
    ada.open().enter(ann)
    ada.read_newest()
    ada.hide()
    leads.say(ann, "One more thing")
    expect(ada.bubble("One more thing")).to_be_visible()
    late = Late(ada.page, "**/disposition/*")

    ada.thread.locator("#disposition-form").get_by_role("button", name="CALL BACK").click()
    ada.enter(bob)
    late.answer()

    expect_refusal(ada, ann, "They wrote again")
