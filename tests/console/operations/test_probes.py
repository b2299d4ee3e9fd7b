"""What a load balancer and a supervisor of processes are told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from console.operations import probes
from engage.models import Delivery, Pulse
from tests.factories import make_conversation, make_reply, make_user, make_workspace


def test_alive_asks_nobody(client: Client, django_assert_num_queries: Any) -> None:
    # Without the database fixture any query would fail as well.
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"alive\n")
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/readyz/web"])
def test_probes_need_no_host_name_no_https_and_no_sign_in(client: Client, worker: None, path: str) -> None:
    with override_settings(ALLOWED_HOSTS=["console.example"], SECURE_SSL_REDIRECT=True):
        response = client.get(path, headers={"host": "10.1.2.3:8000"})

    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/readyz/web", "/metrics"])
def test_nothing_is_posted_to_a_probe(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


def test_ready_while_a_worker_works(client: Client, worker: None) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.content) == (200, b"ready\n")


@pytest.mark.django_db
def test_not_ready_before_a_worker_ever_ran_but_pages_are(client: Client) -> None:
    assert client.get("/readyz").content == b"worker: none has run yet\n"
    assert client.get("/readyz").status_code == 503
    assert client.get("/readyz/web").status_code == 200


def test_g3_not_ready_when_a_loop_is_silent(client: Client, worker: None) -> None:
    Pulse.beat("dispatcher", timezone.now() - timedelta(seconds=90))

    response = client.get("/readyz")

    assert response.status_code == 503
    # Seconds, which on a busy machine are a few more.
    assert re.fullmatch(r"worker: sends nothing for (9|10)\d s\n", response.text)


def test_g3_not_ready_when_a_living_worker_leaves_work_undone(client: Client, worker: None) -> None:
    Delivery.objects.create(workspace=make_workspace(), body=b"{}", received_at=timezone.now() - timedelta(seconds=130))

    assert re.fullmatch(r"worker: work has been due for 1[34]\d s\n", client.get("/readyz").text)


def test_reply_that_waits_its_turn_is_not_overdue(client: Client, worker: None) -> None:
    conversation, ada, long_ago = make_conversation(), make_user(), timezone.now() - timedelta(minutes=5)
    make_reply(conversation=conversation, by=ada, state="checking")
    make_reply(conversation=conversation, by=ada, due_at=long_ago)

    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_not_ready_before_all_migrations(client: Client, worker: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "_migrations", probes._Migrations())
    with connection.cursor() as cursor:
        newest = "SELECT MAX(name) FROM django_migrations WHERE app = 'engage'"
        cursor.execute(f"DELETE FROM django_migrations WHERE app = 'engage' AND name = ({newest})")

    response = client.get("/readyz/web")

    assert (response.status_code, response.content) == (503, b"migrations: not all are applied\n")


def test_asking_often_reads_once(client: Client, worker: None, django_assert_num_queries: Any) -> None:
    client.get("/readyz")

    with django_assert_num_queries(0):
        client.get("/readyz")
