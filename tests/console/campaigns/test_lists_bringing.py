"""Bringing a file: straight into the database, or refused with the reason."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth.models import User
from django.test import Client

from console.audit.models import AuditEntry
from console.campaigns import lists_receiving
from console.campaigns.models import ListUpload
from engage.models import Campaign, ListLoad, ListLoadChunk
from tests.console.campaigns.lists import (
    GOOD_AND_BAD,
    make_file,
    make_webinar,
    post_file,
)
from tests.html import parse

State = ListUpload.State


@pytest.fixture
def campaign(db: None) -> Campaign:
    return make_webinar()


def test_file_goes_into_the_database_and_its_columns_are_shown(
    sue_client: Client, sue: User, campaign: Campaign
) -> None:
    status, page = post_file(sue_client, campaign, GOOD_AND_BAD)

    upload = ListUpload.objects.get()
    entry = AuditEntry.objects.get()
    assert status == 200
    assert (entry.by, entry.action, entry.subject) == (sue, "uploaded file", "May leads.csv")
    assert (upload.state, upload.uploaded_by, upload.list_name) == (State.MAPPING, sue, "May leads")
    assert upload.source
    with upload.source.open_file() as file:
        assert file.read() == GOOD_AND_BAD
    selects = page.by_id("columns-form").every("select")
    assert [select.one("option", selected="").attributes["value"] for select in selects] == [
        "Phone",
        "FirstName",
        "City",
        "Zip",
    ]
    assert "(212) 555-0101" in page.by_id("columns-form").text


def test_large_file_arrives_whole(sue_client: Client, campaign: Campaign) -> None:
    content = make_file(*(f"(212) 555-{number:04},Ada,Troy,12180" for number in range(60_000)))

    status, _ = post_file(sue_client, campaign, content)

    upload = ListUpload.objects.get()
    assert status == 200
    assert upload.source
    with upload.source.open_file() as file:
        assert file.read() == content
    assert ListLoadChunk.objects.count() > 5


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"PK\x03\x04" + b"x" * 100, "Excel workbook"),
        (b"Mobile\n212\x00555\n", "NUL byte"),
        (b"Mobile\n" + b"9" * 300_000, "longer than"),
        (b'Mobile,Name\n2125550101,"Ada\n', "never closed"),
    ],
)
def test_file_that_cannot_be_read_is_refused_with_the_reason_and_not_kept(
    sue_client: Client, campaign: Campaign, content: bytes, words: str
) -> None:
    status, page = post_file(sue_client, campaign, content)

    assert status == 422
    assert words in page.by_id("upload-form").one(role="alert").text
    assert not ListUpload.objects.exists()
    assert not ListLoad.objects.exists()


def test_form_without_a_file_says_so(sue_client: Client, campaign: Campaign) -> None:
    response = sue_client.post(f"/campaigns/{campaign.id}/lists/files/", {"other": io.BytesIO(b"x")})

    assert response.status_code == 422
    assert parse(response.content).by_id("upload-form").one(role="alert").text == "Choose a file."


def test_file_that_is_too_large_is_refused_and_not_kept(
    sue_client: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists_receiving, "LARGEST_FILE", 1024**2)

    status, page = post_file(sue_client, campaign, b"Mobile\n" + b"2125550101\n" * 200_000)

    assert status == 422
    assert "more than 1 MB" in page.by_id("upload-form").one(role="alert").text
    assert not ListLoad.objects.exists()


def test_body_that_is_cut_short_leaves_nothing_behind(sue_client: Client, campaign: Campaign) -> None:
    head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n'

    response = sue_client.generic(
        "POST",
        f"/campaigns/{campaign.id}/lists/files/",
        head + GOOD_AND_BAD,
        content_type="multipart/form-data; boundary=B",
    )

    assert response.status_code == 422
    assert not ListLoad.objects.exists()


def test_file_from_another_site_is_refused_and_not_kept(sue: User, campaign: Campaign) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(sue)

    status, _ = post_file(browser, campaign, GOOD_AND_BAD)

    assert status == 403
    assert not ListLoad.objects.exists()


def test_own_form_is_let_in(sue: User, campaign: Campaign) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(sue)
    form = parse(browser.get(f"/campaigns/{campaign.id}/lists/").content).by_id("upload-form")
    token = form.one("input", name="csrfmiddlewaretoken").attributes["value"]
    file = io.BytesIO(GOOD_AND_BAD)
    file.name = "May.csv"

    response = browser.post(form.attributes["action"], {"csrfmiddlewaretoken": token, "file": file})

    assert response.status_code == 302


@pytest.mark.parametrize(
    ("name", "list_name"),
    [
        ("../../../etc/passwd.csv", "passwd"),
        ("..\\..\\boot.csv", "boot"),
        ("<img src=x onerror=alert(1)>.csv", "<img src=x onerror=alert(1)>"),
        ("A&B+C%2F #?=;'.csv", "A&B+C%2F #?=;'"),
        ("Mañana 😀.csv", "Mañana 😀"),
        ("=cmd|'/c calc'!A1.csv", "c calc'!A1"),
        ("x" * 400 + ".csv", "x" * 200),
    ],
)
def test_hostile_file_name_is_only_a_name(sue_client: Client, campaign: Campaign, name: str, list_name: str) -> None:
    head = f'--B\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    body = head.encode() + GOOD_AND_BAD + b"\r\n--B--\r\n"

    response = sue_client.generic(
        "POST", f"/campaigns/{campaign.id}/lists/files/", body, content_type="multipart/form-data; boundary=B"
    )

    upload = ListUpload.objects.get()
    page = parse(sue_client.get(response.headers["Location"]).content)
    assert upload.list_name == list_name
    assert page.by_id("list-name").attributes["value"] == list_name
    assert page.by_id("lists-page-title").text == " ".join(upload.file_name.split())
    assert not page.every("img")
