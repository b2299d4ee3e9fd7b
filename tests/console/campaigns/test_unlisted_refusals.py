"""Of a campaign that Engage lists no longer nothing is asked, by button or by hand; and lists that nobody told of."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from engage.models import Campaign, Command, ListLoad
from engage.models.campaign import READINGS_UNTIL_UNLISTED
from tests.console.campaigns.described import make_described, make_list
from tests.factories import make_lead
from tests.html import parse

pytestmark = pytest.mark.django_db
WORDS = "Engage lists this campaign no longer"


@pytest.fixture
def gone(db: None) -> Campaign:
    campaign = make_described(status="ACTIVE")
    make_list(campaign, "March")
    now = timezone.now()
    Campaign.objects.filter(pk=campaign.pk).update(
        confirmed_at=now, missing_since=now, missing_readings=READINGS_UNTIL_UNLISTED
    )
    return campaign


@pytest.mark.parametrize("path", ["activation/", "pause/", "lists/activation/", "lists/pause/"])
def test_post_by_hand_is_refused_in_words(sue_client: Client, gone: Campaign, path: str) -> None:
    fields = {"key": str(uuid.uuid4()), "list_name": "March"}

    response = sue_client.post(f"/campaigns/{gone.id}/{path}", fields)

    assert response.status_code == 422
    assert WORDS in response.content.decode()
    assert not Command.objects.exists()


def test_file_by_hand_is_refused_in_words_and_not_kept(sue_client: Client, gone: Campaign) -> None:
    file = SimpleUploadedFile("May.csv", b"Phone\n+12125550101\n", content_type="text/csv")

    response = sue_client.post(f"/campaigns/{gone.id}/lists/files/", {"file": file})

    assert response.status_code == 422
    assert WORDS in response.content.decode()
    assert not ListLoad.objects.exists()


def test_list_that_leads_alone_tell_of_is_shown_by_its_id(client: Client) -> None:
    campaign = make_described()
    make_lead(campaign=campaign, remote_list_id="67c6aa01")

    lists = parse(client.get(f"/campaigns/{campaign.id}/").content).by_id("campaign-lists")

    assert "List 67c6…" in lists.text
    assert "No list is known" not in lists.text


def test_names_that_differ_in_case_or_blanks_are_shown_with_their_difference(client: Client) -> None:
    campaign = make_described()
    for number, name in enumerate(("March", "march ", "April")):
        make_list(campaign, name).remote_id = f"list-{number}"

    names = [
        item.text
        for item in parse(client.get(f"/campaigns/{campaign.id}/").content)
        .by_id("campaign-lists")
        .every("span", class_="list-name")
    ]

    assert [("“March”" in name, "“march␣”" in name) for name in names] == [
        (False, False),
        (True, False),
        (False, True),
    ]
