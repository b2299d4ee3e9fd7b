"""The pages of lead lists: who may see and load them, which there are, and discarding a file."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from console.audit.models import AuditEntry
from console.campaigns.models import ListUpload
from engage.models import Campaign, Command, LeadList, ListLoad, ListLoadChunk
from tests.console.campaigns.lists import (
    GOOD_AND_BAD,
    address,
    check,
    load,
    make_upload,
    make_webinar,
    post_file,
    reread,
)
from tests.factories import make_campaign, make_conversation, make_lead, make_team
from tests.html import parse

State = ListUpload.State


@pytest.fixture
def campaign(db: None) -> Campaign:
    return make_webinar()


@pytest.fixture
def upload(campaign: Campaign, sue: User) -> ListUpload:
    return make_upload(campaign=campaign, by=sue, content=GOOD_AND_BAD)


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
    status, _ = post_file(client, campaign, GOOD_AND_BAD)

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
    # Session, person, groups and permissions; rail and its words; campaign, its commands, lists, those that leads name,
    # and numbers; uploads; single leads.
    queries = 32
    for count in (2, 18):
        for _ in range(count):
            load(sue_client, check(make_upload(campaign=campaign, by=sue, content=GOOD_AND_BAD)))
        with django_assert_max_num_queries(queries) as captured:
            sue_client.get(f"/campaigns/{campaign.id}/lists/")
        queries = len(captured)


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
