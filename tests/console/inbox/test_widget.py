from __future__ import annotations

from datetime import timedelta

import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from console.audit.models import AuditEntry
from engage.models import Conversation
from tests.factories import make_campaign, make_conversation, make_team, make_workspace
from tests.html import parse

ORIGIN = "https://agent.example"


def make_opened() -> Conversation:
    """A conversation whose widget stands at an origin of its own."""
    return make_conversation(campaign=make_campaign(workspace=make_workspace(origin=ORIGIN)))


def address(conversation: Conversation) -> str:
    return f"/conversations/{conversation.pk}/widget/"


def test_widget_is_framed_with_as_little_as_it_needs(sue_client: Client) -> None:
    conversation = make_opened()

    response = sue_client.post(address(conversation))

    frame = parse(response.content).one("iframe")
    assert frame.attributes["src"] == f"{ORIGIN}/engage?key={conversation.key.reveal()}"
    assert frame.attributes["referrerpolicy"] == "no-referrer"
    assert set(frame.attributes["sandbox"].split()) == {"allow-forms", "allow-scripts", "allow-same-origin"}
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response.headers["Cache-Control"]


def test_only_this_page_may_frame_and_only_the_configured_origin(sue_client: Client) -> None:
    conversation = make_opened()

    opened = sue_client.post(address(conversation)).headers["Content-Security-Policy"]
    elsewhere = [
        sue_client.get(path).headers["Content-Security-Policy"]
        for path in ("/", f"/conversations/{conversation.pk}/", address(conversation))
    ]

    assert f"frame-src {ORIGIN};" in f"{opened};"
    assert not [policy for policy in elsewhere if "frame-src" in policy]
    assert all("default-src 'none'" in policy for policy in (opened, *elsewhere))


def test_key_is_nowhere_before_it_is_asked_for(sue_client: Client) -> None:
    conversation = make_opened()
    key = conversation.key.reveal()

    pages = [sue_client.get(path) for path in ("/", f"/conversations/{conversation.pk}/", address(conversation))]

    assert not [page for page in pages if key in page.content.decode()]
    assert parse(pages[-1].content).one("form", class_="widget-ask")
    assert not AuditEntry.objects.exists()


def test_opening_it_is_written_down(sue_client: Client, sue: User) -> None:
    conversation = make_opened()

    sue_client.post(address(conversation))

    entry = AuditEntry.objects.get()
    assert (entry.by, entry.action, entry.conversation_id) == (sue, "opened in Engage", conversation.pk)
    assert conversation.key.reveal() not in f"{entry.before}{entry.after}{entry.subject}"


def test_agents_do_not_open_it_unless_they_may(client: Client) -> None:
    conversation = make_opened()

    assert client.get(address(conversation)).status_code == 403
    assert client.post(address(conversation)).status_code == 403


def test_conversation_without_a_proven_key_is_not_opened(sue_client: Client) -> None:
    unproven = make_conversation(is_confirmed=False)
    denied = make_conversation(denied_at=timezone.now())

    for conversation in (unproven, denied):
        response = sue_client.post(address(conversation))

        assert response.headers["Location"] == f"/conversations/{conversation.pk}/"
        assert "Open in Engage" not in sue_client.get(f"/conversations/{conversation.pk}/").content.decode()
    assert not AuditEntry.objects.exists()


def test_another_teams_conversation_does_not_exist(client: Client, ada: User) -> None:
    conversation = make_opened()
    make_team(campaigns=(make_campaign(),), members=(ada,))

    assert client.post(address(conversation)).status_code == 404


def test_forged_post_opens_nothing(sue: User) -> None:
    conversation = make_opened()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(sue)

    assert browser.post(address(conversation)).status_code == 403
    assert not AuditEntry.objects.exists()


def test_other_methods_are_not_allowed(sue_client: Client) -> None:
    assert sue_client.put(address(make_opened())).status_code == 405


def test_what_is_written_there_is_read_while_it_is_open_and_once_after_it_was_left(sue_client: Client) -> None:
    conversation = make_opened()
    begun = timezone.now()
    wanted = []

    for seconds in (0, 10, 20, 40):
        with time_machine.travel(begun + timedelta(seconds=seconds), tick=False):
            response = sue_client.post(f"{address(conversation)}in-use/")
            conversation.refresh_from_db()
            assert response.status_code == 204
            assert conversation.read_wanted_at is not None
            wanted.append(round((conversation.read_wanted_at - begun).total_seconds()))
        if seconds == 0:
            # The worker comes by.
            Conversation.objects.update(read_wanted_at=None, read_at=begun)

    # Due since then, and nobody came by.
    assert wanted == [0, 25, 35, 35]


def test_who_may_not_open_it_does_not_make_us_ask(client: Client) -> None:
    conversation = make_opened()

    assert client.post(f"{address(conversation)}in-use/").status_code == 403
    conversation.refresh_from_db()
    assert conversation.read_wanted_at is None
