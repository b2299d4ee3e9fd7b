"""Words of any length and any marks: all of them can be read, and none lies over another's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from console.inbox.models import DeskConversation
from console.live import hub
from engage.models import Command, Conversation
from tests.factories import make_campaign, make_conversation, make_lead, make_message, make_user

pytestmark = pytest.mark.browser

WIDTHS = [1440, 768, 390]
ALIKE = "Interested in the premium package with the extended warranty and the yearly on-site inspection, "
LONG = [ALIKE + "call back in the morning", ALIKE + "call back in the evening", "W" * 120, "SALE"]
ZALGO = "Z" + "\u0338\u0363\u0489\u031b\u0315" * 60 + "a" + "\u0300\u0316" * 60


@pytest.fixture
def sue(transactional_db: None) -> User:
    return make_user(username="sue", role="Supervisor")


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, sue: User) -> Iterator[Callable[[int], Page]]:
    client = Client()
    client.force_login(sue)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    contexts = []

    def open_page(width: int) -> Page:
        context = browser.new_context(base_url=live_server.url, viewport={"width": width, "height": 860})
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    hub.stop()


def make_hard_one() -> DeskConversation:
    campaign = make_campaign(name="Campaign" * 25)
    dispositions = [{"disposition": name, "doNotContact": False, "isSuccessful": True} for name in LONG]
    lead = make_lead(campaign=campaign, name="Same Name", phone="+12125550143")
    conversation = make_conversation(lead=lead, dispositions=dispositions, text=ZALGO, waiting=timedelta(hours=30))
    make_message(conversation=conversation, text="And one of today.")
    return conversation


def is_wider_than_the_window(page: Page) -> bool:
    return bool(page.evaluate("document.scrollingElement.scrollWidth > innerWidth + 1"))


@pytest.mark.parametrize("width", WIDTHS)
def test_all_of_a_long_disposition_is_there_to_be_read(open_page: Callable[[int], Page], width: int) -> None:
    page = open_page(width)
    page.goto(f"/conversations/{make_hard_one().id}/")
    buttons = page.locator("#disposition-form button.chip")
    expect(buttons).to_have_count(len(LONG))

    cut = buttons.evaluate_all(
        "all => all.filter(one => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1"
        " || one.getBoundingClientRect().width > one.form.clientWidth).map(one => one.textContent)"
    )

    assert cut == []
    assert not is_wider_than_the_window(page)
    assert [button.get_attribute("title") for button in buttons.all()] == LONG


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["lists/", "lists/leads/", ""])
def test_campaign_of_one_long_word_makes_nothing_scroll(
    open_page: Callable[[int], Page], width: int, path: str
) -> None:
    campaign = make_campaign(name="W" * 200)
    page = open_page(width)

    page.goto(f"/campaigns/{campaign.id}/{path}")

    content = page.locator("#content")
    assert content.evaluate("one => one.scrollWidth <= one.clientWidth + 1")
    assert not is_wider_than_the_window(page)


def test_marks_piled_up_stay_in_their_bubble(open_page: Callable[[int], Page]) -> None:
    page = open_page(1440)
    page.goto(f"/conversations/{make_hard_one().id}/")

    clips = page.locator("#thread .message-text").first.evaluate("one => getComputedStyle(one).overflow")

    assert clips in ("clip", "hidden")
    wide = page.locator(".log").evaluate("one => one.scrollWidth - one.clientWidth")
    assert wide <= 0


def test_two_leads_of_one_name_are_told_apart_by_their_numbers(open_page: Callable[[int], Page]) -> None:
    make_conversation(lead=make_lead(name="Same Name", phone="+12125550143"))
    make_conversation(lead=make_lead(name="Same Name", phone="+12125550188"))
    make_conversation(lead=make_lead(name="", phone="+12125550199"))
    page = open_page(1440)

    page.goto("/")

    who = page.locator("#queue-list .row-who").all_inner_texts()
    assert [" ".join(text.split()) for text in sorted(who)] == [
        "(212) 555-0199",
        "Same Name , number ending in 0143",
        "Same Name , number ending in 0188",
    ]


def test_paper_holds_the_whole_thread_with_names_and_times(open_page: Callable[[int], Page]) -> None:
    conversation = make_hard_one()
    for number in range(40):
        make_message(conversation=conversation, text=f"Line {number}")
    page = open_page(1440)
    page.goto(f"/conversations/{conversation.id}/")
    expect(page.locator("#thread-title")).to_have_text("Same Name")

    page.emulate_media(media="print")

    for selector in (".bar", ".rail", ".composer", "#queue", "#lead"):
        expect(page.locator(selector).first).to_be_hidden()
    assert page.locator("#thread").evaluate("one => one.clientWidth") > 1300
    log = page.locator(".log").evaluate("one => one.scrollHeight - one.clientHeight")
    assert log <= 1
    assert page.evaluate("document.documentElement.scrollHeight") > 2000
    first = page.locator("#thread .message").last
    expect(first.locator(".for-print")).to_be_visible()
    expect(first.locator(".for-print")).to_contain_text("Same Name")
    said = first.locator("time").evaluate("one => getComputedStyle(one, '::after').content")
    assert first.locator("time").get_attribute("title") in said


def test_refusal_of_an_old_page_says_to_reload_and_the_words_stay(open_page: Callable[[int], Page]) -> None:
    conversation = make_conversation()
    page = open_page(1440)
    page.goto(f"/conversations/{conversation.id}/")
    expect(page.locator("#connection")).to_have_attribute("data-state", "live", timeout=10_000)
    page.fill("#reply-text", "Half an hour of work")
    # As when the same person signs in again in another tab.
    page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    page.context.add_cookies([{"name": settings.CSRF_COOKIE_NAME, "value": "b" * 32, "url": page.url}])

    page.click(".reply-send")

    expect(page.locator("#toast")).to_contain_text("Reload this page; your words stay.")
    page.reload()
    expect(page.locator("#reply-text")).to_have_value("Half an hour of work")
    page.click(".reply-send")
    expect(page.locator(".message[data-state]")).to_contain_text("Half an hour of work")
    assert Command.objects.count() == 1
    assert Conversation.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "name"),
    [("a\u00a0", "no-break space"), ("a\tb", "tab"), ("a\u200bb", "zero width space"), ("a\u0332b", "\u25cc\u0332")],
)
def test_what_makes_a_text_dear_is_named_though_it_cannot_be_seen(
    open_page: Callable[[int], Page], typed: str, name: str
) -> None:
    page = open_page(1440)
    page.goto(f"/conversations/{make_conversation().id}/")

    page.fill("#reply-text", f"{'x' * 160}{typed}y")

    expect(page.locator("[data-hint-words]")).to_contain_text(f"With {name} a segment")


def test_blanks_that_are_not_sent_are_not_counted(open_page: Callable[[int], Page]) -> None:
    page = open_page(1440)
    page.goto(f"/conversations/{make_conversation().id}/")

    page.fill("#reply-text", "x" * 160 + "\n \n")

    expect(page.locator("[data-counter]")).to_have_text("160/160, 1 segment")
