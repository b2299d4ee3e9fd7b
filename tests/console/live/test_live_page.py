"""The stream as pages hold it: many tabs, cut lines, hidden tabs, lost rights, and the way back from each."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import BrowserContext, Locator, Page, expect

from console.accounts.models import Session
from console.inbox.models import DeskConversation
from console.live import hub, views
from engage.models import Change
from tests.factories import make_conversation, make_message

pytestmark = pytest.mark.browser

STREAM = "**/live/stream/**"


def announce(*conversations: DeskConversation) -> None:
    Change.record_conversations((row.pk, row.campaign_id) for row in conversations)


def say(conversation: DeskConversation, text: str) -> None:
    make_message(conversation=conversation, text=text)
    announce(conversation)


def open_page(window: BrowserContext, path: str = "/") -> Page:
    page = window.new_page()
    page.goto(path)
    page.mouse.move(900, 5)
    return page


def expect_state(page: Page, state: str) -> None:
    expect(page.locator("#connection")).to_have_attribute("data-state", state, timeout=15_000)


def text_of(page: Page, conversation: DeskConversation) -> Locator:
    return page.locator(f"#conversation-{conversation.pk} .row-text")


def wait_until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "It did not come to be so"
        time.sleep(0.05)


def hide(page: Page, is_hidden: bool) -> None:
    page.evaluate(
        """isHidden => {
            Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        is_hidden,
    )


def test_eight_tabs_of_one_browser_all_work(window: BrowserContext) -> None:
    conversation = make_conversation()
    window.clock.install()
    pages = [open_page(window) for _ in range(8)]
    for page in pages:
        expect(page.locator("#connection")).to_have_attribute("data-state", "live" if page in pages[:4] else "polling")

    say(conversation, "Hello, all of you")

    for page in pages:
        page.clock.fast_forward(10_000)
        expect(text_of(page, conversation)).to_have_text("Hello, all of you", timeout=15_000)
    # Connections are left for everything else.
    pages[7].reload()
    expect(pages[7].locator("#queue")).to_be_visible()


def test_tab_that_polls_takes_the_place_of_one_that_is_closed(window: BrowserContext) -> None:
    pages = [open_page(window) for _ in range(5)]
    expect_state(pages[4], "polling")

    pages[0].close()

    expect_state(pages[4], "live")


def test_cut_line_comes_back_and_brings_what_was_missed(window: BrowserContext) -> None:
    conversation = make_conversation()
    page = open_page(window)
    expect_state(page, "live")

    page.route(STREAM, lambda route: route.abort())
    hub.stop()
    expect_state(page, "lost")
    say(conversation, "While the line was down")
    page.unroute(STREAM)

    expect(text_of(page, conversation)).to_have_text("While the line was down", timeout=15_000)
    expect_state(page, "live")


@pytest.mark.parametrize("answer", ["nothing", "error", "page"])
def test_page_without_a_stream_polls_and_goes_on_trying(window: BrowserContext, answer: str) -> None:
    conversation = make_conversation()
    page = window.new_page()
    page.clock.install()
    page.route(
        STREAM,
        lambda route: {
            "nothing": lambda: route.abort(),
            "error": lambda: route.fulfill(status=503, body="<h1>Busy</h1>"),
            "page": lambda: route.fulfill(status=200, content_type="text/html", body="<h1>A portal</h1>"),
        }[answer](),
    )
    page.goto("/")
    page.mouse.move(900, 5)
    expect_state(page, "polling")

    say(conversation, "Found by asking")
    page.clock.fast_forward(10_000)
    expect(text_of(page, conversation)).to_have_text("Found by asking", timeout=15_000)
    toast = page.locator("#toast").inner_text()
    page.unroute(STREAM)
    page.clock.fast_forward(10_000)

    expect_state(page, "live")
    assert toast == ""
    assert page.get_by_role("heading", name="Busy").count() == 0


def test_hidden_tab_lets_its_stream_go_and_catches_up(window: BrowserContext, monkeypatch: pytest.MonkeyPatch) -> None:
    # This server learns of a closed stream when it writes to it.
    monkeypatch.setattr(views, "BEAT_SECONDS", 0.5)
    conversation = make_conversation()
    first, second = open_page(window), open_page(window)
    expect_state(first, "live")
    expect_state(second, "live")

    hide(first, True)
    hide(second, True)
    # The first one listens on: one tab of the browser may call somebody back.
    wait_until(lambda: hub.count_streams() == 1)
    say(conversation, "While nobody looked")
    expect(text_of(first, conversation)).to_have_text("While nobody looked")
    unseen = text_of(second, conversation).text_content()
    hide(second, False)

    assert unseen != "While nobody looked"
    expect(text_of(second, conversation)).to_have_text("While nobody looked")


def test_signed_out_person_is_sent_to_the_sign_in(window: BrowserContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "CHECK_SECONDS", (0.3, 0.4))
    page = open_page(window)
    expect_state(page, "live")

    Session.objects.all().delete()

    page.wait_for_url("**/sign-in/**", timeout=15_000)


def test_who_missed_too_much_reads_the_page_again_and_keeps_what_was_typed(window: BrowserContext) -> None:
    conversation = make_conversation()
    page = open_page(window, f"/conversations/{conversation.pk}/?queue=needs-reply")
    expect_state(page, "live")
    page.locator("#reply-form textarea").fill("Half a sentence")

    page.route(STREAM, lambda route: route.abort())
    hub.stop()
    expect_state(page, "lost")
    make_message(conversation=conversation, text="Long ago")
    Change.objects.create(conversation_id=conversation.pk, at=timezone.now() - timedelta(minutes=11))
    newcomer = make_conversation(name="Newcomer")
    page.unroute(STREAM)

    expect(page.locator(f"#conversation-{newcomer.pk}")).to_be_visible(timeout=20_000)
    expect(page.locator("#thread")).to_contain_text("Long ago")
    expect(page.locator("#reply-form textarea")).to_have_value("Half a sentence")
    expect(page.locator("[data-count='needs-reply']").first).to_have_text("2")


def test_pages_converge_while_somebody_clicks_about_and_lines_are_cut(window: BrowserContext, ada: User) -> None:
    chance = random.Random(11)
    conversations = [make_conversation(name=f"Lead {number}", waiting=timedelta(minutes=9)) for number in range(6)]
    page = open_page(window)
    expect_state(page, "live")

    for number in range(40):
        say(chance.choice(conversations), f"Text {number}")
        if number % 3 == 0:
            page.locator(f"#conversation-{chance.choice(conversations).pk} a").first.click()
        if number % 10 == 9:
            hub.stop()
    page.mouse.move(900, 5)

    for conversation in conversations:
        conversation.refresh_from_db()
        expect(text_of(page, conversation)).to_have_text(conversation.last_message_text, timeout=15_000)
    opened = conversations[0].__class__.objects.get(id=page.locator("#thread").get_attribute("data-conversation"))
    ids = page.locator("#thread .message").evaluate_all("bubbles => bubbles.map(bubble => bubble.id)")
    assert ids == [f"message-{message.pk}" for message in opened.messages.order_by("sent_at", "remote_id")]
