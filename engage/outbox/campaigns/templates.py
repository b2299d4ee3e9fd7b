"""Updating a campaign's messages: like a reply, never repeated by a machine, and compared text by text."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime

from engage.api import wire
from engage.models import Attempt, Campaign, Command
from engage.models.status_words import Meaning, meaning_of
from engage.outbox.attempts import may_have_arrived
from engage.outbox.refusals import TemplateChanged
from engage.outbox.transitions import State, fail, move

ALREADY_THERE = "Engage had these texts already."
WITH_ENGAGE = "With Engage for approval."
ALREADY_ASKED = "It is no draft any more."
OLD_TEXT = "Engage still shows the text from before."
STILL_A_DRAFT = "Engage still shows it as a draft."
ANOTHER_TEXT = "Engage shows another text. Somebody else may have changed it."


def is_same(one: str, other: str) -> bool:
    """But for what a form or a platform does to any text: line ends, spaces around it, spelling of characters."""
    return _fold(one) == _fold(other)


def has_texts(said: wire.Campaign, texts: Mapping[str, str]) -> bool:
    shown = (said.messages or wire.CampaignMessages()).model_dump(by_alias=True)
    return all(is_same(str(shown.get(name) or ""), text) for name, text in texts.items())


def asks_for_approval(command: Command) -> bool:
    """Of texts that are there: an update with nothing but blanks, which leaves every one of them as it is."""
    return bool(command.details.get("for_approval"))


def old_words(command: Command) -> str:
    return STILL_A_DRAFT if asks_for_approval(command) else OLD_TEXT


def settle_before(command: Command, said: wire.Campaign) -> bool:
    """Right before a POST: is it there already, or is it not the text any more that the edit was written against?"""
    if asks_for_approval(command):
        if not _is_draft(said):
            return move(command, State.CONFIRMED, reason="" if may_have_arrived(command) else ALREADY_ASKED)
    elif has_texts(said, command.details["messages"]):
        return move(command, State.CONFIRMED, reason="" if may_have_arrived(command) else ALREADY_THERE)
    if not has_texts(said, command.details["base"]):
        return fail(command, State.CANCELLED, TemplateChanged.message)
    return False


def baseline(command: Command, campaign: Campaign) -> dict[str, object]:
    """What shows, should it be another one after the POST, that the platform took the texts."""
    if command.kind != Command.Kind.MESSAGES:
        return {}
    document = campaign.document
    return {"ticket": document.get("zendeskApprovalTicketId") or "", "updated": document.get("updated") or ""}


def find_verdict(command: Command, said: wire.Campaign, last: Attempt | None) -> tuple[State, str] | None:
    """What a complete look after the POST settles; None while the text from before is there, and nothing else tells.

    `last`: the try it follows.
    """
    if asks_for_approval(command):
        is_taken = last is not None and _was_taken(last) and _is_with_engage(said, last.baseline)
        return (State.CONFIRMED, WITH_ENGAGE) if is_taken or not _is_draft(said) else None
    if has_texts(said, command.details["messages"]):
        return State.CONFIRMED, ""
    if not has_texts(said, command.details["base"]):
        return State.UNCONFIRMED, ANOTHER_TEXT
    if last is not None and _was_taken(last) and _is_with_engage(said, last.baseline):
        return State.CONFIRMED, WITH_ENGAGE
    return None


def _is_draft(said: wire.Campaign) -> bool:
    return meaning_of(said.campaign_status or "") is Meaning.DRAFT


def _was_taken(last: Attempt) -> bool:
    """Answered with a whole 2xx, whatever was in it."""
    return last.outcome == Attempt.Outcome.SENT or 200 <= (last.http_status or 0) < 300


def _is_with_engage(said: wire.Campaign, before: Mapping[str, Any]) -> bool:
    """Some platforms show new texts once they are approved; that they have them, other things tell."""
    was_updated = parse_datetime(str(before.get("updated") or ""))
    is_later = said.updated is not None and was_updated is not None and said.updated > was_updated
    is_new_ticket = bool(said.zendesk_approval_ticket_id) and said.zendesk_approval_ticket_id != before.get("ticket")
    return is_later or is_new_ticket or meaning_of(said.campaign_status or "") is Meaning.PENDING


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
