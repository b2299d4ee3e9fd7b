"""The desk as people use it: with the keyboard, with the mouse, on a phone, while others write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from console.inbox import actions
from console.inbox.models import Assignment, DeskConversation
from console.live import hub
from engage.models import Change, Command
from tests.factories import make_conversation, make_message, make_opt_out, make_user

pytestmark = pytest.mark.browser

DESK = {"width": 1440, "height": 860}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def ada(transactional_db: None) -> User:
    return make_user(username="ada")


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, ada: User, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Ada's browser; the test fails if the page complains, for instance about what the content policy forbids."""
    size = getattr(request, "param", DESK)
    context = browser.new_context(base_url=live_server.url, viewport=size, has_touch=size is PHONE)
    client = Client()
    client.force_login(ada)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    hub.stop()
    # The browser logs a refusal of ours (409, 422) as an error, htmx a stream that a new page had no use for.
    assert [said for said in complaints if not re.search(r"status of (409|422)|AbortError", said)] == []


def open_conversation(page: Page, conversation: DeskConversation) -> None:
    page.goto(f"/conversations/{conversation.id}/")
    expect(page.locator("#connection")).to_have_attribute("data-state", "live", timeout=10_000)


def test_reply_is_sent_by_keyboard_and_the_field_is_ready_for_the_next(page: Page) -> None:
    conversation = make_conversation()
    open_conversation(page, conversation)

    page.keyboard.press("r")
    page.keyboard.type("Yes, there is.")
    page.keyboard.press("Control+Enter")

    expect(page.locator(".message[data-state]")).to_contain_text("Yes, there is.")
    expect(page.locator("#reply-text")).to_have_value("")
    expect(page.locator("#reply-text")).to_be_focused()
    assert Command.objects.get().text == "Yes, there is."


def test_double_click_sends_one_reply(page: Page) -> None:
    conversation = make_conversation()
    open_conversation(page, conversation)

    page.fill("#reply-text", "Yes.")
    page.dblclick(".reply-send")

    expect(page.locator(".message[data-state]")).to_have_count(1)
    assert Command.objects.count() == 1


def test_second_reply_has_a_key_of_its_own(page: Page) -> None:
    conversation = make_conversation()
    open_conversation(page, conversation)

    for text in ("One.", "Two."):
        page.fill("#reply-text", text)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#reply-text")).to_have_value("")

    expect(page.locator(".message[data-state]")).to_have_count(2)


def test_refused_reply_keeps_the_words_and_is_sent_after_taking_over(page: Page, ada: User) -> None:
    conversation = make_conversation(assigned_to=make_user(username="ben"))
    open_conversation(page, conversation)

    page.fill("#reply-text", "Yes, there is.")
    page.click(".reply-send")
    expect(page.locator(".reply-refusal")).to_contain_text("Ben works this conversation.")
    expect(page.locator("#reply-text")).to_have_value("Yes, there is.")
    page.get_by_role("button", name="Take over and send").click()

    expect(page.locator(".message[data-state]")).to_contain_text("Yes, there is.")
    expect(page.locator(".reply-refusal")).to_have_count(0)
    assert Assignment.objects.get().agent == ada


def test_text_that_comes_in_leaves_what_is_being_typed_alone(page: Page) -> None:
    conversation = make_conversation()
    open_conversation(page, conversation)
    page.locator("#reply-text").press_sequentially("Half a sen")

    make_message(conversation=conversation, text="Are you there?")
    Change.record_conversations([(conversation.id, conversation.campaign_id)])

    expect(page.locator(".log")).to_contain_text("Are you there?")
    page.keyboard.type("tence")
    expect(page.locator("#reply-text")).to_have_value("Half a sentence")
    expect(page.locator("#reply-text")).to_be_focused()


def test_text_that_came_in_before_their_eyes_needs_no_second_word(page: Page) -> None:
    conversation = make_conversation()
    open_conversation(page, conversation)
    make_message(conversation=conversation, text="And what does it cost?")
    Change.record_conversations([(conversation.id, conversation.campaign_id)])
    expect(page.locator(".log")).to_contain_text("And what does it cost?")
    page.wait_for_timeout(1_300)

    page.fill("#reply-text", "Nothing.")
    page.click(".reply-send")

    expect(page.locator(".message[data-state]")).to_contain_text("Nothing.")


def test_opt_out_locks_the_open_composer(page: Page) -> None:
    conversation = make_conversation()
    open_conversation(page, conversation)
    expect(page.locator("#reply-text")).to_be_visible()

    make_opt_out(conversation=conversation)
    Change.record_conversations([(conversation.id, conversation.campaign_id)])

    expect(page.locator(".locked")).to_be_visible()
    expect(page.locator("#reply-text")).to_be_hidden()


def test_open_menu_stays_open_while_the_page_is_brought_up_to_date(page: Page, ada: User) -> None:
    ada.groups.clear()
    User.objects.filter(id=ada.id).update(is_superuser=True)
    conversation = make_conversation()
    open_conversation(page, conversation)
    page.click(".thread .menu summary")

    make_message(conversation=conversation, text="Hello again")
    Change.record_conversations([(conversation.id, conversation.campaign_id)])

    expect(page.locator(".log")).to_contain_text("Hello again")
    expect(page.locator(".thread .menu-panel")).to_be_visible()


