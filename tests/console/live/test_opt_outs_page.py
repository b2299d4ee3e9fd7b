"""The page of opt-outs shows what comes in, and keeps what its reader has ticked and typed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from console.inbox.models import DeskConversation
from console.live import hub
from engage.mirror.summary import refresh
from engage.models import Change, Consent
from tests.console.live.reader import sign_in
from tests.console.live.test_live_page import announce, open_page, say
from tests.factories import make_conversation

pytestmark = pytest.mark.browser


@pytest.fixture
def window(browser: Browser, live_server: LiveServer, feed: Change, sue: User) -> Iterator[BrowserContext]:
    """Sue's browser, signed in."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 860})
    session = sign_in(sue).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    yield context
    context.close()
    hub.stop()


def opt_out(name: str) -> DeskConversation:
    """As an OptOut of Engage without words leaves it."""
    conversation = make_conversation(name=name)
    now = timezone.now()
    Consent.objects.create(
        workspace=conversation.workspace,
        conversation=conversation,
        phone=conversation.lead.number or conversation.lead.phone,
        kind=Consent.Kind.OPTED_OUT,
        at=now,
        evidence=f"untimed:{conversation.lead.remote_id}:{now.isoformat()}",
        first_heard_at=now,
        last_heard_at=now,
        token_name="aaaa",
    )
    refresh([conversation.pk])
    announce(conversation)
    return conversation


def names(page: Page) -> list[str]:
    return page.locator("#unshown .opt-out label").all_inner_texts()


def test_new_opt_out_and_new_doubt_appear_by_themselves(window: BrowserContext) -> None:
    opt_out("Ann")
    doubtful = make_conversation(name="Bob")
    page = open_page(window, "/opt-outs/")
    expect(page.locator("#unshown .opt-out")).to_have_count(1)

    opt_out("Cyd")
    say(doubtful, "lose my number")

    expect(page.locator("#unshown .opt-out")).to_have_count(2, timeout=15_000)
    expect(page.locator("#doubts")).to_contain_text("lose my number", timeout=15_000)


def test_what_is_ticked_and_typed_stays_until_it_is_done_with(window: BrowserContext) -> None:
    opt_out("Ann")
    opt_out("Bob")
    page = open_page(window, "/opt-outs/")
    page.get_by_label("Ann").uncheck()
    page.get_by_label("Why may they be texted again?").fill("They rang")

    opt_out("Cyd")

    expect(page.locator("#opt-outs-news")).to_be_visible(timeout=15_000)
    expect(page.locator("#unshown .opt-out")).to_have_count(2)
    expect(page.get_by_label("Ann")).not_to_be_checked()
    page.get_by_role("button", name="Lift those ticked").click()
    expect(page.locator("#unshown .opt-out")).to_have_count(2)
    assert {name.strip() for name in names(page)} == {"Ann", "Cyd"}
