"""Opt-outs that Engage was not told of, on the page of decisions: they come by themselves and end with an answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from console.live import hub
from engage.mirror.stopping import stop_number
from engage.models import Change, Telling
from engage.outbox.telling import tell_due
from tests.console.live.reader import sign_in
from tests.console.live.test_live_page import open_page
from tests.factories import make_conversation

pytestmark = pytest.mark.browser


@pytest.fixture
def windows(
    browser: Browser, live_server: LiveServer, feed: Change, ada: User, sue: User
) -> Iterator[tuple[BrowserContext, BrowserContext]]:
    """Ada's browser and Sue's, signed in."""
    contexts = []
    for user in (ada, sue):
        context = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 860})
        session = sign_in(user).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        contexts.append(context)
    yield contexts[0], contexts[1]
    for context in contexts:
        context.close()
    hub.stop()


def stop(name: str, by: User) -> Telling:
    """Of a conversation that has no disposition to tell it by."""
    row = stop_number(make_conversation(name=name, dispositions=()), by=by, reason="They rang")
    tell_due()
    return Telling.objects.get(consent=row)


def row(page: Page, telling: Telling) -> Locator:
    return page.locator(f"#telling-{telling.pk}")


@pytest.mark.parametrize(
    ("button", "said"),
    [("Told by phone", "by_phone"), ("Chosen by hand", "by_hand"), ("Leave it", "left")],
)
def test_it_appears_and_is_answered_on_every_page_without_a_reload(
    windows: tuple[BrowserContext, BrowserContext], ada: User, button: str, said: str
) -> None:
    mine, hers = (open_page(window, "/decisions/") for window in windows)
    expect(mine.locator("#decisions")).to_contain_text("Nothing needs a decision")
    telling = stop("Maria Reyes", ada)
    for page in (mine, hers):
        expect(row(page, telling)).to_contain_text("no disposition that means do not contact", timeout=20_000)
        expect(page.locator("#decisions-link b")).to_have_text("1", timeout=20_000)

    row(mine, telling).get_by_role("button", name=button).click()

    expect(row(mine, telling).get_by_role("button")).to_have_count(0, timeout=20_000)
    expect(row(hers, telling)).to_have_count(0, timeout=20_000)
    expect(hers.locator("#decisions-link b")).to_have_text("0", timeout=20_000)
    telling.refresh_from_db()
    assert (telling.state, telling.answer, telling.by) == (Telling.State.ANSWERED, said, ada)


def test_list_of_them_is_a_file(windows: tuple[BrowserContext, BrowserContext], ada: User) -> None:
    stop("Maria Reyes", ada)
    page = open_page(windows[0], "/decisions/")

    with page.expect_download() as download:
        page.get_by_role("link", name="Download the list").click()

    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert download.value.suggested_filename == "opt-outs-to-tell.csv"
    assert len(lines) == 2
    assert "Maria Reyes" in lines[1]
