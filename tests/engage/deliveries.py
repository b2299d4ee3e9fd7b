"""Webhook bodies for tests, built on the vendor's sample, and the ledger rows that hold them."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engage.models import Delivery, Workspace
from engage.vault import Secret

SAMPLE_BYTES = (Path(__file__).parent.parent / "payloads" / "conversation_started.json").read_bytes()
SAMPLE: dict[str, Any] = json.loads(SAMPLE_BYTES)
STARTED = datetime(2025, 3, 4, 11, 30, tzinfo=UTC)


def make_workspace(*, token: str = "token-of-the-workspace", name: str = "Acme") -> Workspace:
    workspace = Workspace(name=name, org_id=1, workspace_id=14)
    workspace.api_key = Secret("api-key")
    workspace.webhook_token = Secret(token)
    workspace.save()
    return workspace


def stamp(minutes: float) -> str:
    """An instant that many minutes into the story, as the platform writes it."""
    return (STARTED + timedelta(minutes=minutes)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def message(number: int, minutes: float, text: str, *, direction: str = "INBOUND") -> dict[str, Any]:
    sender = "+15555551212" if direction == "INBOUND" else "+17165127760"
    return {
        "id": f"{number:024x}",
        "sender": sender,
        "direction": direction,
        "timestamp": stamp(minutes),
        "message": text,
    }


def body(
    event_type: str | None = "NewMessage",
    *,
    lead_id: str = "67c6e4ee56677e0be32346f9",
    phone: str = "+15555551212",
    messages: list[dict[str, Any]] | None = None,
    key: str | None = None,
    **lead: Any,
) -> dict[str, Any]:
    """The sample with another event, lead and messages."""
    payload = deepcopy(SAMPLE)
    payload["eventType"] = event_type
    payload["data"]["lead"].update({"id": lead_id, "phone": phone, **lead})
    if messages is not None:
        payload["data"]["messages"] = messages
    for name, url in payload["endpoints"].items():
        payload["endpoints"][name] = url.replace("YOUR_KEY_HERE", key or f"key-of-{lead_id}")
    return payload


def deliver(workspace: Workspace, payload: dict[str, Any] | bytes, *, event_type: str = "") -> Delivery:
    """A row of the ledger, as the webhook view leaves it."""
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Delivery.objects.create(workspace=workspace, body=raw, event_type=event_type)
