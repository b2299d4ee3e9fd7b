"""Rows of leads from what was said of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engage.api.wire import Lead as WireLead
from engage.mirror.observations import clip
from engage.models import Lead
from engage.sms.phones import digits

# Known words by how far a text has come; a word nobody documented stands before any final one (reading 15).
_STATUS_RANK = {"": 0, "NEW": 10, "PENDING": 10, "QUEUED": 10, "SENDING": 20, "SENT": 30}
_FINAL_RANK = {"FAILED": 60, "UNDELIVERED": 60, "REJECTED": 60, "DELIVERED": 70}
_UNKNOWN_RANK = 40

_FIRST_NAMES = ("firstname", "first_name", "first name", "first")
_LAST_NAMES = ("lastname", "last_name", "last name", "last")
_FULL_NAMES = ("name", "fullname", "full_name", "full name")


def furthest_status(words: Iterable[str]) -> str:
    """The status that no later or earlier one of these overwrites."""

    def rank(word: str) -> tuple[int, str]:
        known = _STATUS_RANK | _FINAL_RANK
        return (known.get(word.upper(), _UNKNOWN_RANK), word)

    return max(words, key=rank, default="")


def find_name(data: dict[str, Any]) -> str:
    """A person's name among the loaded columns, which are named as the loader pleased."""
    columns = {str(name).strip().lower(): str(value).strip() for name, value in data.items() if value is not None}

    def first_of(names: tuple[str, ...]) -> str:
        return next((columns[name] for name in names if columns.get(name)), "")

    return " ".join(part for part in (first_of(_FIRST_NAMES), first_of(_LAST_NAMES)) if part) or first_of(_FULL_NAMES)


def fill_lead(row: Lead, said: WireLead) -> None:
    """Make the row say what the statement says, all but the status."""
    data = said.lead_data or {}
    row.name = clip(find_name(data), 300)
    row.phone = clip(said.phone, 40)
    row.search_text = clip(f"{row.name.casefold()} {digits(row.phone)}".strip(), 400)
    row.remote_list_id = clip(said.messaging_list_id, 200)
    row.from_number = clip(said.from_number, 40)
    row.time_zone = clip(said.time_zone, 100)
    row.state = clip(said.state, 100)
    row.zip = clip(said.zip, 40)
    row.lat, row.lon = said.lat, said.lon
    row.carrier = clip(said.carrier, 200).strip()
    row.normalized_carrier = clip(said.normalized_carrier, 200).strip()
    row.status_message = said.status_message or ""
    row.remote_created_at, row.sent_at, row.result_at = said.created, said.sent, said.result
    row.retry_after = clip(said.retry_after, 100)
    row.data = data
    row.unknown_fields = said.model_extra or {}
