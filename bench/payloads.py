"""Webhook bodies as the vendor's guide shows them, of leads that are numbered."""

from __future__ import annotations

import json
from typing import Any

from tests.engage.deliveries import SAMPLE_BYTES, body, message

__all__ = ["SAMPLE_BYTES", "lead_id", "new_message", "started"]

HEADERS = {"Content-Type": "application/json", "x-event-origin": "purecallerid.app"}
# Ours and theirs by turns; the last word is ours.
_DIRECTIONS = ("OUTBOUND", "INBOUND", "OUTBOUND", "INBOUND", "OUTBOUND", "INBOUND", "INBOUND", "OUTBOUND")
_FIRST_NEW_MESSAGE = 10**12


def lead_id(lead: int) -> str:
    return f"{lead:024x}"


def started(lead: int, *, at: float = 0, messages: int = 2) -> bytes:
    """The exchange with a lead so far, up to eight texts; two: the broadcast and the first answer. `at`: minutes."""
    said = [
        message(
            number, at + number, f"Text {number} of an exchange about the offer, with lead {lead}.", direction=direction
        )
        for number, direction in enumerate(_DIRECTIONS[:messages])
    ]
    return _encode("ConversationStarted", lead, said)


def new_message(lead: int, number: int, text: str) -> bytes:
    """A further text of the lead; a greater number is a later one."""
    return _encode("NewMessage", lead, [message(_FIRST_NEW_MESSAGE + number, 1000 + number, text)])


def _encode(event_type: str, lead: int, messages: list[dict[str, Any]]) -> bytes:
    payload = body(event_type, lead_id=lead_id(lead), phone=f"+1{2_000_000_000 + lead}", messages=messages)
    return json.dumps(payload, ensure_ascii=False).encode()
