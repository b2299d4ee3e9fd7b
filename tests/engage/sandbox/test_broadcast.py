"""A day of sending, in seconds. What is sent when is judged by the lead's own clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, time
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.engage.sandbox.calling import call, send
from tests.engage.sandbox.waiting import wait_until
from tests.sandbox_process import SandboxProcess

A_DAY_IN_FIVE_SECONDS = 17_280
ALL_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def daily(start: int, end: int) -> dict[str, Any]:
    return {day: [{"start": start, "end": end}] for day in ALL_WEEK}


def wait_for_leads(sandbox: SandboxProcess, count: int, **fields: Any) -> list[dict[str, Any]]:
    """New leads of the running list "March sign-ups", still to be sent to."""
    campaign_id = sandbox.campaign("Spring webinar")["id"]
    return sandbox.create_leads(count, campaign_id, fields, list_name="March sign-ups", sent=False)


def sent(leads: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [lead for lead in leads if lead["sent_at"]]


def local(lead: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(lead["sent_at"]).astimezone(ZoneInfo(lead["time_zone"]))


def is_past(sandbox: SandboxProcess, moment: str) -> bool:
    return sandbox.now() >= moment


def spring(sandbox: SandboxProcess) -> dict[str, Any]:
    return sandbox.campaign("Spring webinar")


def change_list(sandbox: SandboxProcess, deed: str, name: str = "March sign-ups") -> None:
    answer = call(sandbox, "POST", f"/campaigns/{spring(sandbox)['id']}/lists/{deed}", params={"listName": name})
    assert answer.ok


def test_everybody_is_sent_to_within_their_own_hours(march: SandboxProcess) -> None:
    zones = ("America/New_York", "America/Chicago", "America/Phoenix", "America/Los_Angeles", "Pacific/Honolulu")
    for zone in zones:
        wait_for_leads(march, 20, timeZone=zone)
    march.change_settings(spring(march)["id"], schedule=daily(540, 1020))
    march.set_broadcast(12)

    march.set_clock(now="2026-03-06T08:00:00Z", speed=A_DAY_IN_FIVE_SECONDS)
    wait_until(lambda: is_past(march, "2026-03-07T04:00:00Z"))

    reached = sent(march.leads())
    assert Counter(lead["time_zone"] for lead in reached) == dict.fromkeys(zones, 20)
    assert all(time(9) <= local(lead).time() < time(17) for lead in reached)
    # Nobody waits for another zone: each is served as soon as its own day begins.
    firsts = {zone: min(local(lead).time() for lead in reached if lead["time_zone"] == zone) for zone in zones}
    assert all(first < time(9, 15) for first in firsts.values()), firsts


def test_slots_lie_evenly_however_fast_the_clock_runs(march: SandboxProcess) -> None:
    wait_for_leads(march, 200, timeZone="America/New_York")
    march.set_broadcast(6)

    march.set_clock(now="2026-03-06T14:00:00Z", speed=3000)
    wait_until(lambda: len(sent(march.leads())) >= 150)

    moments = sorted(datetime.fromisoformat(lead["sent_at"]).timestamp() for lead in sent(march.leads()))
    gaps = {round(after - before) for before, after in pairwise(moments)}
    assert gaps == {10}


@pytest.mark.parametrize(
    ("night", "window", "first", "last", "open_minutes"),
    [
        # The clock goes from 1:59 to 3:00: one hour of the two is never reached.
        ("2026-03-08T04:00:00Z", (90, 210), "06:30", "07:29", 60),
        # It shows 1:00 to 1:59 twice: a window of one hour is open for two.
        ("2026-11-01T04:00:00Z", (60, 120), "05:00", "06:59", 120),
    ],
)
def test_days_on_which_the_clock_is_moved(
    march: SandboxProcess, night: str, window: tuple[int, int], first: str, last: str, open_minutes: int
) -> None:
    wait_for_leads(march, 300, timeZone="America/New_York")
    march.change_settings(spring(march)["id"], schedule=daily(*window))
    march.set_broadcast(2)

    march.set_clock(now=night, speed=15_000)
    wait_until(lambda: is_past(march, night.replace("T04", "T10")))

    moments = sorted(lead["sent_at"] for lead in sent(march.leads()))
    assert (moments[0][:16], moments[-1][:16]) == (f"{night[:10]}T{first}", f"{night[:10]}T{last}")
    assert len(moments) == 2 * open_minutes


def test_unknown_zone_waits_until_the_whole_country_may_be_texted(march: SandboxProcess) -> None:
    wait_for_leads(march, 5, timeZone=None)
    march.change_settings(spring(march)["id"], schedule=daily(480, 1260))
    march.set_broadcast(12)

    march.set_clock(now="2026-03-06T12:00:00Z", speed=A_DAY_IN_FIVE_SECONDS)
    wait_until(lambda: len(sent(march.leads())) == 5)

    # Eight o'clock in Honolulu.
    assert min(lead["sent_at"] for lead in march.leads())[:15] == "2026-03-06T18:0"


def test_exceptions_close_a_day(march: SandboxProcess) -> None:
    wait_for_leads(march, 3, timeZone="America/New_York")
    schedule = {**daily(600, 660), "exceptions": [{"date": "2026-03-06", "windows": []}]}
    march.change_settings(spring(march)["id"], schedule=schedule)
    march.set_broadcast(12)

    march.set_clock(now="2026-03-06T14:50:00Z", speed=A_DAY_IN_FIVE_SECONDS)
    wait_until(lambda: is_past(march, "2026-03-06T17:00:00Z"))
    on_the_exception = sent(march.leads())
    march.set_clock(now="2026-03-07T14:50:00Z")
    wait_until(lambda: len(sent(march.leads())) == 3)

    assert on_the_exception == []
    assert {local(lead).strftime("%a %H") for lead in march.leads()} == {"Sat 10"}


def test_what_is_closed_says_when_it_goes_on(march: SandboxProcess) -> None:
    wait_for_leads(march, 3, timeZone="America/Chicago")
    march.change_settings(spring(march)["id"], schedule=daily(600, 1260))

    march.set_clock(now="2026-03-06T14:00:00Z")
    march.set_broadcast(1)
    wait_until(lambda: spring(march)["nextRunTime"])
    idle = spring(march)
    march.set_clock(now="2026-03-06T16:00:00Z")
    wait_until(lambda: spring(march)["sendingStatus"] == "SENDING")
    sending = spring(march)

    assert (idle["sendingStatus"], idle["sendingStatusDescription"]) == ("IDLE", "Outside the sending hours")
    assert idle["nextRunTime"] == "2026-03-06T16:00:00.000Z"
    assert (sending["nextRunTime"], sending["sendingStatusDescription"]) == (None, None)
    assert sending["updated"] > idle["updated"]


def test_sending_ends_with_the_last_lead(march: SandboxProcess) -> None:
    wait_for_leads(march, 3, timeZone="America/New_York")
    march.set_broadcast(600)

    march.set_clock(now="2026-03-06T15:00:00Z", speed=10)
    wait_until(lambda: spring(march)["sendingStatusDescription"])

    assert spring(march)["sendingStatus"] == "IDLE"
    assert spring(march)["sendingStatusDescription"] == "Every lead of the active lists has been sent to"
    assert spring(march)["nextRunTime"] is None
    assert len(sent(march.leads())) == 3


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

    wait_for_leads(march, 400, timeZone="America/New_York")
    march.set_broadcast(60)
    march.set_clock(now="2026-03-06T15:00:00Z", speed=60)
    wait_until(lambda: len(sent(march.leads())) > 10)

    switch("pause")
    paused_at = march.now()
    march.set_clock(now="2026-03-06T17:00:00Z")
    wait_until(lambda: is_past(march, "2026-03-06T17:01:00Z"))
    before = sent(march.leads())
    resumed_at = march.now()
    switch("activate")
    wait_until(lambda: len(sent(march.leads())) > len(before))

    assert max(lead["sent_at"] for lead in before) <= paused_at
    known = {lead["id"] for lead in before}
    assert min(lead["sent_at"] for lead in sent(march.leads()) if lead["id"] not in known) >= resumed_at


def test_new_messages_halt_the_sending_until_they_are_approved(march: SandboxProcess) -> None:
    wait_for_leads(march, 400, timeZone="America/New_York")
    march.set_broadcast(60)
    march.set_clock(now="2026-03-06T15:00:00Z", speed=60)
    wait_until(lambda: spring(march)["sendingStatus"] == "SENDING" and len(sent(march.leads())) > 5)

    answer = call(march, "POST", f"/campaigns/{spring(march)['id']}/messages", json={"outgoingMessage": "New"})
    halted = len(sent(march.leads()))
    march.set_clock(now="2026-03-06T17:00:00Z")
    wait_until(lambda: is_past(march, "2026-03-06T17:01:00Z"))

    assert (answer.json()["campaignStatus"], answer.json()["sendingStatus"]) == ("PENDING_APPROVAL", "IDLE")
    assert len(sent(march.leads())) == halted


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


BUSY = "Carrier is busy, will be tried again"


def test_conversation_goes_on_after_the_broadcast(march: SandboxProcess) -> None:
    [lead] = wait_for_leads(march, 1, timeZone="America/New_York")
    march.set_broadcast(600)
    march.set_clock(now="2026-03-06T15:00:00Z", speed=10)
    wait_until(lambda: march.lead(lead["id"])["status"] == "DELIVERED")

    march.say(lead["id"], "Yes please")
    send(march, lead["key"], "See you there")

    directions = [message["direction"] for message in march.messages(lead["id"])]
    assert directions == ["OUTBOUND", "INBOUND", "OUTBOUND"]
