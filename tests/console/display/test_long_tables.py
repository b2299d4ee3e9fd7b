"""The admin site lists, counts and offers so much and no more, whatever its tables hold."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from console.audit.models import AuditEntry
from console.display import long_tables
from engage.models import Attempt, Campaign, Trouble
from tests.factories import make_conversation, make_reply, make_user, make_workspace
from tests.html import parse

pytestmark = pytest.mark.django_db
TABLES = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def admin_client(client: Client) -> Client:
    client.force_login(make_user(username="root", is_staff=True, is_superuser=True))
    return client


def make_campaigns(first: int, last: int) -> None:
    """Each with a status, a person and an entry of the trail of its own."""
    workspace = make_workspace()
    rows = Campaign.objects.bulk_create(
        Campaign(workspace=workspace, remote_id=f"c-{number}", name=f"Campaign {number}", status=f"WORD {number}")
        for number in range(first, last)
    )
    AuditEntry.objects.bulk_create(
        AuditEntry(action=f"did {row.pk}", subject=str(row), campaign=row, by=make_user(username=f"person-{row.pk}"))
        for row in rows
    )


def look(client: Client, address: str) -> tuple[int, int]:
    """How many queries and how many links, options and rows a page takes."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200
    page = parse(response.content)
    return len(queries), len(page.every("a")) + len(page.every("option")) + len(page.every("tr"))


def test_no_page_of_the_site_grows_with_what_its_tables_hold(admin_client: Client) -> None:
    names = [f"admin:{model._meta.app_label}_{model._meta.model_name}" for model in TABLES]
    addresses = [reverse(f"{name}_changelist") for name in names]
    addresses += [
        reverse(f"{name}_add") for name, model in zip(names, TABLES, strict=True) if _may_add(admin_client, model)
    ]
    make_campaigns(0, 120)
    few = {address: look(admin_client, address) for address in addresses}

    make_campaigns(120, 260)

    many = {address: look(admin_client, address) for address in addresses}
    # Page numbers and what a later page is named by: a handful of links.
    grown = {address: (few[address], many[address]) for address in addresses if many[address][1] > few[address][1] + 8}
    assert grown == {}
    assert {address: queries for address, (queries, _) in many.items() if queries > few[address][0]} == {}


def _may_add(client: Client, model: type) -> bool:
    meta = model._meta  # type: ignore[attr-defined]  # a model's
    return client.get(reverse(f"admin:{meta.app_label}_{meta.model_name}_add")).status_code == 200


def test_table_is_counted_so_far_and_says_so(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = make_workspace()
    times = {"since": timezone.now(), "last_at": timezone.now()}
    rows = [Trouble(workspace=workspace, about=f"item {number}", **times) for number in range(150)]
    Trouble.objects.bulk_create(rows)
    address = reverse("admin:engage_trouble_changelist")
    whole = parse(admin_client.get(address).content).one("p", class_="paginator").text

    monkeypatch.setattr(long_tables, "ROWS_COUNTED", 120)

    cut = parse(admin_client.get(address).content).one("p", class_="paginator").text
    assert "150 " in whole
    assert "first" not in whole
    assert "The first 120 " in cut
    assert "a search or a filter finds the others" in cut


def test_filter_offers_the_first_and_says_where_the_others_are(admin_client: Client) -> None:
    make_campaigns(0, long_tables.CHOICES_SHOWN + 5)

    page = admin_client.get(reverse("admin:engage_conversation_changelist")).content.decode()

    assert f"the first {long_tables.CHOICES_SHOWN}; search for others" in page


def test_command_with_thousands_of_attempts_shows_the_newest(admin_client: Client) -> None:
    command = make_reply(conversation=make_conversation(), by=make_user())
    Attempt.objects.bulk_create(Attempt(command=command, number=number) for number in range(1, 80))

    page = parse(admin_client.get(reverse("admin:engage_command_change", args=[command.pk])).content)

    shown = [cell.text.strip() for cell in page.every("td", class_="field-number")]
    assert shown == [str(number) for number in range(79, 29, -1)]


def test_members_of_a_team_are_found_by_typing(admin_client: Client) -> None:
    make_campaigns(0, 60)

    found = admin_client.get(
        reverse("admin:autocomplete"),
        {"app_label": "accounts", "model_name": "team", "field_name": "campaigns", "term": "Campaign 59"},
    ).json()

    assert [row["text"] for row in found["results"]] == ["Campaign 59"]
