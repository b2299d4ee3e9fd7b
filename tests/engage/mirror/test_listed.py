"""Campaigns that nobody listed vanish; those that were listed and are not any more say since when."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from engage.api.errors import EngageError
from engage.mirror.platform import client_for
from engage.mirror.projector import project_all
from engage.mirror.reading import read_conversation
from engage.mirror.reconcile import read_campaigns
from engage.models import Campaign, Conversation, LeadList, Workspace
from tests.engage.deliveries import deliver
from tests.factories import make_user
from tests.security.platform import Platform, conversation

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as platform:
        yield platform


@pytest.fixture
def workspace(db: None, platform: Platform) -> Workspace:
    return platform.connect()


@pytest.fixture
def client() -> Client:
    sue: User = make_user(username="sue", role="Supervisor")
    client = Client()
    client.force_login(sue)
    return client


def read(workspace: Workspace, times: int = 1) -> None:
    for _ in range(times):
        read_campaigns(workspace, client_for(workspace))


def known() -> set[str]:
    return set(Campaign.objects.known().values_list("remote_id", flat=True))


def test_campaign_that_somebody_made_up_vanishes(platform: Platform, workspace: Workspace, client: Client) -> None:
    platform.campaigns["ours"] = {"id": "ours", "name": "Ours", "campaignStatus": "ACTIVE"}
    for number in range(3):
        invented = {"id": f"invented-{number}", "name": f"!!! {number}", "campaignStatus": "ACTIVE"}
        deliver(workspace, invented, event_type="MessagingCampaignStatus")
    project_all()

    read(workspace)

    assert known() == {"ours"}
    assert "!!!" not in client.get("/campaigns/").content.decode()
    assert "!!!" not in client.get("/").content.decode()
    invented = Campaign.objects.get(remote_id="invented-1")
    assert client.get(f"/campaigns/{invented.pk}/").status_code == 404


def test_campaign_named_after_the_reading_began_is_not_judged_by_it(platform: Platform, workspace: Workspace) -> None:
    read(workspace)
    deliver(workspace, conversation(1, campaign="new"))
    project_all()

    assert known() == {"new"}


def test_campaign_that_is_never_listed_is_real_when_engage_answers_for_a_conversation_in_it(
    platform: Platform, workspace: Workspace
) -> None:
    said = conversation(5, campaign="core")
    platform.add(said, is_ours=False)
    whose = {"orgId": workspace.org_id, "workspaceId": workspace.workspace_id}
    platform.conversations["key-5"]["data"]["lead"] |= whose
    deliver(workspace, said)
    project_all()
    read(workspace)
    before = known()

    read_conversation(Conversation.objects.select_related("workspace", "lead").get(), client_for(workspace))

    assert before == set()
    assert known() == {"core"}


def test_campaign_missing_from_three_lists_says_since_when_and_has_no_buttons(
    platform: Platform, workspace: Workspace, client: Client
) -> None:
    listed = {"id": "ours", "name": "Ours", "campaignStatus": "ACTIVE"}
    platform.campaigns["ours"] = listed
    read(workspace)
    campaign = Campaign.objects.get()
    LeadList.objects.create(campaign=campaign, remote_id="list-1", name="March")
    del platform.campaigns["ours"]

    read(workspace, 2)
    after_two = client.get("/campaigns/").content.decode()
    read(workspace, 2)
    after_three = client.get("/campaigns/").content.decode()
    page = client.get(f"/campaigns/{campaign.pk}/").content.decode()
    platform.campaigns["ours"] = listed
    read(workspace)
    listed_again = client.get("/campaigns/").content.decode()

    pause = f"/campaigns/{campaign.pk}/pause/"
    assert "Not listed" not in after_two
    assert pause in after_two
    assert "Not listed by Engage since" in after_three
    assert pause not in after_three
    assert "Not listed by Engage since" in page
    assert "/pause/" not in page
    assert "/activate/" not in page
    assert "Not listed" not in listed_again
    assert pause in listed_again


def test_a_list_that_could_not_be_read_says_nothing(platform: Platform, workspace: Workspace) -> None:
    platform.campaigns["ours"] = {"id": "ours", "name": "Ours", "campaignStatus": "ACTIVE"}
    read(workspace)
    platform.api_key = "another"

    for _ in range(4):
        with pytest.raises(EngageError):
            read(workspace)

    assert Campaign.objects.get().missing_readings == 0
