"""A day of sending, in seconds. What is sent when is judged by the lead's own clock."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time
from itertools import pairwise

import pytest

from tests.engage.sandbox.broadcasting import (
    A_DAY_IN_FIVE_SECONDS,
    count_sent,
    daily,
    is_past,
    local,
    sent,
    spring,
    wait_for_leads,
)
from tests.engage.sandbox.waiting import wait_until
from tests.sandbox_process import SandboxProcess


def test_everybody_is_sent_to_within_their_own_hours(march: SandboxProcess) -> None:
    zones = ("America/New_York", "America/Chicago", "America/Phoenix", "America/Los_Angeles", "Pacific/Honolulu")
    for zone in zones:
        wait_for_leads(march, 20, timeZone=zone)
    march.change_settings(spring(march)["id"], schedule=daily(540, 1020))
    march.set_broadcast(12)

    march.set_clock(now="2026-03-06T08:00:00Z", speed=A_DAY_IN_FIVE_SECONDS)
    wait_until(lambda: len(sent(march.leads())) == 100)

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
    wait_until(lambda: count_sent(march) >= 150)

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
    wait_until(lambda: count_sent(march) >= 2 * open_minutes)
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
