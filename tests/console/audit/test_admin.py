from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from console.audit.export import COLUMNS
from console.audit.models import AuditEntry
from console.audit.trail import record
from tests.factories import make_campaign, make_conversation, make_user
from tests.html import parse

LIST = "/admin/audit/auditentry/"


@pytest.fixture
def admin_client(db: None) -> Client:
    client = Client()
    client.force_login(make_user(username="admin", role="Admin", is_staff=True))
    return client


def export(client: Client, *entries: AuditEntry, query: str = "") -> list[dict[str, str]]:
    response = client.post(
        f"{LIST}{query}", {"action": "export_as_csv", "_selected_action": [str(entry.pk) for entry in entries]}
    )
    assert response.headers["Content-Type"].startswith("text/csv")
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_admin_finds_entries_by_words_and_by_person(admin_client: Client) -> None:
    sue = make_user(username="sue", role="Supervisor")
    record(by=sue, action="paused campaign", subject="Spring webinar")
    record(by=sue, action="activated campaign", subject="Solar quotes")

    found = admin_client.get(f"{LIST}?q=solar")
    of_sue = admin_client.get(f"{LIST}?by__id__exact={sue.id}&action=paused+campaign")

    assert "Solar quotes" in parse(found.content).text
    assert "Spring webinar" not in parse(found.content).by_id("result_list").text
    assert "Spring webinar" in parse(of_sue.content).by_id("result_list").text


def test_admin_shows_moments_to_the_second(admin_client: Client) -> None:
    with time_machine.travel(datetime(2026, 11, 21, 18, 5, 9, tzinfo=UTC), tick=False):
        record(by=make_user(), action="paused campaign")
    entry = AuditEntry.objects.get(action="paused campaign")

    listed = parse(admin_client.get(LIST).content).by_id("result_list").text
    shown = parse(admin_client.get(f"{LIST}{entry.pk}/change/").content).text

    for text in (listed, shown):
        assert "21 Nov 2026, 1:05:09 PM EST" in text


def test_admin_finds_what_was_done_in_a_conversation(admin_client: Client) -> None:
    conversation, other = make_conversation(), make_conversation()
    for row in (conversation, other):
        record(by=make_user(), action="claimed conversation", subject=str(row), conversation=row)

    found = parse(admin_client.get(f"{LIST}?q={conversation.pk}").content).by_id("result_list").text
    listed = parse(admin_client.get(f"{LIST}?conversation__id__exact={other.pk}").content).by_id("result_list").text

    assert str(conversation) in found
    assert str(other) in listed
    assert str(conversation) not in listed


def test_nothing_can_be_added_changed_or_deleted(admin_client: Client) -> None:
    entry = record(by=make_user(), action="paused campaign")

    assert admin_client.get(f"{LIST}add/").status_code == 403
    assert admin_client.post(f"{LIST}{entry.id}/change/", {"action": "nothing"}).status_code == 403
    assert admin_client.post(f"{LIST}{entry.id}/delete/", {"post": "yes"}).status_code == 403
    page = parse(admin_client.get(f"{LIST}{entry.id}/change/").content)
    assert not page.every("input", name="_save")
    assert AuditEntry.objects.count() == 1


def test_supervisor_without_the_permission_sees_no_trail(db: None) -> None:
    client = Client()
    client.force_login(make_user(role="Supervisor", is_staff=True))

    assert client.get(LIST).status_code == 403


def test_export_has_a_line_for_each_entry(admin_client: Client) -> None:
    campaign = make_campaign(name="Spring webinar")
    entry = record(
        by=make_user(username="sue"), action="paused campaign", campaign=campaign, before={"status": "ACTIVE"}
    )

    [line] = export(admin_client, entry)

    assert set(line) == set(COLUMNS)
    assert line["by"] == "sue"
    assert line["campaign"] == f"Spring webinar ({campaign.id})"
    assert line["before"] == '{"status": "ACTIVE"}'


def test_export_of_a_campaign_that_is_gone_keeps_its_number(admin_client: Client) -> None:
    campaign = make_campaign()
    entry, number = record(by=None, action="paused campaign", campaign=campaign), campaign.id
    campaign.delete()

    [line] = export(admin_client, entry)

    assert line["campaign"] == str(number)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "  +", '"=', "'@", "\r", "\n", "|"])
def test_formula_is_exported_as_text(admin_client: Client, start: str) -> None:
    entry = record(by=make_user(), action="paused list", subject=f"{start}HYPERLINK(1)")

    [line] = export(admin_client, entry)

    assert line["subject"].startswith("'")
    assert "HYPERLINK(1)" in line["subject"]
