"""Rows of leads from what was said of them."""

from __future__ import annotations

from collections.abc import Iterable

from engage.api.wire import Lead as WireLead
from engage.mirror.lead_states import Meaning, meaning_of
from engage.mirror.merged import Merged
from engage.mirror.observations import clip
from engage.models import Lead
from engage.sms.blanks import clean
from engage.sms.names import find_name
from engage.sms.phones import consent_number
from engage.sms.searching import search_text

# Known words by how far a text has come; a word nobody documented stands before any final one (reading 15).
_STATUS_RANK = {"": 0, "NEW": 10, "PENDING": 10, "QUEUED": 10, "SENDING": 20, "SENT": 30}
_FINAL_RANK = {"FAILED": 60, "UNDELIVERED": 60, "REJECTED": 60, "DELIVERED": 70}
_UNKNOWN_RANK = 40


def furthest_status(words: Iterable[str]) -> str:
    """The status that no later or earlier one of these overwrites."""

    def rank(word: str) -> tuple[int, str]:
        known = _STATUS_RANK | _FINAL_RANK
        return (known.get(word.upper(), _UNKNOWN_RANK), word)

    return max(words, key=rank, default="")


def take_status(item: Merged) -> None:
    """What a GET shows replaces all that was said before; webhooks alone are told apart by how far the text has come.

    Fills `stops`: the statements that show anew that the lead wants no texts.
    """
    lead = item.lead
    shown = [observation for observation in item.observations if observation.is_read and observation.lead.status]
    for read in sorted(shown, key=lambda read: (read.seen_at, read.lead.status or "")):
        word = clip(read.lead.status, 100)
        if lead.status_read_at is not None and (read.seen_at, word) < (lead.status_read_at, lead.status):
            continue
        known = meaning_of(lead.status) if lead.status_read_at is not None else Meaning.ORDINARY
        meaning = meaning_of(word)
        if meaning is Meaning.STOPPED and known is not Meaning.STOPPED:
            item.stops.append(read)
        lead.status, lead.status_read_at = word, read.seen_at
    said = [observation for observation in item.observations if not observation.is_read and observation.lead.status]
    if lead.status_read_at is None:
        lead.status = furthest_status([lead.status, *(clip(heard.lead.status, 100) for heard in said)])
    if lead.status_read_at is None or meaning_of(lead.status) is not Meaning.STOPPED:
        # At once, as all that may be a stop; a GET will show it, or it counts no longer.
        item.stops += [heard for heard in said if meaning_of(heard.lead.status or "") is Meaning.STOPPED]


def fill_lead(row: Lead, said: WireLead) -> None:
    """Make the row say what the statement says, all but the status."""
    data = said.lead_data or {}
    row.name = clip(find_name(data), 300)
    row.phone = clip(said.phone, 40)
    row.search_text = clip(search_text(row.name, row.phone), 400)
    row.remote_list_id = clip(said.messaging_list_id, 200)
    row.from_number = clip(said.from_number, 40)
    row.number = clip(consent_number(row.phone, row.from_number), 40)
    row.time_zone = clip(clean(said.time_zone or ""), 100)
    row.state = clip(clean(said.state or ""), 100)
    row.zip = clip(clean(said.zip or ""), 40)
    row.lat, row.lon = said.lat, said.lon
    row.carrier = clip(clean(said.carrier or ""), 200)
    row.normalized_carrier = clip(clean(said.normalized_carrier or ""), 200)
    row.status_message = said.status_message or ""
    row.remote_created_at, row.sent_at, row.result_at = said.created, said.sent, said.result
    row.retry_after = clip(said.retry_after, 100)
    row.data = data
    row.unknown_fields = said.model_extra or {}
