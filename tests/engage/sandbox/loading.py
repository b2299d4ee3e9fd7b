"""Files of leads, as a client of the platform would load them."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import requests

from tests.engage.sandbox.calling import call
from tests.engage.sandbox.receiver import Receiver
from tests.engage.sandbox.waiting import wait_until
from tests.sandbox_process import SandboxProcess

COLUMNS = ("Phone", "FirstName", "LastName", "City")


def as_csv(rows: list[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def load(
    sandbox: SandboxProcess,
    content: bytes,
    *,
    campaign_id: str | None = None,
    file_name: str = "May leads.csv",
    form: dict[str, str] | None = None,
    **request: Any,
) -> requests.Response:
    """Four columns, of which the first is the phone, unless the request says otherwise."""
    wanted = {
        "deDupe": True,
        "firstRowHeaders": False,
        "webhookUrl": None,
        "mappedCols": [{"columnIndex": index, "columnId": name} for index, name in enumerate(COLUMNS)],
    }
    return call(
        sandbox,
        "POST",
        "/list/load",
        headers={"X-API-KEY": sandbox.api_key},
        data={
            "campaignId": campaign_id or sandbox.campaign("Spring webinar")["id"],
            "processRequest": json.dumps(wanted | request),
            **(form or {}),
        },
        files={"file": (file_name, content, "text/csv")},
    )


def result_of(receiver: Receiver) -> dict[str, Any]:
    wait_until(lambda: "ListLoad" in receiver.kinds())
    return next(event.body for event in receiver.events if event.kind == "ListLoad")


def list_called(sandbox: SandboxProcess, name: str) -> dict[str, Any]:
    return next(row for row in sandbox.lists() if row["name"] == name)
