"""A statement about a campaign takes away only what it names; lists are placed by whatever leads to their campaign."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from engage.api.events import LIST_STATUS
from engage.api.wire import Campaign as WireCampaign
from engage.mirror.merge import merge
from engage.mirror.observations import CampaignObservation, Observations
from engage.mirror.platform import client_for
from engage.mirror.projector import project_all
from engage.mirror.reconcile import read_campaigns
from engage.models import Campaign, LeadList, Trouble, Workspace
from tests.engage.deliveries import STARTED, body, deliver, make_workspace, stamp
from tests.security.platform import Platform

pytestmark = pytest.mark.django_db

WHOLE = {
    "id": "c-1",
    "name": "Spring",
    "campaignStatus": "ACTIVE",
    "updated": stamp(1),
    "messages": {"outgoingMessage": "Hello"},
    "schedule": {"monday": [{"start": 540, "end": 1020}]},
    "ours": {"kept": True},
}
SUMMARY = {"id": "c-1", "name": "Spring again", "updated": stamp(2)}


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


def tell(
    workspace: Workspace, said: dict[str, Any], minutes: float, *, is_read: bool = True, is_single: bool = False
) -> Campaign:
    seen_at = STARTED + timedelta(minutes=minutes)
    observation = CampaignObservation(WireCampaign.model_validate(said), seen_at, is_read=is_read, is_single=is_single)
    merge(workspace.pk, Observations(campaigns=[observation]))
    return Campaign.objects.get(workspace=workspace, remote_id="c-1")


def test_summary_leaves_what_it_does_not_name(workspace: Workspace) -> None:
    tell(workspace, WHOLE, 10)

    row = tell(workspace, SUMMARY, 20)

    assert (row.name, row.status, row.messages["outgoingMessage"]) == ("Spring again", "ACTIVE", "Hello")
    assert row.document["ours"] == {"kept": True}


def test_object_is_taken_part_by_part(workspace: Workspace) -> None:
    tell(workspace, WHOLE | {"messages": {"outgoingMessage": "Hello", "helpMessage": "Help"}}, 10)

    later = SUMMARY | {"messages": {"helpMessage": "Call us"}, "schedule": {"friday": []}, "updated": stamp(3)}
    row = tell(workspace, later, 20)

    assert row.document["messages"] == {"outgoingMessage": "Hello", "helpMessage": "Call us"}
    assert row.document["schedule"] == {"monday": [{"start": 540, "end": 1020}], "friday": []}


def test_answer_about_one_campaign_takes_away_what_it_leaves_out(workspace: Workspace) -> None:
    """Many platforms leave out what is null; and what only a webhook ever said would stay for ever."""
    tell(workspace, {"id": "c-1", "invented": 1, "sendingStatusDescription": "Paused by us"}, 5, is_read=False)
    tell(workspace, WHOLE, 10)

    row = tell(workspace, WHOLE, 20, is_single=True)
    late = tell(workspace, {"id": "c-1", "invented": 2}, 12, is_read=False)

    assert row.document.keys() & {"invented", "sendingStatusDescription"} == set()
    assert "invented" not in late.document


def test_answer_about_one_campaign_that_is_no_whole_one_takes_nothing_away(workspace: Workspace) -> None:
    tell(workspace, WHOLE, 10)

    row = tell(workspace, {"id": "c-1", "messages": {"outgoingMessage": "Bye"}}, 20, is_single=True)

    assert (row.name, row.status, row.messages["outgoingMessage"]) == ("Spring", "ACTIVE", "Bye")


def test_null_takes_away_and_absence_does_not(workspace: Workspace) -> None:
    tell(workspace, WHOLE, 10)

    row = tell(workspace, SUMMARY | {"schedule": None}, 20)

    assert not row.schedule
    assert row.messages["outgoingMessage"] == "Hello"


def test_parts_end_the_same_in_any_order() -> None:
    statements = [
        (WHOLE, 10),
        (SUMMARY, 20),
        ({"id": "c-1", "campaignStatus": "READY", "updated": stamp(3)}, 30),
        ({"id": "c-1", "messages": {"outgoingMessage": "Later"}, "campaignStatus": "DRAFT", "updated": stamp(0)}, 5),
    ]
    ends = []
    for number, order in enumerate(itertools.permutations(statements)):
        workspace = make_workspace(token=f"token-{number}", name=f"Acme {number}")
        for said, minutes in order:
            row = tell(workspace, said, minutes)
        ends.append((row.name, row.status, row.document, row.named_versions, row.version))

    assert all(end == ends[0] for end in ends)
    assert ends[0][:2] == ("Spring again", "READY")


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as platform:
        yield platform


def test_what_a_listed_campaign_lacks_is_read_once_until_it_moves(platform: Platform, settings: Any) -> None:
    settings.RECONCILE_READS_PER_SECOND = 1000
    workspace = platform.connect()
    platform.campaigns["c-1"] = SUMMARY
    client = client_for(workspace)

    for _ in range(3):
        read_campaigns(workspace, client)
    platform.campaigns["c-1"] = SUMMARY | {"updated": stamp(9)}
    read_campaigns(workspace, client)

    asked = [request.path.rpartition("/")[2] for request in platform.requests]
    assert asked.count("c-1") == 2


def test_what_the_list_names_no_longer_is_read_once_and_taken_away(platform: Platform, settings: Any) -> None:
    """Many platforms leave out what is null: a part that was named and is not any more."""
    settings.RECONCILE_READS_PER_SECOND = 1000
    workspace = platform.connect()
    client = client_for(workspace)
    platform.campaigns["c-1"] = WHOLE | {"sendingStatusDescription": "Outside the sending hours"}
    read_campaigns(workspace, client)
    platform.campaigns["c-1"] = WHOLE

    for _ in range(3):
        read_campaigns(workspace, client)

    asked = [request.path.rpartition("/")[2] for request in platform.requests]
    assert asked.count("c-1") == 1
    assert "sendingStatusDescription" not in Campaign.objects.get().document


def hear_list(workspace: Workspace, **fields: Any) -> None:
    deliver(workspace, fields, event_type=LIST_STATUS)
    project_all()


def test_list_without_its_campaign_is_placed_by_a_lead_in_it(workspace: Workspace) -> None:
    payload = body(messagingListId="list-9")
    deliver(workspace, payload)

    hear_list(workspace, id="list-9", name="May", status="READY")

    row = LeadList.objects.get(remote_id="list-9")
    assert (row.campaign.remote_id, row.name, row.status) == (payload["data"]["campaign"]["id"], "May", "READY")


def test_list_is_placed_by_its_own_id_by_its_campaign_inside_and_by_its_name(workspace: Workspace) -> None:
    hear_list(workspace, id="list-1", name="May", campaignId="c-1", status="READY")

    hear_list(workspace, id="list-1", status="ACTIVE")
    hear_list(workspace, id="list-2", name="June", campaign={"id": "c-2"}, status="READY")
    hear_list(workspace, eventType=LIST_STATUS, data={"name": "June", "status": "ACTIVE"})

    said = set(LeadList.objects.values_list("campaign__remote_id", "name", "status"))
    assert said == {("c-1", "May", "ACTIVE"), ("c-2", "June", "ACTIVE")}


def test_list_that_nothing_leads_to_is_noted_until_something_does(workspace: Workspace) -> None:
    hear_list(workspace, id="list-1", name="May", status="READY")
    assert "nothing leads to one" in Trouble.objects.get().words

    deliver(workspace, body(messagingListId="list-1"))
    hear_list(workspace, id="list-1", name="May", status="READY")

    assert not Trouble.objects.exists()


def test_lists_are_learnt_from_leads_and_named_by_their_id(workspace: Workspace) -> None:
    deliver(workspace, body(messagingListId="67c6e4ee"))
    project_all()
    assert str(LeadList.objects.get()) == "List 67c6…"

    hear_list(workspace, id="67c6e4ee", name="May", status="READY")

    assert str(LeadList.objects.get()) == "May"
