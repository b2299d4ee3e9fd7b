"""The three answers to "is this an opt-out?", given with the mouse, the keyboard, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from console.inbox.models import DeskConversation
from console.live import hub
from engage.models import Command, Consent
from tests.factories import make_conversation, make_user

pytestmark = pytest.mark.browser

DOUBTFUL = "please take me off your list"


@pytest.fixture
def ada(transactional_db: None) -> User:
    return make_user(username="ada")


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, ada: User, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=getattr(request, "param", True))
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
    assert [said for said in complaints if not re.search(r"status of (409|422)|AbortError", said)] == []


def be_asked(page: Page, conversation: DeskConversation) -> None:
    page.goto(f"/conversations/{conversation.id}/")
    expect(page.locator("#connection")).to_have_attribute("data-state", "live", timeout=20_000)
    page.fill("#reply-text", "Yes, there is.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".reply-refusal .doubtful")).to_have_text(DOUBTFUL)
    # Where somebody who sees nothing is led to, and what is read to them.
    expect(page.locator(".reply-refusal")).to_be_focused()
    expect(page.locator(".reply-refusal [role=alert]")).to_contain_text("This may be an opt-out.")
    expect(page.locator("#reply-text")).to_have_value("Yes, there is.")


def test_not_an_opt_out_sends_by_keyboard(page: Page) -> None:
    conversation = make_conversation(text=DOUBTFUL)
    be_asked(page, conversation)

    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="They opted out").last).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator(".message[data-state]")).to_contain_text("Yes, there is.")
    expect(page.locator(".reply-refusal")).to_have_count(0)
    expect(page.locator("#thread .banner")).to_have_count(0)
    expect(page.locator("#reply-text")).to_have_value("")
    expect(page.locator("#reply-text")).to_be_focused()
    assert Command.objects.get().text == "Yes, there is."


def test_they_opted_out_locks_and_sends_nothing(page: Page) -> None:
    conversation = make_conversation(text=DOUBTFUL)
    be_asked(page, conversation)

    page.locator(".reply-refusal").get_by_role("button", name="They opted out").click()

    expect(page.locator("#thread .locked")).to_be_visible()
    expect(page.locator("#thread .locked")).to_be_focused()
    expect(page.locator("#announcer")).to_have_text("All texts to this number are stopped.")
    assert Consent.objects.get().reason == f"They wrote “{DOUBTFUL}”"
    assert not Command.objects.exists()


def test_keep_editing_leaves_the_question_and_the_words(page: Page) -> None:
    conversation = make_conversation(text=DOUBTFUL)
    be_asked(page, conversation)

    page.get_by_role("link", name="Keep editing").press("Enter")
    expect(page.locator("#reply-text")).to_be_focused()
    expect(page.locator(".reply-refusal")).to_have_count(0)
    page.keyboard.press("End")
    page.keyboard.type(" Soon.")
    page.reload()

    expect(page.locator("#reply-text")).to_have_value("Yes, there is. Soon.")
    expect(page.locator("#thread .banner")).to_contain_text("This may be an opt-out.")
    assert not Command.objects.exists()


@pytest.mark.parametrize("page", [False], indirect=True)
def test_without_scripts_each_answer_is_given_all_the_same(page: Page) -> None:
    conversation, other = make_conversation(text=DOUBTFUL), make_conversation(text=DOUBTFUL)
    for asked in (conversation, other):
        page.goto(f"/conversations/{asked.id}/")
        page.fill("#reply-text", "Yes, there is.")
        page.click(".reply-send")
        expect(page.locator(".reply-refusal .doubtful")).to_have_text(DOUBTFUL)
        page.get_by_role("link", name="Keep editing").click()
        expect(page.locator("#reply-text")).to_have_value("Yes, there is.")
        answer = "Not an opt-out, send" if asked is conversation else "They opted out"
        page.locator(".reply-refusal").get_by_role("button", name=answer).click()
        expect(page.locator(".reply-refusal")).to_have_count(0)

    other.refresh_from_db()
    assert Command.objects.get().conversation_id == conversation.id
    assert other.is_opted_out


def test_all_texts_are_stopped_from_the_lead_with_a_note(page: Page) -> None:
    conversation = make_conversation(text="Hello")
    page.set_viewport_size({"width": 1440, "height": 860})
    page.goto(f"/conversations/{conversation.id}/")
    expect(page.locator("#connection")).to_have_attribute("data-state", "live", timeout=20_000)

    page.get_by_text("Stop all texts to this number").click()
    page.get_by_label("Why?").fill("They rang and said so")
    page.get_by_role("button", name="Stop all texts", exact=True).click()

    expect(page.locator("#thread .locked")).to_be_visible()
    expect(page.locator("#lead")).to_contain_text("Somebody here stopped all texts")
    expect(page.locator("#lead .stop")).to_have_count(0)
