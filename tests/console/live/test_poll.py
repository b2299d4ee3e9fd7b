from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from engage.models import Change
from tests.factories import make_campaign, make_conversation, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_of_ada(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def test_answer_is_what_the_stream_would_have_said(client_of_ada: Client) -> None:
    conversation = make_conversation(text="Anybody there?")
    before = Change.objects.create().pk
    Change.record_conversations([(conversation.pk, conversation.campaign_id)])

    url = f"/live/poll/?queue=needs-reply&conversation={conversation.pk}&after={before}"
    response = client_of_ada.get(url)

    html = response.content.decode()
    assert response.status_code == 200
    assert response["Live-Position"] == str(before + 1)
    assert response["Cache-Control"] == "no-store"
    assert f'<li id="conversation-{conversation.pk}" class' in html
    assert f"#thread[data-conversation='{conversation.pk}']" in html
    assert """[data-count='needs-reply']" hx-swap="textContent">1<""" in html
    assert "<html" not in html


def test_without_news_there_is_no_content(client_of_ada: Client) -> None:
    position = Change.objects.create().pk

    response = client_of_ada.get(f"/live/poll/?queue=open&after={position}")

    assert response.status_code == 204
    assert response["Live-Position"] == str(position)


def test_who_was_away_too_long_reads_the_page_again(client_of_ada: Client) -> None:
    position = Change.objects.create().pk
    Change.objects.create(conversation_id=1, at=timezone.now() - timedelta(minutes=11))

    response = client_of_ada.get(f"/live/poll/?queue=open&after={position}")

    assert response.status_code == 205


def test_nobody_signed_in_gets_401(client: Client) -> None:
    response = client.get("/live/poll/?queue=open")

    assert response.status_code == 401
    assert response.content == b""


def test_another_teams_conversation_is_not_polled(client_of_ada: Client, ada: User) -> None:
    conversation = make_conversation()
    make_team(campaigns=(make_campaign(),), members=(ada,))
    position = Change.objects.create().pk
    Change.record_conversations([(conversation.pk, conversation.campaign_id)])

    url = f"/live/poll/?queue=open&conversation={conversation.pk}&after={position}"
    html = client_of_ada.get(url).content.decode()

    assert f"conversation-{conversation.pk}" not in html
    assert "#thread" not in html


@pytest.mark.parametrize("path", ["/live/poll/", "/live/stream/"])
def test_news_are_only_read(client_of_ada: Client, path: str) -> None:
    assert client_of_ada.post(path).status_code == 405
