"""Ready is only who can keep what comes: a database that reads and does not write is not ready."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import pytest
import requests
from django.db import connection
from django.test import Client

from console.operations import writing
from engage.models import Change, Pulse
from tests.console.live.web import Web
from tests.factories import make_campaign


@contextmanager
def read_only() -> Iterator[None]:
    """As on a copy that follows, or a file system that was remounted after a fault."""
    # SQLite's way: on PostgreSQL the pool would hand the connection, still read-only, to whoever comes next.
    on, off = "PRAGMA query_only = ON", "PRAGMA query_only = OFF"
    with connection.cursor() as cursor:
        cursor.execute(on)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(off)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/readyz", "/readyz/web"])
def test_not_ready_while_the_database_only_reads(client: Client, path: str) -> None:
    with read_only():
        response = client.get(path)

    assert response.status_code == 503
    assert b"database: cannot be written" in response.content


@pytest.mark.django_db(transaction=True)
def test_ready_again_when_it_writes_again(client: Client) -> None:
    with read_only():
        client.get("/readyz/web")
    writing.forget()

    assert client.get("/readyz/web").status_code == 200


@pytest.mark.django_db
def test_asking_often_writes_one_row_and_seldom(client: Client) -> None:
    for _ in range(50):
        client.get("/readyz/web")

    assert Pulse.objects.count() == 1
    assert not Pulse.objects.of_loops().exists()


@pytest.mark.django_db
def test_row_that_is_written_is_no_loop_of_a_worker(client: Client) -> None:
    client.get("/readyz/web")

    assert client.get("/readyz").content == b"worker: none has run yet\n"


@pytest.mark.whole
@pytest.mark.skipif("postgres" in __import__("os").environ.get("CONSOLE_DATABASE_URL", ""), reason="its own files")
@pytest.mark.parametrize("path", ["/readyz", "/readyz/web"])
def test_locked_database_makes_a_process_not_ready_within_seconds(transactional_db: None, path: str) -> None:
    Change.objects.create()
    web = Web()
    file = connection.settings_dict["NAME"]
    holder = sqlite3.connect(file, timeout=20, isolation_level=None)
    try:
        url = f"http://127.0.0.1:{web.port}{path}"
        requests.get(url, timeout=20)
        time.sleep(1.1)
        holder.execute("BEGIN IMMEDIATE")

        began = time.monotonic()
        answers = [requests.get(url, timeout=30) for _ in range(2)]
        took = time.monotonic() - began
        holder.execute("ROLLBACK")
        time.sleep(1.1)

        assert [answer.status_code for answer in answers] == [503, 503]
        assert all("cannot be written" in answer.text for answer in answers)
        # Two seconds, and a busy machine's own.
        assert took < 5
        assert "cannot be written" not in requests.get(url, timeout=20).text
    finally:
        holder.close()
        web.stop()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("postgres" in __import__("os").environ.get("CONSOLE_DATABASE_URL", ""), reason="SQLite's own")
def test_patience_is_as_before_when_the_probe_is_over() -> None:
    def patience() -> int:
        with connection.cursor() as cursor:
            return int(cursor.execute("PRAGMA busy_timeout").fetchone()[0])

    before = patience()
    with writing.impatience():
        during = patience()

    assert (during, patience()) == (2000, before)
    assert before > 2000


@pytest.mark.whole
@pytest.mark.skipif("postgres" in __import__("os").environ.get("CONSOLE_DATABASE_URL", ""), reason="its own files")
def test_full_disk_makes_a_process_not_ready_within_two_seconds(transactional_db: None) -> None:
    Change.objects.create()
    token = make_campaign().workspace.webhook_token.reveal()
    web = Web()
    try:
        url = f"http://127.0.0.1:{web.port}"
        assert requests.get(f"{url}/readyz/web", timeout=20).status_code == 200
        # To the process it is as if nothing more could be written anywhere.
        psutil.Process(web.worker_pid()).rlimit(psutil.RLIMIT_FSIZE, (0, 0))

        deadline = time.monotonic() + 2
        status: Any = None
        while status != 503 and time.monotonic() < deadline:
            status = requests.get(f"{url}/readyz/web", timeout=20).status_code
            time.sleep(0.1)

        assert status == 503
        assert requests.post(f"{url}/hooks/engage/{token}/", data=b"{}", timeout=20).status_code == 503
        assert requests.get(f"{url}/healthz", timeout=20).status_code == 200
    finally:
        web.stop()
