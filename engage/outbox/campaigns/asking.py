"""Taking what people want of campaigns: one row per wish, committed before anything leaves.

The same key again returns the same row, or raises KeyTaken when it names another wish. Wishes of one target are put in
order by a lock on their campaign, so that the greatest id is the newest. Of a campaign that Engage lists no longer
nothing can be asked: every function raises NotListed then.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from engage.models import Campaign, Command, ListLoad
from engage.outbox.campaigns import guards, replacing
from engage.outbox.campaigns.intents import CAMPAIGN, LOADS, MESSAGES, list_target
from engage.outbox.refusals import AlreadyLoading, KeyTaken, NotListed
from engage.outbox.transitions import announce
from engage.sms.blanks import storable

logger = logging.getLogger(__name__)

Kind = Command.Kind

EXPIRES_AFTER: dict[str, timedelta] = {
    # What was wanted two minutes ago may not be wanted any more: sending is not begun behind anybody's back.
    Kind.ACTIVATE: timedelta(minutes=2),
    Kind.LIST_ACTIVATE: timedelta(minutes=2),
    # A pause does not give up while anybody may remember it.
    Kind.PAUSE: timedelta(days=30),
    Kind.LIST_PAUSE: timedelta(days=30),
    Kind.MESSAGES: timedelta(hours=1),
    Kind.LOAD_LIST: timedelta(hours=1),
    Kind.LOAD_LEAD: timedelta(minutes=15),
}


def activate_campaign(*, campaign: Campaign, by: User, key: uuid.UUID) -> Command:
    """Raises NotApproved, KeyTaken."""
    return _ask(_wish(Kind.ACTIVATE, campaign, CAMPAIGN, by, key))


def pause_campaign(*, campaign: Campaign, by: User, key: uuid.UUID) -> Command:
    """Refused for a used key or a campaign that is gone alone: raises KeyTaken, NotListed.

    Cancels an activation that waits.
    """
    return _ask(_wish(Kind.PAUSE, campaign, CAMPAIGN, by, key))


def activate_list(*, campaign: Campaign, list_name: str, by: User, key: uuid.UUID) -> Command:
    """`list_name` verbatim. Raises BadListName, KeyTaken."""
    return _ask(_list_wish(Kind.LIST_ACTIVATE, campaign, list_name, by, key))


def pause_list(*, campaign: Campaign, list_name: str, by: User, key: uuid.UUID) -> Command:
    """`list_name` verbatim. Raises BadListName, KeyTaken."""
    return _ask(_list_wish(Kind.LIST_PAUSE, campaign, list_name, by, key))


def update_messages(
    *, campaign: Campaign, messages: Mapping[str, str], base: Mapping[str, str], by: User, key: uuid.UUID
) -> Command:
    """Change the templates in `messages` (camelCase names, changed ones only), written against the texts in `base`.

    Raises UnknownTemplate, BlankTemplate, NothingToChange, TemplateChanged, KeyTaken.
    """
    wish = _wish(Kind.MESSAGES, campaign, MESSAGES, by, key)
    texts = {name: _storable(text) for name, text in messages.items()}
    wish.details = {"messages": texts, "base": {name: _storable(base.get(name) or "") for name in texts}}
    return _ask(wish)


def request_approval(*, campaign: Campaign, by: User, key: uuid.UUID) -> Command:
    """Have Engage approve the texts that a draft has. Raises NoDraft, TemplateChanged, KeyTaken."""
    wish = _wish(Kind.MESSAGES, campaign, MESSAGES, by, key)
    texts = campaign.messages
    wish.details = {
        "for_approval": True,
        "messages": {},
        "base": {name: texts.get(name, "") for name in guards.TEMPLATES},
    }
    return _ask(wish)


def load_list(*, load: ListLoad, by: User, key: uuid.UUID) -> Command:
    """Load the file of `load` into the list of its name. Raises NothingToLoad, BadListName, NoPhone, AlreadyLoading,
    KeyTaken."""
    wish = _wish(Kind.LOAD_LIST, load.campaign, LOADS, by, key)
    wish.text = load.list_name
    wish.details = {"list_name": load.list_name, "load": load.pk}
    return _ask(wish)


def load_lead(
    *,
    campaign: Campaign,
    list_name: str,
    de_dupe: bool,
    fields: Sequence[Mapping[str, str]],
    by: User,
    key: uuid.UUID,
) -> Command:
    """Load one lead; `fields`: {"name", "value"} and maybe "type" each. The answer is in `details["answer"]` later.

    Raises BadListName, NoPhone, KeyTaken.
    """
    wish = _wish(Kind.LOAD_LEAD, campaign, LOADS, by, key)
    wish.text = list_name
    guards.check_list_name(list_name)
    leads = [{part: _storable(text) for part, text in field.items()} for field in fields]
    wish.details = {"list_name": list_name, "de_dupe": de_dupe, "fields": leads}
    return _ask(wish)


def _wish(kind: Command.Kind, campaign: Campaign, target: str, by: User, key: uuid.UUID) -> Command:
    return Command(
        kind=kind, key=key, campaign=campaign, workspace_id=campaign.workspace_id, target=target, created_by=by
    )


def _list_wish(kind: Command.Kind, campaign: Campaign, list_name: str, by: User, key: uuid.UUID) -> Command:
    guards.check_list_name(list_name)
    wish = _wish(kind, campaign, list_target(list_name), by, key)
    wish.text, wish.details = list_name, {"list_name": list_name}
    return wish


def _storable(text: str) -> str:
    """Without what a database or a request cannot hold, and with one kind of line end, whatever the browser made."""
    return storable(text).replace("\r\n", "\n").replace("\r", "\n")


def _ask(wish: Command) -> Command:
    if earlier := _find_same(wish):
        return earlier
    now = timezone.now()
    wish.created_at = wish.state_since = wish.due_at = now
    wish.expires_at = now + EXPIRES_AFTER[wish.kind]
    try:
        with transaction.atomic():
            assert wish.campaign_id is not None
            replacing.lock(wish.campaign_id)
            wish.campaign = Campaign.objects.select_related("workspace").get(pk=wish.campaign_id)
            if wish.campaign.is_unlisted:
                # At the click alone: a pause that was asked for while it was listed is repeated all the same.
                raise NotListed
            guards.check(wish)
            replacing.replace_earlier(wish)
            wish.save(force_insert=True)
            logger.info("%s was asked for", wish)
            _attach_load(wish)
            announce(wish)
    except IntegrityError:
        # The second of two clicks: by now the row of the first is committed.
        if earlier := _find_same(wish):
            return earlier
        raise
    return wish


def _attach_load(wish: Command) -> None:
    """A file is loaded by one command, ever."""
    if wish.kind == Kind.LOAD_LIST:
        loads = ListLoad.objects.filter(pk=wish.details["load"], command=None)
        if not loads.update(command=wish):
            raise AlreadyLoading


def _find_same(wish: Command) -> Command | None:
    """The row with this key; raises KeyTaken unless it is this very wish."""
    row = Command.objects.filter(key=wish.key).first()
    if row is None:
        return None
    if _content(row) != _content(wish):
        raise KeyTaken
    return row


def _content(command: Command) -> tuple[Any, ...]:
    # What came back is no part of the wish.
    asked = {name: value for name, value in command.details.items() if name != "answer"}
    return (command.kind, command.campaign_id, command.target, command.created_by_id, asked)
