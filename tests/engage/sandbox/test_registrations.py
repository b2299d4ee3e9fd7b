"""Two kinds of registration: one address for the account, and one per campaign and kind of event."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engage.sandbox.calling import choose
from tests.engage.sandbox.receiver import Receiver
from tests.engage.sandbox.waiting import wait_until
from tests.sandbox_process import SandboxProcess


@pytest.fixture
def own() -> Iterator[Receiver]:
    """Where a campaign's own addresses lead."""
    receiver = Receiver()
    yield receiver
    receiver.close()


def converse(sandbox: SandboxProcess, campaign_id: str) -> None:
    """One of each documented event about a conversation."""
    [lead] = sandbox.create_leads(campaign_id=campaign_id)
    sandbox.say(lead["id"], "Yes please")
    sandbox.say(lead["id"], "Hello?")
    choose(sandbox, lead["key"], "CALL BACK")
    sandbox.say(lead["id"], "STOP")
    sandbox.say(lead["id"], "START")


EVENTS = ["ConversationStarted", "NewMessage", "Disposition", "OptOut", "OptIn"]


def test_campaigns_address_is_told_besides_the_accounts(
    sandbox: SandboxProcess, receiver: Receiver, own: Receiver
) -> None:
    campaign = sandbox.campaign("Spring webinar")
    names = ("conversationStarted", "incomingMessage", "disposition", "optOut", "optIn")
    sandbox.change_settings(campaign["id"], webhooks=dict.fromkeys(names, own.url))

    converse(sandbox, campaign["id"])

    told, told_by_account = own.wait_for(5), receiver.wait_for(5)
    assert [event.kind for event in told] == [event.kind for event in told_by_account] == EVENTS
    assert [event.body for event in told] == [event.body for event in told_by_account]
    assert sandbox.campaign("Spring webinar")["webhooks"]["optOut"] == own.url


def test_each_kind_has_its_own_address_and_other_campaigns_have_none(
    sandbox: SandboxProcess, receiver: Receiver, own: Receiver
) -> None:
    campaign = sandbox.campaign("Spring webinar")
    sandbox.change_settings(campaign["id"], webhooks={"optOut": own.url})

    converse(sandbox, campaign["id"])
    converse(sandbox, sandbox.campaign("Renewals May")["id"])

    receiver.wait_for(10)
    assert [event.kind for event in own.wait_and_see()] == ["OptOut"]


def test_address_named_twice_is_told_once(sandbox: SandboxProcess, receiver: Receiver) -> None:
    campaign = sandbox.campaign("Spring webinar")
    sandbox.change_settings(campaign["id"], webhooks={"conversationStarted": receiver.url})

    sandbox.start_conversation()

    assert [event.kind for event in receiver.wait_and_see()] == ["ConversationStarted"]


def test_campaigns_own_address_works_without_an_account_address(sandbox: SandboxProcess, own: Receiver) -> None:
    sandbox.set_webhook_url("")
    campaign = sandbox.campaign("Spring webinar")
    sandbox.change_settings(campaign["id"], webhooks={"conversationStarted": own.url})

    [lead] = sandbox.create_leads(campaign_id=campaign["id"])
    sandbox.say(lead["id"], "Hi")

    own.wait_for(1)


def test_delivery_result_is_told_only_where_it_is_registered(
    march: SandboxProcess, receiver: Receiver, own: Receiver
) -> None:
    campaign = march.campaign("Spring webinar")
    march.change_settings(campaign["id"], webhooks={"deliveryResult": own.url})
    march.create_leads(2, campaign["id"], list_name="March sign-ups", sent=False)
    march.create_leads(2, march.campaign("Solar quotes NY")["id"], list_name="Homeowners upstate", sent=False)

    march.set_broadcast(600)
    march.set_clock(now="2026-03-06T18:00:00Z", speed=20)

    results = own.wait_for(2)
    wait_until(lambda: sum(lead["status"] == "DELIVERED" for lead in march.leads()) == 4)
    assert {event.kind for event in own.wait_and_see()} == {"DeliveryResult"}
    assert [event.body["data"]["lead"]["status"] for event in results] == ["DELIVERED", "DELIVERED"]
    assert receiver.events == []
