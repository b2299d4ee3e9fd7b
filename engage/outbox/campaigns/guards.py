"""What must hold for a command to a campaign to leave. Asked at the click and again right before the first byte."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engage.models import Campaign, Command, ListLoad
from engage.models.status_words import is_not_approved
from engage.outbox.campaigns.templates import asks_for_approval, is_same
from engage.outbox.refusals import (
    BadListName,
    BlankTemplate,
    NoDraft,
    NoPhone,
    NotApproved,
    NothingToChange,
    NothingToLoad,
    TemplateChanged,
    UnknownTemplate,
)

TEMPLATES = ("outgoingMessage", "responseMessage", "helpMessage", "stopMessage", "startMessage")
FIRST = TEMPLATES[0]
PHONE = "Phone"

# The platform names a loaded list after its file, and servers do not agree on what these mean in the name of one.
_NOT_IN_FILE_NAMES = re.compile(r'["\\/\x00-\x1f\x7f]')
_NOT_IN_ADDRESSES = re.compile("[\0\ud800-\udfff]")


def check(command: Command) -> None:
    """Against the mirror as it is; raises what its `asking` function names."""
    campaign = command.campaign
    if campaign is None:
        return
    match command.kind:
        case Command.Kind.ACTIVATE:
            check_approved(campaign.status)
        case Command.Kind.MESSAGES:
            check_messages(command, campaign)
        case Command.Kind.LOAD_LIST:
            _check_load(command)
        case Command.Kind.LOAD_LEAD:
            check_list_name(command.list_name)
            check_phone([field.get("name") for field in command.details["fields"] if field.get("value")])


def check_approved(status: str) -> None:
    """Raises NotApproved. A word nobody knows is left to the platform to judge."""
    if is_not_approved(status):
        raise NotApproved(status)


def check_messages(command: Command, campaign: Campaign) -> None:
    """Raises NoDraft, UnknownTemplate, BlankTemplate, NothingToChange, TemplateChanged."""
    wanted: Mapping[str, str] = command.details["messages"]
    base: Mapping[str, str] = command.details["base"]
    if asks_for_approval(command):
        if not campaign.is_draft or not base.get(FIRST, "").strip():
            raise NoDraft
        if not has_texts(campaign, base):
            raise TemplateChanged
        return
    if unknown := next((name for name in wanted if name not in TEMPLATES), None):
        raise UnknownTemplate(unknown)
    if not all(text.strip() for text in wanted.values()):
        raise BlankTemplate
    if all(is_same(text, base[name]) for name, text in wanted.items()):
        raise NothingToChange
    # A campaign known by its name alone has no texts here; the look before the first byte will tell.
    if campaign.document and not has_texts(campaign, base):
        raise TemplateChanged


def has_texts(campaign: Campaign, texts: Mapping[str, str]) -> bool:
    """Does the mirror show these texts?"""
    shown = campaign.messages
    return all(is_same(shown.get(name, ""), text) for name, text in texts.items())


def check_list_name(list_name: str) -> None:
    """Raises BadListName for what no address can carry."""
    if not list_name.strip():
        raise BadListName
    if _NOT_IN_ADDRESSES.search(list_name):
        raise BadListName("The name of the list holds a character that cannot be sent.")


def check_phone(names: list[str | None]) -> None:
    """Raises NoPhone."""
    if PHONE not in names:
        raise NoPhone


def _check_load(command: Command) -> None:
    load = ListLoad.objects.filter(pk=command.details["load"]).first()
    if load is None or not load.has_file:
        raise NothingToLoad
    check_list_name(load.list_name)
    if _NOT_IN_FILE_NAMES.search(load.list_name):
        raise BadListName(
            "Engage names a list after its file, so the name may hold no quotation marks, slashes or line breaks."
        )
    check_phone([column.get("column_id") for column in load.request.get("mapped_columns", [])])