def test_release_button_is_for_who_works_it(page: Page, ada: User) -> None:
    conversation = make_conversation()
    open_conversation(page, conversation)

    actions.claim(conversation=conversation, by=make_user(username="ben"))
    expect(page.locator(".for-others")).to_contain_text("Ben works this")
    expect(page.get_by_role("button", name="Release")).to_be_hidden()
    actions.assign(conversation=conversation, to=ada, by=ada)

    expect(page.get_by_role("button", name="Release")).to_be_visible()
    expect(page.locator(".thread .for-others")).to_be_hidden()


def test_queue_is_walked_and_opened_by_keyboard(page: Page) -> None:
    make_conversation(name="Maria", waiting=timedelta(minutes=9))
    make_conversation(name="Tanya", waiting=timedelta(minutes=5))
    page.goto("/")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    expect(page.locator("#thread-title")).to_have_text("Tanya")
    expect(page).to_have_url(re.compile(r"/conversations/\d+/\?queue=needs-reply$"))
    expect(page).to_have_title("Tanya · Engage Console")
    expect(page.locator("#queue-list .row[aria-current]")).to_contain_text("Tanya")


def test_back_and_forward_walk_through_what_was_open(page: Page) -> None:
    make_conversation(name="Maria", waiting=timedelta(minutes=9))
    make_conversation(name="Tanya", waiting=timedelta(minutes=5))
    page.goto("/")
    page.get_by_text("Maria").click()
    expect(page.locator("#thread-title")).to_have_text("Maria")
    page.get_by_text("Tanya").click()
    expect(page.locator("#thread-title")).to_have_text("Tanya")

    page.go_back()
    expect(page.locator("#thread-title")).to_have_text("Maria")
    page.go_forward()

    expect(page.locator("#thread-title")).to_have_text("Tanya")
    expect(page.locator("#queue")).to_have_count(1)


def test_draft_waits_in_its_conversation_and_is_forgotten_at_sign_out(page: Page) -> None:
    first = make_conversation(name="Maria", waiting=timedelta(minutes=9))
    make_conversation(name="Tanya", waiting=timedelta(minutes=5))
    open_conversation(page, first)
    page.locator("#reply-text").press_sequentially("Half a sentence")

    page.get_by_text("Tanya").click()
    expect(page.locator("#thread-title")).to_have_text("Tanya")
    expect(page.locator("#reply-text")).to_have_value("")
    page.locator("#queue-list").get_by_text("Maria").click()
    expect(page.locator("#reply-text")).to_have_value("Half a sentence")
    page.click(".bar .menu summary")
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0


def test_disposition_that_stops_all_texts_asks_before_it_is_sent(page: Page) -> None:
    conversation = make_conversation()
    open_conversation(page, conversation)

    page.keyboard.press("Alt+Digit3")
    expect(page.locator(".finish-warning")).to_contain_text("every campaign")
    assert not Command.objects.exists()
    page.get_by_role("button", name="Finish and stop all texts").click()

    expect(page.locator(".finish-state")).to_contain_text("Finishing as Opt out")
    assert Command.objects.get().text == "Opt out"


def test_counter_names_what_makes_a_text_long_and_puts_it_right(page: Page) -> None:
    open_conversation(page, make_conversation())

    page.fill("#reply-text", "It’s 2 PM")
    expect(page.locator(".reply-counter")).to_have_text("9/70, 1 segment")
    expect(page.locator(".reply-hint")).to_contain_text("With ’ a segment holds 70 characters")
    page.get_by_role("button", name="Use plain ones").click()

    expect(page.locator("#reply-text")).to_have_value("It's 2 PM")
    expect(page.locator(".reply-counter")).to_have_text("9/160, 1 segment")
    expect(page.locator(".reply-hint")).to_be_hidden()


def test_markup_of_strangers_is_never_run(page: Page) -> None:
    evil = "<img src=x onerror=alert(1)><script>alert(1)</script><a hx-get=/ hx-trigger=load>x</a>"
    conversation = make_conversation(name=evil, text=evil)
    page.on("dialog", lambda dialog: pytest.fail("a script of a lead ran"))

    open_conversation(page, conversation)

    expect(page.locator(".message-text")).to_have_text(evil)


def test_shortcuts_are_listed_and_do_not_act_in_a_field(page: Page) -> None:
    open_conversation(page, make_conversation())

    page.locator("#reply-text").press_sequentially("jkr?")
    expect(page.locator("#reply-text")).to_have_value("jkr?")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#cheat-sheet")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")

    expect(page.locator("#cheat-sheet")).to_be_hidden()
    expect(page.locator("#search")).to_be_focused()


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_phone_shows_one_pane_at_a_time(page: Page) -> None:
    make_conversation(name="Maria Reyes")
    page.goto("/")
    expect(page.locator("#thread")).to_be_hidden()

    page.get_by_text("Maria Reyes").click()
    expect(page.locator("#thread-title")).to_be_visible()
    expect(page.locator("#queue")).to_be_hidden()
    page.get_by_role("button", name="About Maria Reyes").click()
    expect(page.locator("#lead")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#lead")).to_be_hidden()
    page.get_by_role("link", name="Back to the queue").click()

    expect(page.locator("#queue")).to_be_visible()
    expect(page.locator("#thread")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/\?queue=needs-reply$"))


@pytest.mark.parametrize("page", [DESK, PHONE], indirect=True)
def test_nothing_is_wider_than_the_page(page: Page) -> None:
    conversation = make_conversation(name="W" * 200, text="https://example.com/" + "x" * 300)
    open_conversation(page, conversation)

    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]  # type: ignore[index]
    assert page.evaluate("document.querySelector('.log').scrollWidth <= document.querySelector('.log').clientWidth")
