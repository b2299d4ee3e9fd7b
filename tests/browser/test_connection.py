"""The page Connection as a supervisor sees it, of three accounts that are broken in different ways."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from console.accounts.roles import ADMIN
from console.operations import vitals
from engage.api.errors import EngageError
from engage.mirror import reach
from engage.mirror.platform import client_for
from engage.models import Delivery, Pulse, Reach, Workspace
from engage.vault import Secret
from tests.console.way_in.platform import running
from tests.factories import make_user, make_workspace
from tests.sandbox_process import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STARTED = json.loads((ROOT / "tests/payloads/conversation_started.json").read_text())
WIDTHS = (1440, 768, 390)


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, worker_is_alive: None) -> Any:
    client = Client()
    client.force_login(make_user(username="root", role=ADMIN, is_staff=True))
    context = browser.new_context(base_url=live_server.url)
    cookie = client.cookies["sessionid"]
    context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
    yield context.new_page()
    context.close()


@pytest.fixture
def worker_is_alive() -> None:
    vitals.forget()
    reach.forget()
    for loop in (vitals.SENDING, vitals.RECEIVING):
        Pulse.beat(loop, timezone.now())


def answer_for(minutes: int, workspace: Workspace, answer: object) -> None:
    """Every GET of a conversation ends so, since then."""
    with running() as platform:
        platform.conversation = answer
        workspace.conversation_origin = platform.url
        for _ in range(3):
            reach.forget()
            try:
                client_for(workspace).get_conversation(Secret("a-key"))
            except EngageError:
                continue
    Reach.objects.update(failing_since=timezone.now() - timedelta(minutes=minutes))
    vitals.forget()


def look(page: Page, name: str) -> None:
    """At every width, light and dark: nothing is wider than the screen. Pictures where somebody wants them."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.locator("#connection-page").evaluate("part => part.scrollWidth <= part.clientWidth")
            if directory := os.environ.get("PICTURES"):
                page.screenshot(path=Path(directory) / f"{name}-{width}-{scheme}.png")


def test_account_whose_host_is_another(page: Page) -> None:
    workspace = make_workspace(name="Acme")
    for event in ("ConversationStarted", "NewMessage"):
        Delivery.objects.create(
            workspace=workspace, body=json.dumps(STARTED).encode(), event_type=event, state="applied"
        )

    page.goto("/connection/")

    expect(page.get_by_text("Engage names https://api.purecallerid.dev (6 times)")).to_be_visible()
    expect(page.get_by_text("--conversation-origin https://api.purecallerid.dev")).to_be_visible()
    look(page, "host")


def test_account_that_answers_bare_and_names_events_otherwise(page: Page) -> None:
    workspace = make_workspace(name="Acme")
    answer_for(2, workspace, {"reply": {"unheard": [1, 2, 3]}})
    for number in range(30):
        error = "data: Field required" if number % 2 else "unknown event 'conversation_moved'"
        state = Delivery.State.QUARANTINED if number % 2 else Delivery.State.IGNORED
        Delivery.objects.create(workspace=workspace, body=b"{}", event_type="", state=state, error=error)

    page.goto("/connection/")
    summary = page.locator("#status summary")

    expect(summary).to_contain_text("No conversation is read")
    expect(page.locator("#connection-page").get_by_text("Engage answers what is not understood")).to_be_visible()
    expect(page.locator(".not-understood li")).to_have_count(2)
    look(page, "bare")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Take in again").first.click()
    expect(page.get_by_text("15 webhooks are being taken in again.")).to_be_visible()
    expect(page.locator(".not-understood li")).to_have_count(1)


def test_account_that_refuses_for_five_minutes_and_then_answers(page: Page) -> None:
    workspace = make_workspace(name="Acme")
    answer_for(5, workspace, 403)
    page.goto("/connection/")
    page.locator("#status summary").click()
    page.get_by_role("link", name="Connection").click()

    expect(page.get_by_text("Engage refuses (403), 3 times in a row")).to_be_visible()
    look(page, "refusals")

    Reach.objects.update(failing_since=None, failures=0, trouble="", answered_at=timezone.now())
    vitals.forget()
    # By itself, without anybody reloading.
    expect(page.get_by_text("Answered well")).to_be_visible(timeout=20_000)
