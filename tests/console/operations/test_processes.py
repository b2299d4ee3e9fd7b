"""Several processes behind one port: whichever is asked speaks for all, and all stop in time."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psutil
import pytest
import requests

from console.live import hub
from engage.models import Change
from tests.console.live.reader import Reader, cookie_of, sign_in
from tests.console.live.web import Web
from tests.factories import make_user, make_workspace

pytestmark = pytest.mark.whole

TOKEN = "a-token-for-scraping"
SOON = 10.0


@pytest.fixture
def web(transactional_db: None) -> Iterator[Web]:
    Change.objects.create()
    # The console's own settings: those of tests take no word from the environment.
    process = Web(DJANGO_SETTINGS_MODULE="console.settings", CONSOLE_WEB_PROCESSES="2", CONSOLE_METRICS_TOKEN=TOKEN)
    yield process
    process.stop()
    hub.stop()


def scrape(web: Web) -> str:
    # A connection of its own each time, so that it may be the other process that answers.
    address, token = f"http://127.0.0.1:{web.port}/metrics", {"Authorization": f"Bearer {TOKEN}"}
    return requests.get(address, headers=token | {"Connection": "close"}, timeout=20).text


def open_page(web: Web, cookie: str) -> Reader:
    return Reader(web.port, "/live/stream/?queue=mine", cookie=cookie)


def test_every_process_reports_the_figures_of_all(web: Web) -> None:
    hook = f"http://127.0.0.1:{web.port}/hooks/engage/{make_workspace().webhook_token.reveal()}/"
    cookie = cookie_of(sign_in(make_user(username="ada")))
    for _ in range(30):
        assert requests.post(hook, data=b"{}", headers={"Connection": "close"}, timeout=20).status_code == 204

    with open_page(web, cookie) as one, open_page(web, cookie) as other:
        one.next()
        other.next()
        told = [scrape(web) for _ in range(6)]

    for page in told:
        assert 'console_webhook_seconds_count{status="204"} 30.0' in page
        assert "console_streams_open 2.0" in page
        assert "console_ledger_pending 30.0" in page
        assert "console_database_up 1.0" in page


def test_p19_web_stops_in_time_with_streams_open(web: Web) -> None:
    cookie = cookie_of(sign_in(make_user(username="ada")))
    processes = [psutil.Process(web.process.pid), *psutil.Process(web.process.pid).children(recursive=True)]
    readers = [open_page(web, cookie) for _ in range(20)]
    for reader in readers:
        reader.next()

    began = time.monotonic()
    web.stop()

    assert time.monotonic() - began < SOON
    assert not any(process.is_running() for process in processes)
    for reader in readers:
        reader.until_end()
        reader.close()
