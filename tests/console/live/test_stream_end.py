"""A stream ends with the right to it. In this process, where the time between two looks can be made short."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from console.live import views
from engage.models import Change
from tests.console.live.reader import Reader, cookie_of, sign_in
from tests.factories import make_campaign, make_conversation, make_team


@pytest.fixture
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "CHECK_SECONDS", (0.3, 0.4))


@pytest.fixture
def client_of_ada(ada: User) -> Client:
    return sign_in(ada)


Open = Callable[..., Reader]


@pytest.fixture
def open_stream(_looks_often: None, live_server: LiveServer, feed: Change, client_of_ada: Client) -> Iterator[Open]:
    readers: list[Reader] = []

    def open_one(query: str = "queue=needs-reply") -> Reader:
        readers.append(Reader(live_server.thread.port, f"/live/stream/?{query}", cookie=cookie_of(client_of_ada)))
        readers[-1].next()
        return readers[-1]

    yield open_one
    for reader in readers:
        reader.close()


def test_signing_out_ends_the_stream(open_stream: Open, client_of_ada: Client) -> None:
    reader = open_stream()

    client_of_ada.logout()

    assert reader.until_named("gone")
    assert reader.next() is None


def test_disabled_person_hears_no_more(open_stream: Open, ada: User) -> None:
    reader = open_stream()

    User.objects.filter(id=ada.pk).update(is_active=False)

    assert reader.until_named("gone")


def test_new_password_ends_the_streams_of_older_sessions(open_stream: Open, ada: User) -> None:
    reader = open_stream()

    ada.set_password("something else entirely")
    ada.save()

    assert reader.until_named("gone")


def test_person_who_may_see_less_reads_the_page_anew(open_stream: Open, ada: User) -> None:
    reader = open_stream()

    make_team(campaigns=(make_campaign(),), members=(ada,))

    assert reader.until_named("gone")


def test_conversation_taken_out_of_sight_ends_its_stream(open_stream: Open, ada: User) -> None:
    conversation = make_conversation()
    team = make_team(campaigns=(conversation.campaign, make_campaign()), members=(ada,))
    reader = open_stream(f"conversation={conversation.pk}")

    team.campaigns.remove(conversation.campaign)

    assert reader.until_named("gone")


def test_allowed_stream_outlives_its_checks(open_stream: Open, monkeypatch: pytest.MonkeyPatch, ada: User) -> None:
    monkeypatch.setattr(views, "BEAT_SECONDS", 1.0)
    reader = open_stream()

    assert reader.until_named("alive")
    assert reader.until_named("alive").id
