"""Who is sent to, what comes of it, and what halts it."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.engage.sandbox.broadcasting import (
    change_list,
    count_sent,
    daily,
    is_past,
    local,
    sent,
    spring,
    wait_for_leads,
)
from tests.engage.sandbox.calling import call, send
from tests.engage.sandbox.waiting import wait_until
from tests.sandbox_process import SandboxProcess

BUSY = "Carrier is busy, will be tried again"


def test_broadcast_fills_the_merge_fields_and_waits_for_the_carrier(march: SandboxProcess) -> None:
    [lead] = wait_for_leads(march, 1, FirstName="Ann", LastName="Lee", timeZone="America/New_York")
    waiting = march.conversation(lead["key"])["data"]
    march.set_broadcast(600)

    march.set_clock(now="2026-03-06T15:00:00Z", speed=5)
    wait_until(lambda: march.lead(lead["id"])["status"] == "DELIVERED")

    data = march.conversation(lead["key"])["data"]
    assert (waiting["lead"]["status"], waiting["lead"]["sent"], waiting["messages"]) == ("QUEUED", None, [])
    assert waiting["lead"]["created"].startswith("2026-03-06")
    assert data["messages"][0]["message"].startswith("Hi Ann, this is Northfield Learning.")
    assert data["messages"][0]["timestamp"] == data["lead"]["sent"]
    assert data["lead"]["sent"] < data["lead"]["result"]
    assert data["lead"]["conversationStarted"] is False


def test_nobody_can_answer_what_they_have_not_got(march: SandboxProcess) -> None:
    [lead] = wait_for_leads(march, 1)

    with pytest.raises(AssertionError, match="409"):
        march.say(lead["id"], "Hello?")


def test_only_active_lists_of_active_campaigns_are_sent(march: SandboxProcess) -> None:
    campaign, renewals = spring(march), march.campaign("Renewals May")
    for campaign_id, name in (
        (campaign["id"], "March sign-ups"),
        (campaign["id"], "Conference 2025 badge scans"),
        (renewals["id"], "Expiring May"),
    ):
        march.create_leads(5, campaign_id, {"timeZone": "America/New_York"}, list_name=name, sent=False)
    march.set_broadcast(600)

    march.set_clock(now="2026-03-06T15:00:00Z", speed=300)
    wait_until(lambda: len(sent(march.leads())) == 5)
    wait_until(lambda: is_past(march, "2026-03-06T15:03:00Z"))

    counts = {row["name"]: (row["sentLeads"], row["totalLeads"]) for row in march.lists()}
    assert counts["March sign-ups"] == (5, 5)
    assert counts["Conference 2025 badge scans"] == counts["Expiring May"] == (0, 5)
    assert {lead["status"] for lead in march.leads() if lead["campaign"] == "Renewals May"} == {"NEW"}


@pytest.mark.parametrize("what", ["campaign", "list"])
def test_pause_halts_the_sending_and_activation_resumes_it(march: SandboxProcess, what: str) -> None:
    campaign_id = spring(march)["id"]

    def switch(deed: str) -> None:
        if what == "list":
            change_list(march, deed)
        else:
            assert call(march, "POST", f"/campaigns/{campaign_id}/{deed}").ok

    wait_for_leads(march, 300, timeZone="America/New_York")
    march.set_broadcast(60)
    march.set_clock(now="2026-03-06T15:00:00Z", speed=20)
    wait_until(lambda: count_sent(march) > 3)

    switch("pause")
    paused_at = march.now()
    march.set_clock(now="2026-03-06T17:00:00Z")
    wait_until(lambda: is_past(march, "2026-03-06T17:00:20Z"))
    before = sent(march.leads())
    resumed_at = march.now()
    switch("activate")
    wait_until(lambda: count_sent(march) > len(before))

    assert max(lead["sent_at"] for lead in before) <= paused_at
    known = {lead["id"] for lead in before}
    assert min(lead["sent_at"] for lead in sent(march.leads()) if lead["id"] not in known) >= resumed_at


def test_new_messages_halt_the_sending_until_they_are_approved(march: SandboxProcess) -> None:
    wait_for_leads(march, 300, timeZone="America/New_York")
    march.set_broadcast(60)
    march.set_clock(now="2026-03-06T15:00:00Z", speed=20)
    wait_until(lambda: spring(march)["sendingStatus"] == "SENDING" and count_sent(march) > 3)

    answer = call(march, "POST", f"/campaigns/{spring(march)['id']}/messages", json={"outgoingMessage": "New"})
    halted = count_sent(march)
    march.set_clock(now="2026-03-06T17:00:00Z")
    wait_until(lambda: is_past(march, "2026-03-06T17:00:20Z"))

    assert (answer.json()["campaignStatus"], answer.json()["sendingStatus"]) == ("PENDING_APPROVAL", "IDLE")
    assert count_sent(march) == halted


def test_carriers_daily_limit_holds_until_midnight_in_new_york(march: SandboxProcess) -> None:
    for carrier in ("T-Mobile", "Verizon Wireless"):
        wait_for_leads(march, 12, timeZone="America/New_York", carrier=carrier)
    march.change_settings(
        spring(march)["id"],
        carrierDailyLimits=[{"carrier": "t-mobile", "limit": 5}],
        schedule=daily(480, 1260),
    )
    march.set_broadcast(6)

    march.set_clock(now="2026-03-06T15:00:00Z", speed=600)
    wait_until(lambda: spring(march)["sendingStatusDescription"])
    limited = spring(march)
    march.set_clock(now="2026-03-07T04:55:00Z")
    wait_until(lambda: is_past(march, "2026-03-07T05:05:00Z"))
    march.set_clock(now="2026-03-07T13:00:00Z")
    wait_until(lambda: len(sent(march.leads())) == 22)
    march.set_clock(now="2026-03-08T13:00:00Z")
    wait_until(lambda: len(sent(march.leads())) == 24)

    assert limited["sendingStatusDescription"] == "Daily limit reached: T-Mobile"
    assert limited["nextRunTime"] == "2026-03-07T13:00:00.000Z"
    by_day = Counter((lead["carrier"], local(lead).date().isoformat()) for lead in march.leads())
    assert by_day == {
        ("Verizon Wireless", "2026-03-06"): 12,
        ("T-Mobile", "2026-03-06"): 5,
        ("T-Mobile", "2026-03-07"): 5,
        ("T-Mobile", "2026-03-08"): 2,
    }


def test_whoever_has_opted_out_is_not_sent_to_by_any_campaign(march: SandboxProcess) -> None:
    [gone] = march.create_leads(1, march.campaign("Solar quotes NY")["id"], {"Phone": "7165550142"})
    march.say(gone["id"], "STOP")
    [lead] = wait_for_leads(march, 1, Phone="7165550142", timeZone="America/New_York")
    march.set_broadcast(600)

    march.set_clock(now="2026-03-06T15:00:00Z", speed=10)
    wait_until(lambda: march.lead(lead["id"])["status"] == "FAILED")

    assert march.lead(lead["id"])["status_message"] == "Recipient has opted out"
    assert march.messages(lead["id"]) == []


def test_some_texts_fail_and_some_are_tried_again() -> None:
    with SandboxProcess(now="2026-03-06T15:00:00Z", undeliverable=0.5, broadcast=60, speed=3000) as sandbox:
        leads = wait_for_leads(sandbox, 60, timeZone="America/New_York")
        retried = None

        def is_settled() -> bool:
            nonlocal retried
            now = sandbox.leads()
            retried = retried or next((lead for lead in now if lead["status_message"] == BUSY), None)
            return all(lead["status"] in ("DELIVERED", "FAILED") for lead in now)

        wait_until(is_settled, 30)
        settled = sandbox.leads()
        failed = next(lead for lead in settled if lead["status"] == "FAILED")
        told = sandbox.conversation(failed["key"])["data"]["lead"]

    statuses = Counter(lead["status"] for lead in settled)
    assert len(settled) == len(leads)
    assert 10 < statuses["FAILED"] < 35
    assert retried is not None
    assert retried["status"] == "QUEUED"
    assert told["statusMessage"]
    assert told["result"] is not None


def test_conversation_goes_on_after_the_broadcast(march: SandboxProcess) -> None:
    [lead] = wait_for_leads(march, 1, timeZone="America/New_York")
    march.set_broadcast(600)
    march.set_clock(now="2026-03-06T15:00:00Z", speed=10)
    wait_until(lambda: march.lead(lead["id"])["status"] == "DELIVERED")

    march.say(lead["id"], "Yes please")
    send(march, lead["key"], "See you there")

    directions = [message["direction"] for message in march.messages(lead["id"])]
    assert directions == ["OUTBOUND", "INBOUND", "OUTBOUND"]
