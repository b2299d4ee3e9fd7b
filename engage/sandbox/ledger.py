"""What took effect, whatever the caller was told: the truth that tests compare with."""

from __future__ import annotations

from typing import Any

from engage.sandbox import stamps
from engage.sandbox.models import LedgerEntry


def record(call: str, *, lead_id: str = "", campaign_id: str = "", text: str = "", is_accepted: bool = True) -> None:
    """Call inside the transaction of what it records."""
    LedgerEntry.objects.create(
        at=stamps.now(), call=call, lead_id=lead_id, campaign_id=campaign_id, text=text, is_accepted=is_accepted
    )


def entries(after: int) -> list[dict[str, Any]]:
    return [_as_json(entry) for entry in LedgerEntry.objects.filter(n__gt=after).order_by("n")]


def _as_json(entry: LedgerEntry) -> dict[str, Any]:
    about = {"lead_id": entry.lead_id} if entry.lead_id else {"campaign_id": entry.campaign_id}
    fate: dict[str, Any] = {"accepted": True} if entry.is_accepted else {"accepted": False, "dropped": True}
    return {"n": entry.n, "at": stamps.iso(entry.at), "call": entry.call, **about, "text": entry.text, **fate}
