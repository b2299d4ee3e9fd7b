"""Leads that wait for the broadcast, and when they got it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.engage.sandbox.calling import call
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


def count_sent(sandbox: SandboxProcess) -> int:
    return sum(row["sentLeads"] for row in sandbox.lists())


def local(lead: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(lead["sent_at"]).astimezone(ZoneInfo(lead["time_zone"]))


def is_past(sandbox: SandboxProcess, moment: str) -> bool:
    return sandbox.now() >= moment


def spring(sandbox: SandboxProcess) -> dict[str, Any]:
    return sandbox.campaign("Spring webinar")


def change_list(sandbox: SandboxProcess, deed: str, name: str = "March sign-ups") -> None:
    answer = call(sandbox, "POST", f"/campaigns/{spring(sandbox)['id']}/lists/{deed}", params={"listName": name})
    assert answer.ok
