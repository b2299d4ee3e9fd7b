"""P15: who knows the webhook's address can lie to us. Nothing of it lasts, and no reply goes anywhere else."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from engage.api.errors import EngageError
from engage.api.events import CAMPAIGN_STATUS, LIST_STATUS
from engage.mirror.platform import client_for
from engage.mirror.projector import project_all
from engage.mirror.reading import read_conversation
from engage.models import Conversation, Delivery, Workspace
from engage.vault import Secret
from tests import security
from tests.factories import make_user
from tests.security.forging import OURS, assert_nothing_lasts, deliver, look_again, ours
from tests.security.place import browser_of
from tests.security.platform import Platform, conversation

pytestmark = [pytest.mark.django_db, pytest.mark.promise(15)]

COUNT = 300 if security.IS_FULL else 10
FUTURE = "2199-01-01T00:00:00.000Z"


def test_conversation_that_engage_does_not_know_is_marked_and_never_written_to(
    platform: Platform, workspace: Workspace
) -> None:
    before = ours()
    for number in range(100, 100 + COUNT):
        deliver(conversation(number, texts=("Please call me",)))

    project_all()
    look_again(workspace)

    invented = Conversation.objects.exclude(lead__remote_id__in=[f"lead-{number}" for number in OURS])
    assert invented.count() == COUNT
    assert invented.filter(denied_at__isnull=False, key_fingerprint="", sealed_key=b"").count() == COUNT
    assert_nothing_lasts(platform, workspace, before)


def test_catalogue_F3_foreign_host_in_a_known_conversation_redirects_no_reply(
    platform: Platform, workspace: Workspace
) -> None:
    before = ours()
    for number in range(COUNT):
        forged = conversation(number % len(OURS), texts=("Hello", "Are you there?"), key=f"stolen-{number}")
        for name, url in forged["endpoints"].items():
            forged["endpoints"][name] = f"https://evil.example{url[url.index('/', 8) :]}"
        deliver(forged)

    project_all()
    look_again(workspace)

    assert_nothing_lasts(platform, workspace, before)
    noted = Delivery.objects.filter(error__startswith="names addresses at https://evil.example")
    assert noted.count() == COUNT
    assert not Delivery.objects.filter(error__contains="stolen").exists()


def test_catalogue_F4_key_of_another_account_opens_nothing_here(platform: Platform, workspace: Workspace) -> None:
    before = ours()
    for number in range(200, 200 + COUNT):
        theirs = platform.add(conversation(number, campaign="campaign-of-theirs"), is_ours=False)
        # Whole, as it is; under our campaign's name; and its key for a lead of ours.
        deliver(theirs)
        claimed = conversation(number + 10_000, key=f"key-{number}")
        claimed["data"]["lead"]["id"] = f"lead-{number}"
        deliver(claimed)
        deliver(conversation(number % len(OURS), key=f"key-{number}", texts=("Hello", "Are you there?")))

    project_all()
    look_again(workspace)

    foreign = Conversation.objects.exclude(lead__remote_id__in=[f"lead-{number}" for number in OURS])
    assert foreign.count() == COUNT
    assert not foreign.exclude(key_fingerprint="").exists()
    assert foreign.filter(denied_at__isnull=False).count() == COUNT
    assert_nothing_lasts(platform, workspace, before)


def test_key_of_another_account_is_refused_as_well_when_our_own_ended(platform: Platform, workspace: Workspace) -> None:
    platform.add(conversation(300, campaign="campaign-of-theirs"), is_ours=False)
    del platform.conversations["key-1"]
    deliver(conversation(1, key="key-300", texts=("Hello", "Are you there?")))

    project_all()
    look_again(workspace)

    found = Conversation.objects.get(lead__remote_id="lead-1")
    assert found.key == Secret("key-1")
    assert found.refused_since is not None


def test_replay_of_old_bodies_changes_nothing(platform: Platform, workspace: Workspace) -> None:
    for number in OURS:
        platform.add(conversation(number, texts=("Hello", "Are you there?", "Thank you")))
        deliver(platform.conversations[f"key-{number}"])
    project_all()
    look_again(workspace)
    before = ours()

    for row in range(COUNT):
        deliver(conversation(row % len(OURS), texts=("Hello", "Are you there?")[: 1 + row % 2]))
    project_all()

    assert_nothing_lasts(platform, workspace, before)
    look_again(workspace)
    assert_nothing_lasts(platform, workspace, before)


@pytest.mark.parametrize("header", [CAMPAIGN_STATUS, LIST_STATUS, "OptIn", "OptOut", "Disposition", "NoSuchEvent"])
def test_swapped_event_type_changes_nothing_and_is_written_down(
    header: str, platform: Platform, workspace: Workspace
) -> None:
    before = ours()
    named, unnamed = conversation(1, texts=("Hello", "Are you there?")), conversation(2, texts=("Hello",))
    del unnamed["eventType"]
    deliver(named, header)
    campaign_under_a_wrong_name = {"id": "campaign-of-ours", "name": "Taken over", "campaignStatus": "DRAFT"}
    deliver(campaign_under_a_wrong_name, "NewMessage")
    if header not in ("OptOut", "Disposition"):
        deliver(unnamed, header)

    project_all()

    assert_nothing_lasts(platform, workspace, before)
    assert Delivery.objects.filter(error__startswith="header and body disagree").count() == 1
    assert Delivery.objects.quarantined().count() + Delivery.objects.filter(state="ignored").count() >= 1


def test_opt_in_that_nobody_sent_opens_nothing(platform: Platform, workspace: Workspace) -> None:
    stopped = platform.add(conversation(400, texts=("Hello", "STOP")))
    deliver(stopped)
    project_all()
    look_again(workspace)
    invented = conversation(400, texts=("Hello", "STOP", "START"))
    invented["eventType"] = "OptIn"

    deliver(invented)
    project_all()
    before_look = Conversation.objects.get(lead__remote_id="lead-400").status
    look_again(workspace)

    assert before_look == Conversation.Status.OPTED_OUT
    assert Conversation.objects.get(lead__remote_id="lead-400").status == Conversation.Status.OPTED_OUT


def test_lead_forged_into_the_future_is_as_engage_says_after_the_next_look(
    platform: Platform, workspace: Workspace
) -> None:
    before = ours()
    for number in OURS:
        forged = deepcopy(platform.conversations[f"key-{number}"])
        forged["data"]["lead"] |= {"phone": "+15005550006", "timeZone": "Pacific/Honolulu", "created": FUTURE}
        forged["data"]["lead"]["leadData"] = {"FirstName": "Somebody", "LastName": "Else"}
        deliver(forged)

    project_all()
    believed = ours()
    with time_machine.travel(timezone.now() + timedelta(minutes=15)):
        look_again(workspace)

    assert believed["leads"] != before["leads"]
    assert_nothing_lasts(platform, workspace, before)


def test_campaign_forged_into_the_future_is_as_engage_says_after_the_next_look(
    platform: Platform, workspace: Workspace
) -> None:
    # As any real one does, it names state and time; a statement takes away only what it names.
    platform.campaigns["campaign-of-ours"] |= {"campaignStatus": "ACTIVE", "updated": "2025-03-04T11:30:00Z"}
    look_again(workspace)
    before = ours()
    forged = {"id": "campaign-of-ours", "name": "Taken over", "campaignStatus": "DRAFT", "updated": FUTURE}
    deliver(forged, CAMPAIGN_STATUS)

    project_all()
    believed = ours()
    with time_machine.travel(timezone.now() + timedelta(minutes=15)):
        look_again(workspace)

    assert believed["campaigns"] != before["campaigns"]
    assert_nothing_lasts(platform, workspace, before)


def test_lead_of_ours_claimed_for_another_campaign_is_put_where_it_belongs(
    platform: Platform, workspace: Workspace
) -> None:
    platform.add(conversation(500))
    platform.add(conversation(501, campaign="another-of-ours"))
    claimed = conversation(500, campaign="another-of-ours")

    deliver(claimed)
    project_all()
    seen_in = Conversation.objects.get(lead__remote_id="lead-500").campaign.remote_id
    look_again(workspace)

    found = Conversation.objects.select_related("campaign", "lead__campaign").get(lead__remote_id="lead-500")
    assert seen_in == "another-of-ours"
    assert found.campaign.remote_id == found.lead.campaign.remote_id == "campaign-of-ours"
    assert found.is_confirmed


def test_our_own_key_being_refused_denies_nobody(platform: Platform, workspace: Workspace) -> None:
    platform.add(conversation(600, campaign="new-of-ours"))
    deliver(conversation(600, campaign="new-of-ours"))
    project_all()
    platform.api_key = "renewed at Engage"
    found = Conversation.objects.select_related("workspace", "lead", "campaign").get(lead__remote_id="lead-600")

    with pytest.raises(EngageError, match="our API key is refused"):
        read_conversation(found, client_for(workspace))

    found.refresh_from_db()
    assert (found.denied_at, found.is_confirmed) == (None, False)


def test_admin_sees_every_forgery_and_how_many_there_are(platform: Platform, workspace: Workspace) -> None:
    foreign = conversation(1, texts=("Hello", "Are you there?"))
    foreign["endpoints"] = dict.fromkeys(foreign["endpoints"], "https://evil.example/?key=stolen-key-1234")
    deliver(foreign)
    deliver(conversation(700))
    deliver({"campaignId": 3}, CAMPAIGN_STATUS)
    project_all()
    look_again(workspace)
    admin = browser_of(make_user(role="Admin", is_staff=True))

    noted = admin.get("/admin/engage/delivery/", {"q": "evil.example"}).content.decode()
    quarantined = admin.get("/admin/engage/delivery/", {"state__exact": "quarantined"}).content.decode()
    denied = admin.get("/admin/engage/conversation/", {"denied_at__isnull": "False"}).content.decode()

    assert "1 delivery" in noted
    assert "stolen-key-1234" not in noted
    assert "1 delivery" in quarantined
    assert "1 conversation" in denied
