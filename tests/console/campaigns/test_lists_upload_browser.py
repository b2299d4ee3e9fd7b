"""Why a file did not arrive, as the browser can tell it: by the answer, or by what still answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from console.live import hub
from tests.factories import make_campaign, make_user

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, transactional_db: None) -> Iterator[Page]:
    client = Client()
    client.force_login(make_user(username="sue", role="Supervisor"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context = browser.new_context(base_url=live_server.url)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"/campaigns/{make_campaign().id}/lists/")
    yield page
    context.close()
    hub.stop()


def answer(status: int) -> Callable[[Page], None]:
    """As a proxy on the way answers, with a page of its own."""

    def act(page: Page) -> None:
        page.route("**/lists/files/", lambda route: route.fulfill(status=status, body="<h1>nginx</h1>"))

    return act


def hang_up(page: Page) -> None:
    page.route("**/lists/files/", lambda route: route.abort("connectionreset"))


def go_offline(page: Page) -> None:
    page.context.set_offline(True)


def end_session(page: Page) -> None:
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


def end_session_and_hang_up(page: Page) -> None:
    end_session(page)
    hang_up(page)


def change_token(page: Page) -> None:
    page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    page.context.add_cookies([{"name": settings.CSRF_COOKIE_NAME, "value": "b" * 32, "url": page.url}])


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (answer(413), "larger than a server on the way lets through"),
        (answer(401), "Your session is over"),
        (answer(403), "You may not load leads here"),
        (answer(502), "Something went wrong on our side"),
        (answer(503), "too much going on"),
        (go_offline, "No connection"),
        (hang_up, "a proxy on the way may limit their size"),
        (end_session, "Your session is over"),
        (end_session_and_hang_up, "Your session is over"),
        (change_token, "This page is too old"),
    ],
)
def test_upload_that_fails_says_what_it_was(page: Page, act: Callable[[Page], None], words: str) -> None:
    act(page)

    page.locator("#list-file").set_input_files(
        {"name": "Leads.csv", "mimeType": "text/csv", "buffer": b"Phone\n2125550101\n"}
    )

    expect(page.locator("#upload-form [role=alert]")).to_contain_text(words)
    expect(page.locator(".drop-progress")).to_be_hidden()
