"""A: consent, told in other ways."""

from __future__ import annotations

from typing import Any

from engage.sandbox.dialects.catalogue import Json, Part, Said, dialect
from engage.sandbox.models import Message

STOP, START = "STOP", "START"
_CONVERSATION = Part.CONVERSATION


@dialect("keywords-hidden", "A1", "STOP and START stand in no thread; OptOut and OptIn tell of them", _CONVERSATION,
         aspect="keywords")  # fmt: skip
def _hide_keywords(said: Said) -> None:
    _hide(said.data, STOP, START)


@dialect("keywords-only-in-events", "A1", "STOP and START stand in their events and in no GET", _CONVERSATION,
         aspect="keywords")  # fmt: skip
def _hide_keywords_in_answers(said: Said) -> None:
    if said.event not in ("OptOut", "OptIn"):
        _hide(said.data, STOP, START)


@dialect("start-hidden", "A6", "OptIn is told, and START stands in no thread", _CONVERSATION, aspect="keywords")
def _hide_start(said: Said) -> None:
    _hide(said.data, START)


@dialect("stop-as-message", "A1", "STOP and START are told as NewMessage, without OptOut and OptIn", _CONVERSATION,
         aspect="keywords")  # fmt: skip
def _tell_keywords_as_messages(said: Said) -> None:
    if said.event in ("OptOut", "OptIn"):
        said.event = said.document["eventType"] = "NewMessage"
        said.data["messages"] = [message for message in said.data["messages"] if message["direction"] == "INBOUND"][-1:]


# Never mixed: only who asks again hears of it, and a test of the mixture waits for what is told.
@dialect("stop-only-in-status", "A3", "STOP and START are told by lead.status alone: in no thread and by no event",
         _CONVERSATION, aspect="keywords", is_mixable=False)  # fmt: skip
def _tell_keywords_by_status(said: Said) -> None:
    said.is_told = said.event not in ("OptOut", "OptIn")
    _hide(said.data, STOP, START)
    if said.lead is not None and said.lead.is_opted_out:
        said.data["lead"]["status"] = "OPTED_OUT"


def _hide(data: Json, *words: str) -> None:
    data["messages"] = [message for message in data["messages"] if not _is_keyword(message, words)]


def _is_keyword(message: Json, words: tuple[str, ...]) -> bool:
    return message["direction"] == "INBOUND" and message["message"].strip().upper() in words


def _declare_status(name: str, word: str) -> None:
    @dialect(name, "A3", f"lead.status of whoever opted out is {word}", _CONVERSATION, aspect="opted-out status")
    def _say_in_status(said: Said) -> None:
        if said.lead is not None and said.lead.is_opted_out:
            said.data["lead"]["status"] = word


for _name, _word in {
    "status-opted-out": "OPTED_OUT",
    "status-stopped": "STOPPED",
    "status-unsubscribed": "UNSUBSCRIBED",
    "status-blocked": "BLOCKED",
    "status-dnc": "DNC",
}.items():
    _declare_status(_name, _word)


@dialect("dispositions-by-id", "A4", "lead.disposition is the id of the disposition", _CONVERSATION,
         aspect="disposition")  # fmt: skip
def _name_by_id(said: Said) -> None:
    ids = {entry["disposition"]: entry["id"] for entry in said.data["dispositions"]}
    lead = said.data["lead"]
    lead["disposition"] = ids.get(lead["disposition"], lead["disposition"])


@dialect("dispositions-in-lower-case", "A4", "lead.disposition is written in lower case", _CONVERSATION,
         aspect="disposition")  # fmt: skip
def _name_in_lower_case(said: Said) -> None:
    lead = said.data["lead"]
    lead["disposition"] = lead["disposition"] and lead["disposition"].lower()


@dialect("dispositions-in-data", "A4", "a Disposition event names the choice in data.disposition, not in the lead",
         _CONVERSATION, aspect="disposition")  # fmt: skip
def _name_in_data(said: Said) -> None:
    if said.event == "Disposition":
        lead = said.data["lead"]
        said.data["disposition"] = lead["disposition"]
        lead["disposition"] = lead["dispositionTimestamp"] = None


@dialect("start-reopens", "A8", "START by the lead takes back the disposition that an agent chose", _CONVERSATION)
def _reopen_by_start(said: Said) -> None:
    if said.lead is None or said.lead.disposition_at is None:
        return
    later = Message.objects.filter(lead=said.lead, direction="INBOUND", at__gt=said.lead.disposition_at)
    if any(text.strip().upper() == START for text in later.values_list("text", flat=True)):
        said.data["lead"]["disposition"] = said.data["lead"]["dispositionTimestamp"] = None


def _national(phone: str) -> str:
    return phone.removeprefix("+1")


def _pretty(phone: str) -> str:
    digits = _national(phone)
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if len(digits) == 10 and digits.isdecimal() else phone


def _write_phones(said: Said, write: Any) -> None:
    lead = said.data["lead"]
    for name in ("phone", "fromNumber"):
        lead[name] = write(lead[name])
    for message in said.data["messages"]:
        message["sender"] = write(message["sender"])


@dialect("phones-national", "A5", "numbers are written as 5555551212", _CONVERSATION, aspect="phones")
def _write_nationally(said: Said) -> None:
    _write_phones(said, _national)


@dialect("phones-with-brackets", "A5", "numbers are written as (555) 555-1212", _CONVERSATION, aspect="phones")
def _write_with_brackets(said: Said) -> None:
    _write_phones(said, _pretty)


@dialect("phones-both-ways", "A5", "numbers are (555) 555-1212 in events and +15555551212 in answers", _CONVERSATION,
         aspect="phones")  # fmt: skip
def _write_both_ways(said: Said) -> None:
    if said.event:
        _write_phones(said, _pretty)
