"""The pages of lead lists: which there are, bringing a file, choosing its columns, checking and loading it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from console.audit.models import AuditEntry
from console.campaigns import lists_receiving
from console.campaigns.lists_columns import columns_of
from console.campaigns.models import ColumnMapping, ListUpload
from engage.models import Campaign, Command, LeadList, ListLoad, ListLoadChunk
from tests.console.campaigns.lists import FRAGMENT, begin_check, check, make_file, make_upload, post_file, reread
from tests.factories import make_campaign, make_conversation, make_lead, make_team
from tests.html import Element, parse

State = ListUpload.State
GOOD = make_file("(212) 555-0101,Ada,Troy,12180", "n/a,Ben,Troy,12180")


@pytest.fixture
def campaign(db: None) -> Campaign:
    campaign = make_campaign(name="Spring <b>webinar</b>")
    campaign.document = {"messages": {"outgoingMessage": "Hi {{FirstName}}, {{Nickname}}. Reply STOP to opt out."}}
    campaign.save()
    return campaign


@pytest.fixture
def upload(campaign: Campaign, sue: User) -> ListUpload:
    return make_upload(campaign=campaign, by=sue, content=GOOD)


def address(upload: ListUpload, action: str = "") -> str:
    return f"/campaigns/{upload.campaign_id}/lists/files/{upload.id}/{action}"


def fragment(response: HttpResponse) -> Element:
    assert b"<html" not in response.content
    return parse(response.content).by_id("upload")


def chosen(upload: ListUpload, **fields: Any) -> dict[str, Any]:
    """The form as the page has it."""
    columns = {f"field-{column.index}": column.field for column in columns_of(upload)}
    return columns | {"list_name": upload.list_name, "de_dupe": "on"} | fields


# Who may.


@pytest.mark.parametrize("path", ["", "leads/", "files/0/"])
def test_lists_of_another_team_are_not_there(client: Client, ada: User, upload: ListUpload, path: str) -> None:
    make_team(campaigns=(make_campaign(),), members=(ada,))

    response = client.get(f"/campaigns/{upload.campaign_id}/lists/{path.replace('0', str(upload.id))}")

    assert response.status_code == 404


def test_agents_see_lists_but_no_way_to_load(client: Client, upload: ListUpload) -> None:
    LeadList.objects.create(campaign=upload.campaign, remote_id="l1", name="May & June", status="READY")

    page = parse(client.get(f"/campaigns/{upload.campaign_id}/lists/").content)

    assert "May & June" in page.by_id("campaign-lists").text
    assert upload.file_name in page.by_id("campaign-loads").text
    assert not page.every(id="upload-form")
    assert not page.by_id("campaign-loads").every("a")


@pytest.mark.parametrize(
    ("method", "action"),
    [
        ("get", ""),
        ("get", "left-out/"),
        *(("post", f"{name}/") for name in ("reading", "columns", "check", "load", "removal", "decision")),
    ],
)
def test_agents_may_not_look_into_a_file_nor_load_it(
    client: Client, upload: ListUpload, method: str, action: str
) -> None:
    response = getattr(client, method)(address(upload, action))

    assert response.status_code == 403
    assert reread(upload).state == State.MAPPING


def test_agents_may_not_bring_a_file(client: Client, campaign: Campaign) -> None:
    status, _ = post_file(client, campaign, GOOD)

    assert status == 403
    assert not ListLoad.objects.exists()


def test_file_of_another_campaign_is_not_found_under_this_one(sue_client: Client, upload: ListUpload) -> None:
    other = make_campaign()

    assert sue_client.get(f"/campaigns/{other.id}/lists/files/{upload.id}/").status_code == 404


@pytest.mark.parametrize("action", ["reading/", "columns/", "check/", "load/", "removal/", "decision/"])
def test_what_changes_something_is_posted(sue_client: Client, upload: ListUpload, action: str) -> None:
    assert sue_client.get(address(upload, action)).status_code == 405
    assert sue_client.get(f"/campaigns/{upload.campaign_id}/lists/files/").status_code == 405
    assert sue_client.post(address(upload)).status_code == 405


# The lists.


def test_lists_show_status_and_what_is_counted(sue_client: Client, campaign: Campaign) -> None:
    may = LeadList.objects.create(campaign=campaign, remote_id="l1", name="May", status="ACTIVE")
    may.document = {"id": 7, "name": "May", "orgId": 1, "leadCount": 1412, "sent": 300, "failed": 0, "isTest": True}
    may.save()
    make_conversation(lead=make_lead(campaign=campaign, remote_list_id="l1"))

    words = parse(sue_client.get(f"/campaigns/{campaign.id}/lists/").content).by_id("campaign-lists").text

    assert "May" in words
    assert "Active" in words
    assert "1 answered. Engage last said: lead count 1,412, sent 300" in words
    assert "failed" not in words


def test_list_that_was_loaded_from_here_can_be_activated_before_the_platform_tells_of_it(
    sue_client: Client, sue: User, upload: ListUpload
) -> None:
    load(sue_client, check(upload))
    Command.objects.update(state=Command.State.ACCEPTED)
    ListLoad.objects.filter(pk=reread(upload).load_id).update(result={"accepted": 77})

    lists = parse(sue_client.get(f"/campaigns/{upload.campaign_id}/lists/").content).by_id("campaign-lists")

    assert "May leads77 loaded from here" in lists.text
    addresses = [link.attributes["href"] for link in lists.every("a")]
    assert any("activation/" in link and link.endswith("?list_name=May+leads") for link in addresses)


def test_page_of_lists_costs_the_same_for_many_loads(
    sue_client: Client, sue: User, campaign: Campaign, django_assert_max_num_queries: Any
) -> None:
    # Session, person, groups and permissions; rail; campaign, its commands, lists and numbers; uploads; single leads.
    queries = 30
    for count in (2, 18):
        for _ in range(count):
            load(sue_client, check(make_upload(campaign=campaign, by=sue, content=GOOD)))
        with django_assert_max_num_queries(queries) as captured:
            sue_client.get(f"/campaigns/{campaign.id}/lists/")
        queries = len(captured)


# Bringing a file.


def test_file_goes_into_the_database_and_its_columns_are_shown(
    sue_client: Client, sue: User, campaign: Campaign
) -> None:
    status, page = post_file(sue_client, campaign, GOOD)

    upload = ListUpload.objects.get()
    entry = AuditEntry.objects.get()
    assert status == 200
    assert (entry.by, entry.action, entry.subject) == (sue, "uploaded file", "May leads.csv")
    assert (upload.state, upload.uploaded_by, upload.list_name) == (State.MAPPING, sue, "May leads")
    assert upload.source
    with upload.source.open_file() as file:
        assert file.read() == GOOD
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
        "POST", f"/campaigns/{campaign.id}/lists/files/", head + GOOD, content_type="multipart/form-data; boundary=B"
    )

    assert response.status_code == 422
    assert not ListLoad.objects.exists()


def test_file_from_another_site_is_refused_and_not_kept(sue: User, campaign: Campaign) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(sue)

    status, _ = post_file(browser, campaign, GOOD)

    assert status == 403
    assert not ListLoad.objects.exists()


def test_own_form_is_let_in(sue: User, campaign: Campaign) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(sue)
    form = parse(browser.get(f"/campaigns/{campaign.id}/lists/").content).by_id("upload-form")
    token = form.one("input", name="csrfmiddlewaretoken").attributes["value"]
    file = io.BytesIO(GOOD)
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
    body = head.encode() + GOOD + b"\r\n--B--\r\n"

    response = sue_client.generic(
        "POST", f"/campaigns/{campaign.id}/lists/files/", body, content_type="multipart/form-data; boundary=B"
    )

    upload = ListUpload.objects.get()
    page = parse(sue_client.get(response.headers["Location"]).content)
    assert upload.list_name == list_name
    assert page.by_id("list-name").attributes["value"] == list_name
    assert page.by_id("lists-page-title").text == " ".join(upload.file_name.split())
    assert not page.every("img")


# Choosing columns.


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


# Checking.


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


# Loading.


def load(client: Client, upload: ListUpload, **fields: str) -> HttpResponse:
    return client.post(address(upload, "load/"), fields, headers=FRAGMENT)


def test_load_is_asked_for_with_an_entry_of_the_trail(sue_client: Client, sue: User, upload: ListUpload) -> None:
    upload = check(upload)

    response = load(sue_client, upload)

    upload, command, entry = reread(upload), Command.objects.get(), AuditEntry.objects.get(action="loaded list")
    assert response.status_code == 200
    assert "Waiting to be sent" in fragment(response).text
    assert upload.load
    assert (command.kind, command.text, command.created_by) == (Command.Kind.LOAD_LIST, "May leads", sue)
    assert upload.load.command == command
    assert (upload.state, upload.source) == (State.ASKED, None)
    assert (entry.by, entry.action, entry.subject, entry.campaign_id) == (
        sue,
        "loaded list",
        "May leads",
        upload.campaign_id,
    )
    assert entry.after == {
        "rows": 1,
        "left_out": 1,
        "file": "May leads.csv",
        "columns": {"Mobile": "Phone", "First Name": "FirstName", "Town": "City", "Zip Code": "Zip"},
        "command": command.pk,
    }


def test_double_click_loads_once(sue_client: Client, upload: ListUpload) -> None:
    upload = check(upload)
    page = parse(sue_client.get(address(upload)).content)
    key = page.by_id("load-form").one("input", name="key").attributes["value"]

    answers = [load(sue_client, upload, key=key).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert Command.objects.count() == AuditEntry.objects.filter(action="loaded list").count() == 1


def test_second_person_who_loads_the_same_file_is_told(sue_client: Client, upload: ListUpload) -> None:
    upload = check(upload)
    load(sue_client, upload)

    response = load(sue_client, upload)

    assert response.status_code == 422
    assert "being loaded already" in fragment(response).text
    assert Command.objects.count() == 1


@pytest.mark.parametrize("prepare", [lambda upload: upload, begin_check])
def test_file_that_is_not_checked_is_not_loaded(
    sue_client: Client, upload: ListUpload, prepare: Callable[[ListUpload], ListUpload]
) -> None:
    prepare(upload)

    assert load(sue_client, upload).status_code in (409, 422)
    assert not Command.objects.exists()


def test_nothing_good_is_nothing_to_load(sue_client: Client, sue: User, campaign: Campaign) -> None:
    upload = check(make_upload(campaign=campaign, by=sue, content=make_file("n/a,Ada,Troy,12180")))

    page = fragment(sue_client.get(address(upload), headers=FRAGMENT))
    response = load(sue_client, upload)

    assert "None of 1 rows can be loaded" in page.text
    assert response.status_code == 422
    assert not Command.objects.exists()


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        (Command.State.SENDING, "", "Sending it to Engage"),
        (Command.State.ACCEPTED, "", "Engage has the file"),
        (Command.State.CHECKING, "", "No answer from Engage, checking"),
        (Command.State.REJECTED, "422: no Phone", "Refused by Engage 422: no Phone"),
        (Command.State.UNCONFIRMED, "The list may have been loaded.", "The list may have been loaded."),
    ],
)
def test_progress_of_a_load_is_said_in_words(
    sue_client: Client, upload: ListUpload, state: Command.State, reason: str, words: str
) -> None:
    upload = check(upload)
    load(sue_client, upload)
    Command.objects.update(state=state, reason=reason)

    section = fragment(sue_client.get(address(upload), headers=FRAGMENT))

    assert words in section.text
    is_moving = state in (Command.State.SENDING, Command.State.ACCEPTED, Command.State.CHECKING)
    assert ("hx-trigger" in section.attributes) is is_moving


def test_result_is_shown_whatever_its_shape(sue_client: Client, upload: ListUpload) -> None:
    upload = check(upload)
    load(sue_client, upload)
    Command.objects.update(state=Command.State.CONFIRMED)
    result = {
        "status": "COMPLETED",
        "total": 1200,
        "accepted": 1190,
        "rejected": 10,
        "errors": [{"row": 7, "reason": "<b>duplicate</b>"}, "row 9: bad", 5],
        "tookSeconds": 3,
    }
    ListLoad.objects.filter(pk=upload.load_id).update(result=result)

    section = fragment(sue_client.get(address(upload), headers=FRAGMENT))

    assert "Loaded 1,200 in the file, 1,190 accepted, 10 rejected" in section.text
    assert [line.text for line in section.one("ul", class_="result-errors").every("li")] == [
        "row 7, reason <b>duplicate</b>",
        "row 9: bad",
        "5",
    ]
    assert '"tookSeconds": 3' in section.one("pre").text
    for odd in ([], "done", None, 7, {"errors": "none", "accepted": "many"}):
        ListLoad.objects.filter(pk=upload.load_id).update(result=odd)
        assert sue_client.get(address(upload)).status_code == 200


def test_person_decides_about_a_load_without_an_answer(sue_client: Client, upload: ListUpload) -> None:
    upload = check(upload)
    load(sue_client, upload)
    Command.objects.update(state=Command.State.UNCONFIRMED)

    section = fragment(sue_client.get(address(upload), headers=FRAGMENT))
    response = sue_client.post(address(upload, "decision/"), {"decision": "mark_sent"}, headers=FRAGMENT)

    assert [button.text for button in section.every("button", name="decision")] == [
        "It was loaded",
        "Load it again",
        "Leave it",
    ]
    assert "Loaded" in fragment(response).text
    assert Command.objects.get().state == Command.State.CONFIRMED
    assert AuditEntry.objects.filter(action="marked as loaded", before__state="unconfirmed").exists()
    late = sue_client.post(address(upload, "decision/"), {"decision": "discard"}, headers=FRAGMENT)
    assert late.status_code == 409


def test_load_that_waits_can_be_cancelled(sue_client: Client, upload: ListUpload) -> None:
    upload = check(upload)
    load(sue_client, upload)

    response = sue_client.post(address(upload, "decision/"), {"decision": "cancel"}, headers=FRAGMENT)

    assert response.status_code == 200
    assert Command.objects.get().state == Command.State.CANCELLED


def test_senseless_decision_is_refused(sue_client: Client, upload: ListUpload) -> None:
    response = sue_client.post(address(upload, "decision/"), {"decision": "cancel"}, headers=FRAGMENT)

    assert response.status_code == 422


# Discarding.


def test_file_can_be_discarded_with_everything_of_it(sue_client: Client, sue: User, upload: ListUpload) -> None:
    upload = check(upload)

    response = sue_client.post(address(upload, "removal/"))

    assert response.status_code == 302
    assert not ListUpload.objects.exists()
    assert not ListLoad.objects.exists()
    assert not ListLoadChunk.objects.exists()
    assert AuditEntry.objects.filter(by=sue, action="discarded file", subject="May leads.csv").exists()


def test_file_that_is_on_its_way_cannot_be_discarded(sue_client: Client, upload: ListUpload) -> None:
    upload = check(upload)
    load(sue_client, upload)

    response = sue_client.post(address(upload, "removal/"))

    assert response.status_code == 409
    assert ListUpload.objects.exists()
    assert ListLoad.objects.filter(pk=upload.load_id, size__gt=0).exists()


def test_checking_again_leaves_no_file_of_the_first_check(sue_client: Client, upload: ListUpload) -> None:
    for _ in range(3):
        upload = check(reread(upload))

    # The file as it came, the one that is sent, the one of what is left out.
    assert ListLoad.objects.count() == 3
