"""E: details of messages, and facts that no guide has."""

from __future__ import annotations

from typing import Any

from engage.sandbox.dialects.catalogue import Part, Phase, Said, dialect
from engage.sandbox.dialects.scalars import number_of

PICTURE = "📷"
_CONVERSATION = Part.CONVERSATION


@dialect("new-message-without-time", "E1", "a NewMessage has no timestamp", _CONVERSATION)
def _leave_out_time(said: Said) -> None:
    if said.event == "NewMessage":
        _leave_out(said, "timestamp")


@dialect("new-message-without-id", "E2", "a NewMessage has no id; a GET names it", _CONVERSATION, aspect="message ids")
def _leave_out_id(said: Said) -> None:
    if said.event == "NewMessage":
        _leave_out(said, "id")


@dialect("messages-without-id", "E2", "no message has an id", _CONVERSATION, aspect="message ids")
def _leave_out_every_id(said: Said) -> None:
    _leave_out(said, "id")


@dialect("message-ids-numeric", "E2", "the id of a message is a number", _CONVERSATION, aspect="message ids")
def _number_messages(said: Said) -> None:
    for message in said.data["messages"]:
        message["id"] = number_of(message["id"])


def _leave_out(said: Said, name: str) -> None:
    for message in said.data["messages"]:
        message.pop(name)


@dialect("pictures", "E3", f"a lead's text that begins with {PICTURE} is a picture: no text, unknown fields",
         _CONVERSATION)  # fmt: skip
def _show_pictures(said: Said) -> None:
    for message in said.data["messages"]:
        if message["direction"] == "INBOUND" and message["message"].startswith(PICTURE):
            media = [{"contentType": "image/jpeg", "url": "https://media.example/picture.jpg"}]
            message |= {"message": "", "media": media}


@dialect("undocumented-fields", "E4", "every object has fields that no guide names", Part.CONVERSATION, Part.CAMPAIGN,
         Part.LEAD_LIST, phase=Phase.EXTRAS)  # fmt: skip
def _add_fields(said: Said) -> None:
    said.document = _with_fields(said.document)


def _with_fields(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_fields(item) for item in value]
    if not isinstance(value, dict):
        return value
    # leadData holds whatever was loaded: another field there would be another fact of the lead.
    known = {name: inner if name == "leadData" else _with_fields(inner) for name, inner in value.items()}
    return known | {"sentiment": "neutral", "tags": ["vip", None], "routing": {"queue": 7}}


def _declare_identity(name: str, field: str) -> None:
    # Never mixed: what belongs to another account may not be shown at all.
    @dialect(name, "E5", f"{field} is another one than the account was told", Part.CONVERSATION, Part.CAMPAIGN,
             Part.LEAD_LIST, is_mixable=False)  # fmt: skip
    def _differ(said: Said) -> None:
        holder = said.data["lead"] if said.part == Part.CONVERSATION else said.document
        holder[field] += 1000


_declare_identity("other-org", "orgId")
_declare_identity("other-workspace", "workspaceId")
