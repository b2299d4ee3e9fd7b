"""Updating a campaign's messages: like a reply, never repeated by a machine, and compared text by text."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from engage.api import wire
from engage.models import Command
from engage.outbox.attempts import may_have_arrived
from engage.outbox.refusals import TemplateChanged
from engage.outbox.transitions import State, fail, move

ALREADY_THERE = "Engage had these texts already."
ANOTHER_TEXT = "Engage shows another text. Somebody else may have changed it."


def is_same(one: str, other: str) -> bool:
    """But for what a form or a platform does to any text: line ends, spaces around it, spelling of characters."""
    return _fold(one) == _fold(other)


def has_texts(said: wire.Campaign, texts: Mapping[str, str]) -> bool:
    shown = (said.messages or wire.CampaignMessages()).model_dump(by_alias=True)
    return all(is_same(str(shown.get(name) or ""), text) for name, text in texts.items())


def settle_before(command: Command, said: wire.Campaign) -> bool:
    """Right before a POST: is it there already, or is it not the text any more that the edit was written against?"""
    if has_texts(said, command.details["messages"]):
        return move(command, State.CONFIRMED, reason="" if may_have_arrived(command) else ALREADY_THERE)
    if not has_texts(said, command.details["base"]):
        return fail(command, State.CANCELLED, TemplateChanged.message)
    return False


def find_verdict(command: Command, said: wire.Campaign) -> tuple[State, str] | None:
    """What a complete look after the POST settles; None while the text from before is there."""
    if has_texts(said, command.details["messages"]):
        return State.CONFIRMED, ""
    if not has_texts(said, command.details["base"]):
        return State.UNCONFIRMED, ANOTHER_TEXT
    return None


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
