"""The pages of an uploaded file: choosing its columns, checking its rows, what was found."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.test import Client

from console.campaigns.models import ColumnMapping, ListUpload
from engage.models import Campaign
from tests.console.campaigns.lists import (
    FRAGMENT,
    GOOD_AND_BAD,
    address,
    begin_check,
    check,
    chosen,
    fragment,
    make_file,
    make_upload,
    make_webinar,
    reread,
)
from tests.html import parse

State = ListUpload.State


@pytest.fixture
def campaign(db: None) -> Campaign:
    return make_webinar()


@pytest.fixture
def upload(campaign: Campaign, sue: User) -> ListUpload:
    return make_upload(campaign=campaign, by=sue, content=GOOD_AND_BAD)


def test_formulas_and_markup_in_cells_are_shown_as_text(sue_client: Client, sue: User, campaign: Campaign) -> None:
    content = make_file('2125550101,"=HYPERLINK(""http://x"",""y"")",<script>alert(1)</script>,{{ 7 }}')
    upload = make_upload(campaign=campaign, by=sue, content=content)

    form = parse(sue_client.get(address(upload)).content).by_id("columns-form")

    cells = [cell.text for cell in form.one("tbody").every("td")]
    assert cells == ["2", "2125550101", '=HYPERLINK("http://x","y")', "<script>alert(1)</script>", "{{ 7 }}"]
    assert not form.every("script")


def test_what_is_missing_is_said_before_it_is_counted(sue_client: Client, upload: ListUpload) -> None:
    response = sue_client.post(
        address(upload, "columns/"), chosen(upload, look="1", **{"field-1": "", "field-3": ""}), headers=FRAGMENT
    )

    words = fragment(response).text
    assert response.status_code == 200
    assert "{{FirstName}} stands in “First message”, and no column fills it" in words
    assert "Nickname" not in words, "What the campaign has no field for cannot be filled by any column"
    assert "time zones are told by area codes alone" in words
    assert reread(upload).state == State.MAPPING


def test_windows_1252_is_noted(sue_client: Client, sue: User, campaign: Campaign) -> None:
    upload = make_upload(campaign=campaign, by=sue, content="Tel;Ort\n2125550101;Köln\n".encode("cp1252"))

    words = parse(sue_client.get(address(upload)).content).by_id("upload").text

    assert "Windows-1252" in words
    assert "Köln" in words


def test_chosen_columns_begin_the_check_and_are_remembered(sue_client: Client, upload: ListUpload) -> None:
    wanted = chosen(upload, list_name="June", leave_out=["empty", "zone"], **{"field-2": ""})

    response = sue_client.post(address(upload, "columns/"), wanted, headers=FRAGMENT)

    upload = reread(upload)
    assert "Checking the rows" in fragment(response).text
    assert (upload.state, upload.list_name, upload.de_dupe) == (State.CHECKING, "June", True)
    assert upload.leave_out == ["empty", "zone", "duplicate"]
    assert ColumnMapping.objects.get(campaign=upload.campaign).fields == {
        "mobile": "Phone",
        "first name": "FirstName",
        "town": "",
        "zip code": "Zip",
    }


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"field-0": ""}, "Choose the column with the phone numbers"),
        ({"field-1": "Phone"}, "Two columns are to be “Phone”"),
        ({"field-0": "Unheard of"}, "Choose the column with the phone numbers"),
        ({"list_name": " "}, "The list needs a name."),
        ({"list_name": 'a "b"'}, "no quotation marks"),
        ({"list_name": "a/b"}, "slashes"),
        ({"list_name": "x" * 201}, "At most 200 characters"),
    ],
)
def test_wrong_choice_is_refused_and_stays_on_the_page(
    sue_client: Client, upload: ListUpload, wrong: dict[str, str], words: str
) -> None:
    response = sue_client.post(address(upload, "columns/"), chosen(upload, **wrong), headers=FRAGMENT)

    assert response.status_code == 422
    assert words in fragment(response).text
    assert reread(upload).state == State.MAPPING
    assert not ColumnMapping.objects.exists()


def test_file_is_read_with_another_separator(sue_client: Client, upload: ListUpload) -> None:
    response = sue_client.post(address(upload, "reading/"), {"delimiter": ";"}, headers=FRAGMENT)

    upload = reread(upload)
    assert len(fragment(response).by_id("columns-form").every("th")) == 1
    assert (upload.delimiter, upload.has_header) == (";", False)
    refused = sue_client.post(address(upload, "reading/"), {"delimiter": "x"}, headers=FRAGMENT)
    assert refused.status_code == 422
    assert reread(upload).delimiter == ";"


def test_page_asks_for_step_after_step_until_all_rows_are_checked(sue_client: Client, upload: ListUpload) -> None:
    begin_check(upload)
    page = parse(sue_client.get(address(upload)).content).by_id("upload")

    form = page.one("form", action=address(upload, "check/"))
    assert "load" in form.attributes["hx-trigger"]
    response = sue_client.post(form.attributes["hx-post"], headers=FRAGMENT)

    words = fragment(response).text
    assert "1 of 2 rows will be loaded" in words
    assert "No valid phone number · left out" in words
    assert "Row 3: n/a" in words


def test_without_javascript_a_button_checks_on(sue_client: Client, upload: ListUpload) -> None:
    begin_check(upload)

    response = sue_client.post(address(upload, "check/"), follow=True)

    assert "1 of 2 rows will be loaded" in parse(response.content).by_id("upload").text


def test_findings_can_be_left_out_by_checking_again(sue_client: Client, sue: User, campaign: Campaign) -> None:
    upload = check(
        make_upload(campaign=campaign, by=sue, content=make_file("2125550101,,Troy,12180", "2125550102,Ada,x,1"))
    )
    page = parse(sue_client.get(address(upload)).content).by_id("upload")
    form = next(form for form in page.every("form") if form.attributes["action"] == address(upload, "columns/"))
    fields = {
        field.attributes["name"]: field.attributes["value"]
        for field in form.every("input")
        if field.attributes["type"] == "hidden"
    }
    assert "FirstName in 1" in form.text

    sue_client.post(address(upload, "columns/"), fields | {"leave_out": "empty"}, headers=FRAGMENT)
    sue_client.post(address(upload, "check/"), headers=FRAGMENT)

    again = reread(upload)
    assert (again.state, again.rows_done, again.rows_kept) == (State.CHECKED, 2, 1)
    assert again.de_dupe


def test_rows_that_are_left_out_can_be_downloaded(sue_client: Client, upload: ListUpload) -> None:
    upload = check(upload)

    response = sue_client.get(address(upload, "left-out/"))

    body = b"".join(response.streaming_content).decode("utf-8-sig")
    assert response.headers["Content-Disposition"] == 'attachment; filename="May leads - left out.csv"'
    assert body == "Row,Why,Mobile,First Name,Town,Zip Code\r\n3,No valid phone number,n/a,Ben,Troy,12180\r\n"


def test_download_of_a_list_with_a_hostile_name_has_one_header(sue_client: Client, upload: ListUpload) -> None:
    name = "Mañana; filename=x.exe\r\nX: y"
    upload = check(upload)
    ListUpload.objects.update(list_name=name)

    response = sue_client.get(address(upload, "left-out/"))

    assert response.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''" + quote(name)[:10])
    assert "\r" not in response.headers["Content-Disposition"]


def test_nothing_is_downloaded_where_nothing_was_kept(sue_client: Client, upload: ListUpload) -> None:
    assert sue_client.get(address(upload, "left-out/")).status_code == 404
