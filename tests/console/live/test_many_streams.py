from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection

from engage.models import Change
from tests.console.live.reader import Reader, cookie_of, sign_in
from tests.console.live.web import Web
from tests.factories import make_conversation

pytestmark = [pytest.mark.whole, pytest.mark.both_databases]

STREAMS = 100


@pytest.fixture
def wide_web(feed: Change) -> Iterator[Web]:
    # All of them are one session's here.
    limits = {"CONSOLE_STREAMS_PER_SESSION": str(STREAMS), "CONSOLE_STREAMS_PER_ADDRESS": str(STREAMS)}
    process = Web(threads=STREAMS + 20, **limits)
    yield process
    process.stop()


def count_connections(web: Web) -> int:
    """Connections that the web process holds to the database."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # The tests' own one is the caller's.
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            return int(cursor.fetchone()[0]) - 1
    files = Path(f"/proc/{web.worker_pid()}/fd")
    database = connection.settings_dict["NAME"]
    return sum(1 for file in files.iterdir() if os.path.realpath(file) == os.path.realpath(database))


def test_hundred_streams_hold_no_connection_and_all_hear_the_news(wide_web: Web, ada: User) -> None:
    conversation = make_conversation(text="Before")
    cookie = cookie_of(sign_in(ada))
    readers = [Reader(wide_web.port, "/live/stream/?queue=needs-reply", cookie=cookie) for _ in range(STREAMS)]
    for reader in readers:
        reader.next()

    at_rest = max(count_connections(wide_web) for _ in range(5))
    Change.record_conversations([(conversation.pk, conversation.campaign_id)])
    heard = [reader.until_text(f"conversation-{conversation.pk}") for reader in readers]

    assert len({event.data for event in heard}) == 1
    # The pool keeps a few for requests; what matters is that streams have none.
    assert at_rest <= 20
    for reader in readers:
        reader.close()


def test_hundred_pages_that_come_back_together_are_served_in_a_moment(wide_web: Web, ada: User) -> None:
    conversations = [make_conversation() for _ in range(30)]
    seen = Change.objects.latest("id").pk
    Change.record_conversations((row.pk, row.campaign_id) for row in conversations)
    cookie = cookie_of(sign_in(ada))
    first: list[str] = []

    def come_back() -> None:
        with Reader(wide_web.port, "/live/stream/?queue=needs-reply", cookie=cookie, last_event_id=seen) as reader:
            event = reader.next()
            first.append(event.data if event else "")

    pages = [threading.Thread(target=come_back) for _ in range(STREAMS)]
    for page in pages:
        page.start()
    for page in pages:
        page.join(timeout=20)

    assert len(first) == STREAMS
    assert all(data.count("<li id=") == 30 for data in first)
