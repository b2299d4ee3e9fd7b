"""The admin site is sorted by what an admin comes for; rows that follow from elsewhere cannot be changed in it."""

from __future__ import annotations

import json

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from console.audit.tasks import WORDS
from console.inbox.models import Assignment
from engage.models import Delivery
from tests.engage.deliveries import body, message
from tests.factories import make_conversation, make_user
from tests.html import parse

pytestmark = pytest.mark.django_db

# What is meant to be edited here: people, and the consent of a workspace.
EDITED = {"auth.user", "auth.group", "accounts.team", "engage.workspace"}
# Not to be looked at: who holds a session's name has the session; pieces of files; what search words were put where.
HIDDEN = {"accounts.session", "engage.listloadchunk", "engage.attempt", "engage.reach"}


@pytest.fixture
def client_of_root() -> Client:
    client = Client()
    client.force_login(make_user(username="root", role="Admin", is_staff=True, is_superuser=True))
    return client


def test_index_begins_with_people_and_what_comes_in_and_goes_out(client_of_root: Client) -> None:
    page = parse(client_of_root.get(reverse("admin:index")).content.decode())

    captions = [caption.text for caption in page.by_id("content-main").every("caption")]
    assert captions == [
        "People",
        "What comes in and goes out",
        "Consent",
        "What was done",
        "Conversations",
        "Campaigns",
        "Inside",
    ]
    assert {"Webhooks received", "Outgoing", "Opt-outs"} <= {link.text for link in page.every("a")}


def test_list_has_the_name_that_the_index_gives_it(client_of_root: Client) -> None:
    page = parse(client_of_root.get(reverse("admin:engage_delivery_changelist")).content.decode())

    assert page.by_id("content").one("h1").text == "Webhooks received"


def test_every_table_of_ours_is_there_and_named() -> None:
    tables = [table for table in apps.get_models() if table.__module__.startswith(("engage", "console"))]
    ours = {table._meta.label_lower for table in tables}
    shown = {model._meta.label_lower for model in admin.site._registry}

    # A table that stands for another one's rows has none of its own.
    proxies = {table._meta.label_lower for table in tables if table._meta.proxy}
    assert ours - shown - proxies == HIDDEN
    assert shown == set(WORDS)


@pytest.mark.parametrize("label", sorted(set(WORDS) - EDITED))
def test_what_is_not_meant_to_be_edited_cannot_be(client_of_root: Client, label: str) -> None:
    room, name = label.split(".")

    added = client_of_root.post(reverse(f"admin:{room}_{name}_add"), {})
    table = admin.site.get_model_admin(apps.get_model(label))
    request = client_of_root.get(reverse("admin:index")).wsgi_request
    request.user = User.objects.get()

    assert added.status_code == 403
    assert not table.has_change_permission(request)
    assert not table.has_delete_permission(request)


def test_conversation_leads_to_its_page_on_the_desk(client_of_root: Client) -> None:
    conversation = make_conversation()

    page = client_of_root.get(reverse("admin:engage_conversation_change", args=[conversation.pk])).content.decode()

    links = [link.attributes.get("href", "") for link in parse(page).every("a")]
    assert reverse("inbox:conversation", args=[conversation.pk]) in links


def test_assignment_is_shown_and_not_changed(client_of_root: Client) -> None:
    conversation, ada, ben = make_conversation(), make_user(username="ada"), make_user(username="ben")
    given = Assignment.objects.create(conversation=conversation, agent=ada)
    address = reverse("admin:inbox_assignment_change", args=[given.pk])

    assert client_of_root.get(address).status_code == 200
    assert client_of_root.post(address, {"conversation": conversation.pk, "agent": ben.pk}).status_code == 403
    assert Assignment.objects.get().agent == ada


def deliver(raw: bytes, event_type: str = "NewMessage") -> Delivery:
    conversation = make_conversation()
    return Delivery.objects.create(workspace=conversation.workspace, body=raw, event_type=event_type)


def page_of(client: Client, delivery: Delivery) -> str:
    return client.get(reverse("admin:engage_delivery_change", args=[delivery.pk])).content.decode()


def test_webhook_leads_to_its_conversation(client_of_root: Client) -> None:
    conversation = make_conversation()
    said = body(messages=[message(1, 1, "Hello")])
    said["data"]["lead"]["id"] = conversation.lead.remote_id
    delivery = Delivery.objects.create(
        workspace=conversation.workspace, body=json.dumps(said).encode(), event_type="NewMessage"
    )

    links = [link.attributes.get("href", "") for link in parse(page_of(client_of_root, delivery)).every("a")]

    assert reverse("admin:engage_conversation_change", args=[conversation.pk]) in links


def test_body_is_printed_part_below_part_without_its_keys(client_of_root: Client) -> None:
    delivery = deliver(b'{"a":{"b":["Zo\\u00eb"]},"url":"https://x.example/c?key=abc123\\u0026key=def456"}')

    page = page_of(client_of_root, delivery)

    (shown,) = parse(page).every("pre")
    assert '{ "a": { "b": [ "Zoë" ] },' in shown.text
    assert "abc123" not in page
    assert "def456" not in page


@pytest.mark.parametrize("raw", [b"", b"not JSON ?key=abc123", b"[" * 100_000, b'"\\ud800"', b"\xff\xfe", b"9" * 5_000])
def test_body_of_any_kind_is_shown_without_breaking_the_page(client_of_root: Client, raw: bytes) -> None:
    answer = client_of_root.get(reverse("admin:engage_delivery_change", args=[deliver(raw).pk]))

    assert answer.status_code == 200
    assert b"abc123" not in answer.content
    assert b"of none that is known" in answer.content
