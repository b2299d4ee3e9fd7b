"""P15: a text, a disposition or an opt-out that nobody sent, in a conversation that is ours. Engage takes it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from engage.api.events import CAMPAIGN_STATUS
from engage.mirror.platform import client_for
from engage.mirror.projector import project_all
from engage.mirror.reconcile import read_campaigns
from engage.models import Campaign, Consent, Conversation, Message, Workspace
from tests.engage.deliveries import stamp
from tests.security.forging import assert_nothing_lasts, deliver, look_again, look_again_later, ours
from tests.security.platform import Platform, conversation

pytestmark = [pytest.mark.django_db, pytest.mark.promise(15)]

TRUE = ("Hello", "Are you there?")
INVENTED = {
    "text of the lead": {"texts": (*TRUE, "Call me at +1 900 555 0100")},
    "stop": {"texts": (*TRUE, "STOP")},
    "text of ours": {"texts": (*TRUE, "We owe you money"), "direction": "OUTBOUND"},
    "text from the future": {"texts": (*TRUE, "Hello from 2199"), "at": "2199-01-01T00:00:00.000Z"},
    "disposition": {"texts": TRUE, "kind": "Disposition", "disposition": "Not interested"},
    "do not contact": {"texts": TRUE, "kind": "Disposition", "disposition": "Do not contact"},
    "disposition from the future": {"texts": TRUE, "disposition": "Over", "chosen_at": "2199-01-01T00:00:00.000Z"},
}


OPT_OUT = {"texts": (*TRUE, "lose my number"), "kind": "OptOut"}


def invent(
    number: int,
    texts: tuple[str, ...],
    kind: str = "NewMessage",
    direction: str = "INBOUND",
    at: str = "",
    disposition: str = "",
    chosen_at: str = "",
) -> dict[str, Any]:
    forged = conversation(number, texts=texts) | {"eventType": kind}
    if len(texts) > len(TRUE):
        forged["data"]["messages"][-1] |= {"direction": direction} | ({"timestamp": at} if at else {})
    if disposition:
        forged["data"]["lead"] |= {"disposition": disposition, "dispositionTimestamp": chosen_at or stamp(30)}
        forged["data"]["dispositions"] = [{"disposition": disposition, "doNotContact": "not contact" in disposition}]
    return forged


@pytest.mark.parametrize("what", INVENTED)
def test_what_nobody_said_is_believed_for_two_hours_at_most(
    what: str, platform: Platform, workspace: Workspace
) -> None:
    before = ours()
    deliver(invent(1, **INVENTED[what]))

    project_all()
    believed = ours()
    look_again_later(workspace)

    assert believed["conversations"] != before["conversations"]
    # Its own list of dispositions is as Engage shows it, too.
    assert_nothing_lasts(platform, workspace, before)


@pytest.mark.parametrize("what", INVENTED)
def test_said_again_it_is_not_believed_again(what: str, platform: Platform, workspace: Workspace) -> None:
    before = ours()
    forged = invent(1, **INVENTED[what])
    deliver(forged)
    project_all()
    look_again_later(workspace)

    if "chosen_at" not in INVENTED[what]:
        deliver(forged)
        project_all()

    assert_nothing_lasts(platform, workspace, before)


def test_an_opt_out_event_can_only_lock_and_is_kept(platform: Platform, workspace: Workspace) -> None:
    """Carriers keep the words of a true one from Engage's threads too, so that no GET shows them."""
    deliver(invent(1, **OPT_OUT))
    project_all()

    look_again_later(workspace)

    assert Conversation.objects.get(lead__remote_id="lead-1").is_opted_out
    assert Conversation.objects.opted_out().count() == 1


def test_one_answer_without_it_takes_nothing_back(platform: Platform, workspace: Workspace) -> None:
    deliver(invent(1, (*TRUE, "I am late at Engage")))
    project_all()
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        look_again(workspace)

    found = Conversation.objects.get(lead__remote_id="lead-1")

    assert found.last_message_text == "I am late at Engage"
    assert found.read_wanted_at is not None


def test_a_text_that_engage_shows_after_all_counts_again(platform: Platform, workspace: Workspace) -> None:
    late = conversation(1, texts=(*TRUE, "I am late at Engage"))
    deliver(late)
    project_all()
    look_again_later(workspace)
    taken_back = Conversation.objects.get(lead__remote_id="lead-1").last_message_text

    platform.add(late)
    look_again(workspace)

    assert taken_back == TRUE[-1]
    assert Conversation.objects.get(lead__remote_id="lead-1").last_message_text == "I am late at Engage"
    assert not Message.objects.filter(is_confirmed=False).exists()


def test_stop_that_engage_shows_is_never_taken_back(platform: Platform, workspace: Workspace) -> None:
    stopped = platform.add(conversation(1, texts=(*TRUE, "STOP")))
    deliver(stopped | {"eventType": "OptOut"})
    project_all()

    look_again_later(workspace)

    assert Conversation.objects.get(lead__remote_id="lead-1").is_opted_out
    assert not Consent.objects.disproved().exists()


def test_do_not_contact_that_was_replaced_before_anybody_looked_still_counts(
    platform: Platform, workspace: Workspace
) -> None:
    deliver(invent(1, TRUE, kind="Disposition", disposition="Do not contact", chosen_at=stamp(20)))
    project_all()
    replaced = conversation(1, texts=TRUE)
    replaced["data"]["lead"] |= {"disposition": "Interested", "dispositionTimestamp": stamp(21)}
    platform.add(replaced)

    look_again_later(workspace)

    found = Conversation.objects.get(lead__remote_id="lead-1")
    assert found.is_opted_out
    assert found.disproved == 0


@pytest.mark.parametrize("kind", ["NewMessage", "OptOut"])
def test_invented_conversation_with_the_number_of_a_lead_of_ours_locks_it_for_two_hours_at_most(
    kind: str, platform: Platform, workspace: Workspace
) -> None:
    before = ours()
    forged = conversation(100, texts=("STOP",)) | {"eventType": kind}
    forged["data"]["lead"]["phone"] = platform.conversations["key-1"]["data"]["lead"]["phone"]
    deliver(forged)

    project_all()
    locked = Conversation.objects.opted_out().count()
    look_again(workspace)
    look_again_later(workspace)

    assert locked == 2
    assert_nothing_lasts(platform, workspace, before)
    invented = Conversation.objects.get(lead__remote_id="lead-100")
    assert (invented.status, invented.waiting_since, invented.disproved) == ("closed", None, 1)


def test_what_closes_a_conversation_is_asked_for_at_once(platform: Platform, workspace: Workspace) -> None:
    for number, what in enumerate((INVENTED["stop"], OPT_OUT, INVENTED["disposition"])):
        deliver(invent(number, **what))

    project_all()

    assert Conversation.objects.due_for_read(timezone.now()).count() == 3


def test_campaign_that_was_never_active_does_not_read_as_paused(platform: Platform, workspace: Workspace) -> None:
    platform.campaigns["campaign-of-ours"] |= {"campaignStatus": "READY"}
    deliver(
        {"id": "campaign-of-ours", "name": "Ours", "campaignStatus": "ACTIVE", "updated": stamp(90)}, CAMPAIGN_STATUS
    )

    project_all()
    with time_machine.travel(timezone.now() + timedelta(minutes=15)):
        read_campaigns(workspace, client_for(workspace))

    assert not Campaign.objects.get(remote_id="campaign-of-ours").was_active
