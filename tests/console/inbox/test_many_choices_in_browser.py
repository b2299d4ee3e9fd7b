"""Finding one of thousands of dispositions with the keyboard: Enter looks, and finishes nothing by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from console.inbox.choices import SHOWN
from console.live import hub
from engage.models import Change, Command
from tests.factories import make_conversation, make_user

pytestmark = pytest.mark.browser


@pytest.fixture
def sue(transactional_db: None) -> User:
    return make_user(username="sue", role="Supervisor")


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, sue: User) -> Iterator[Page]:
    context = browser.new_context(base_url=live_server.url)
    client = Client()
    client.force_login(sue)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    hub.stop()
    assert complaints == []


def test_disposition_is_found_by_name_and_stays_found_while_news_come_in(page: Page) -> None:
    conversation = make_conversation()
    conversation.dispositions = [
        {"id": str(number), "disposition": f"Outcome {number}", "doNotContact": False} for number in range(5_000)
    ]
    conversation.save()
    page.goto(f"/conversations/{conversation.id}/")
    expect(page.locator("#connection")).to_have_attribute("data-state", "live", timeout=30_000)
    expect(page.locator("#disposition-choices .chip")).to_have_count(SHOWN)

    page.fill("#disposition-find", "4711")
    expect(page.locator("#disposition-choices .chip")).to_have_text(["1Outcome 4711"])
    page.press("#disposition-find", "Enter")
    Change.record_conversations([(conversation.pk, conversation.campaign_id)])
    page.wait_for_timeout(1_500)

    expect(page.locator("#disposition-choices .chip")).to_have_text(["1Outcome 4711"])
    expect(page.locator("#disposition-find")).to_have_value("4711")
    assert not Command.objects.exists()
    page.locator("#disposition-choices .chip").click()
    expect(page.locator(".finish-state")).to_contain_text("Outcome 4711")
    assert Command.objects.get().text == "Outcome 4711"


def test_colleague_is_found_by_name(page: Page, sue: User) -> None:
    conversation = make_conversation()
    for number in range(60):
        make_user(username=f"colleague-{number:02}")
    page.goto(f"/conversations/{conversation.id}/")

    page.locator(".thread-actions summary", has_text="Assign").click()
    page.fill("#colleague-find", "colleague-57")
    expect(page.locator("#colleagues button")).to_have_count(1)
    page.locator("#colleagues button").click()

    expect(page.locator(".thread-head")).to_contain_text("Colleague-57")
