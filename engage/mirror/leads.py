"""Rows of leads from what was said of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from engage.api.wire import Lead as WireLead
from engage.mirror.lead_states import Meaning, meaning_of
from engage.mirror.merged import Merged
from engage.mirror.observations import ConversationObservation, clip
from engage.mirror.parts import Parts
from engage.models import Lead
from engage.sms.blanks import clean
from engage.sms.names import find_name
from engage.sms.phones import consent_number
from engage.sms.searching import search_text

# Known words by how far a text has come; a word nobody documented stands before any final one (reading 15).
_STATUS_RANK = {"": 0, "NEW": 10, "PENDING": 10, "QUEUED": 10, "SENDING": 20, "SENT": 30}
_FINAL_RANK = {"FAILED": 60, "UNDELIVERED": 60, "REJECTED": 60, "DELIVERED": 70}
_UNKNOWN_RANK = 40


def _text(length: int) -> Callable[[object], str]:
    return lambda value: clip(value, length)


def _cleaned(length: int) -> Callable[[str | None], str]:
    return lambda value: clip(clean(value or ""), length)


def _as_it_is(value: Any) -> Any:
    return value


# Of a lead: the field, its column, and how it is written there.
_FIELDS: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
    ("phone", "phone", _text(40)),
    ("messaging_list_id", "remote_list_id", _text(200)),
    ("from_number", "from_number", _text(40)),
    ("time_zone", "time_zone", _cleaned(100)),
    ("state", "state", _cleaned(100)),
    ("zip", "zip", _cleaned(40)),
    ("carrier", "carrier", _cleaned(200)),
    ("normalized_carrier", "normalized_carrier", _cleaned(200)),
    ("lat", "lat", _as_it_is),
    ("lon", "lon", _as_it_is),
    ("status_message", "status_message", lambda value: value or ""),
    ("created", "remote_created_at", _as_it_is),
    ("sent", "sent_at", _as_it_is),
    ("result", "result_at", _as_it_is),
    ("retry_after", "retry_after", _text(100)),
)
_COLUMNS = frozenset(column for _, column, _ in _FIELDS)
_KEPT = ("phone", "from_number")


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


def take_lead(row: Lead, newest: str, observations: Sequence[ConversationObservation], limit: str) -> None:
    """Of each part but the status what the newest statement says that names it.

    `newest`: the version of the newest statement taken before; no version beyond `limit` stands.
    """
    parts = Parts.read(_parts_of(row), row.named_versions, newest, limit)
    for observation in sorted(observations, key=lambda observation: observation.version):
        parts.take(observation.version, _told(observation.lead))
        if observation.is_read and observation.lead.lead_data:
            # What Engage shows of what was loaded is all of it.
            parts.take_away("data", observation.version)
    row.named_versions = parts.named | dict.fromkeys(_COLUMNS - parts.said.keys(), "")
    if not parts.has_news:
        return
    row.data, row.unknown_fields = {}, {}
    for path, value in parts.said.items():
        column, dot, name = path.partition(".")
        if dot:
            getattr(row, column)[name] = value
        else:
            setattr(row, column, value)
    row.name = clip(find_name(row.data), 300)
    row.search_text = clip(search_text(row.name, row.phone), 400)
    row.number = clip(consent_number(row.phone, row.from_number), 40)


def _parts_of(row: Lead) -> dict[str, Any]:
    """What is held of it. Columns that nobody ever named are marked by a version of nothing."""
    if row._state.adding:
        return {}
    said = {column: getattr(row, column) for column in _COLUMNS if row.named_versions.get(column) != ""}
    said |= {f"data.{name}": value for name, value in row.data.items()}
    return said | {f"unknown_fields.{name}": value for name, value in row.unknown_fields.items()}


def _told(said: WireLead) -> dict[str, Any]:
    """By column, and what was loaded, or is not documented, name by name."""
    named = said.model_fields_set
    told = {column: read(getattr(said, name)) for name, column, read in _FIELDS if name in named}
    for column in _KEPT:
        # Consent is kept by them: no number is no other number.
        if not told.get(column):
            told.pop(column, None)
    told |= {f"data.{name}": value for name, value in (said.lead_data or {}).items()}
    return told | {f"unknown_fields.{name}": value for name, value in (said.model_extra or {}).items()}
