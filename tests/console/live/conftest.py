from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from console.accounts.roles import SUPERVISOR
from console.live import hub
from engage.models import Change
from tests.console.live.reader import sign_in
from tests.console.live.web import Web
from tests.factories import make_user


@pytest.fixture(autouse=True)
def _stopped_hub() -> Iterator[None]:
    """The hub of this process reads the test's database: it must end before that is emptied."""
    yield
    hub.stop()


@pytest.fixture(scope="session")
def shared_web(django_db_setup: None) -> Iterator[Web]:
    process = Web()
    yield process
    process.stop()


@pytest.fixture
def web(shared_web: Web, feed: Change) -> Web:
    """One web process serves the tests one after the other; its hub goes on, as it would."""
    return shared_web


@pytest.fixture
def own_web(feed: Change) -> Iterator[Web]:
    process = Web()
    yield process
    process.stop()


@pytest.fixture
def feed(transactional_db: None) -> Change:
    """A feed that was used before: its last row is always kept, so that its end is known."""
    return Change.objects.create()


@pytest.fixture
def ada(db: None) -> User:
    return make_user(username="ada")


@pytest.fixture
def ben(db: None) -> User:
    return make_user(username="ben")


@pytest.fixture
def sue(db: None) -> User:
    return make_user(username="sue", role=SUPERVISOR)


@pytest.fixture
def window(browser: Browser, live_server: LiveServer, feed: Change, ada: User) -> Iterator[BrowserContext]:
    """Ada's browser, signed in."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 860})
    context.add_cookies(
        [{"name": "sessionid", "value": sign_in(ada).cookies["sessionid"].value, "url": live_server.url}]
    )
    yield context
    context.close()
    hub.stop()
