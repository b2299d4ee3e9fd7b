"""Lead lists are spoken of by id, by name or by both; each is one row with what was said of it last."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import close_old_connections, transaction

from engage.api.events import LIST_STATUS
from engage.api.wire import Campaign as WireCampaign
from engage.mirror.merge import merge
from engage.mirror.observations import CampaignObservation, Observations
from engage.mirror.projector import project_all
from engage.models import Campaign, Change, LeadList, Workspace
from tests.engage.deliveries import STARTED, deliver, make_workspace, stamp

pytestmark = pytest.mark.django_db(transaction=True)

CAMPAIGN = "67b3a7bb0fcd117088ca5020"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


def hear(workspace: Workspace, **fields: Any) -> None:
    deliver(workspace, {"messagingCampaignId": CAMPAIGN, **fields}, event_type=LIST_STATUS)
    project_all()


def test_a_statement_with_both_joins_what_was_said_under_each(workspace: Workspace) -> None:
    hear(workspace, id="list-1", status="READY", updated=stamp(1))
    hear(workspace, listName="Leads", listStatus="ACTIVE", updated=stamp(3))
    assert LeadList.objects.count() == 2

    hear(workspace, id="list-1", name="Leads", status="READY", updated=stamp(2))

    row = LeadList.objects.get()
    assert (row.remote_id, row.name, row.status) == ("list-1", "Leads", "ACTIVE")


def test_a_list_known_by_name_gets_its_id_when_it_is_named(workspace: Workspace) -> None:
    hear(workspace, name="Leads", status="ACTIVE", updated=stamp(1))
    first = LeadList.objects.get()

    hear(workspace, id="list-1", name="Leads", status="READY", updated=stamp(2))

    row = LeadList.objects.get()
    assert (row.pk, row.remote_id, row.status) == (first.pk, "list-1", "READY")


def test_names_are_compared_to_the_letter_and_may_be_of_any_length(workspace: Workspace) -> None:
    names = ["Leads", "leads", "Leads ", "L" * 5000, "L" * 5001, "Ünïcødé 🎉 & + % /"]

    for name in names:
        hear(workspace, name=name, status="READY")

    assert sorted(LeadList.objects.values_list("name", flat=True)) == sorted(names)


def test_a_statement_without_a_status_takes_none_away(workspace: Workspace) -> None:
    hear(workspace, id="list-1", name="Leads", status="ACTIVE", updated=stamp(1))

    hear(workspace, id="list-1", name="Leads", updated=stamp(2))

    assert LeadList.objects.get().status == "ACTIVE"


def test_times_are_compared_as_times(workspace: Workspace) -> None:
    hear(workspace, id="list-1", name="Leads", status="ACTIVE", updated="2026-11-21T12:00:00.500Z")

    hear(workspace, id="list-1", name="Leads", status="READY", updated="2026-11-21T12:00:00Z")
    hear(workspace, id="list-1", name="Leads", status="READY", updated="2026-11-21T13:00:00+02:00")

    assert LeadList.objects.get().status == "ACTIVE"


def test_the_same_name_in_another_campaign_is_another_list(workspace: Workspace) -> None:
    hear(workspace, name="Leads", status="READY")
    hear(workspace, name="Leads", status="ACTIVE", messagingCampaignId="another")

    assert sorted(LeadList.objects.values_list("status", flat=True)) == ["ACTIVE", "READY"]


def test_a_change_of_a_list_announces_its_campaign_once(workspace: Workspace) -> None:
    hear(workspace, name="Leads", status="READY", updated=stamp(1))
    Change.objects.all().delete()

    hear(workspace, name="Leads", status="READY", updated=stamp(1))
    hear(workspace, name="Leads", status="ACTIVE", updated=stamp(2))

    assert list(Change.objects.values_list("campaign_id", flat=True)) == [Campaign.objects.get().pk]


@pytest.mark.both_databases
def test_statements_merged_at_once_end_with_the_newest(workspace: Workspace) -> None:
    """A GET and a webhook, each on its worker: what is compared must be what is replaced."""

    def merge_one(number: int, start: threading.Barrier) -> None:
        document = {"id": CAMPAIGN, "campaignStatus": f"S{number}", "updated": stamp(number)}
        observation = CampaignObservation(WireCampaign.model_validate(document), STARTED + timedelta(minutes=number))
        start.wait()
        with transaction.atomic():
            merge(workspace.pk, Observations(campaigns=[observation]))
        close_old_connections()

    merge_one(0, threading.Barrier(1))
    for begin in range(1, 40, 4):
        start = threading.Barrier(4)
        threads = [threading.Thread(target=merge_one, args=(begin + step, start)) for step in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

        assert Campaign.objects.get().status == f"S{begin + 3}"


def test_bodies_are_kept_whole(workspace: Workspace) -> None:
    hear(workspace, id="list-1", name="Leads", status="READY", leadCount=7, odd={"deep": [1, None]})

    document = json.loads(json.dumps(LeadList.objects.get().document))
    assert (document["leadCount"], document["odd"]) == (7, {"deep": [1, None]})
