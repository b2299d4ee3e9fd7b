"""Activating and pausing campaigns and lists: what it will do, in true numbers, and the wish with its audit entry."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db import transaction

from console.audit.models import AuditEntry
from console.audit.trail import record
from console.campaigns import words
from console.campaigns.schedule import Schedule, opening_words, zones_now
from engage.models import Campaign, Command, Conversation, LeadList
from engage.models.status_words import is_at_rest, is_sending
from engage.outbox import campaigns as outbox
from engage.outbox import decisions
from engage.outbox.campaigns import activate_campaign, activate_list, pause_campaign, pause_list
from engage.outbox.refusals import NotListed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_LISTS_NAMED: Final = 5


@dataclass(frozen=True)
class Effect:
    """What a click will do, said before it. `obstacle`: why it cannot be done at all."""

    headline: str
    button: str
    sentences: tuple[str, ...]
    obstacle: str = ""
    list_name: str = ""
    is_pause: bool = False
    is_approval: bool = False

    @property
    def view_name(self) -> str:
        if self.is_approval:
            return "campaigns:campaign-approval"
        what, verb = "list" if self.list_name else "campaign", "pause" if self.is_pause else "activate"
        return f"campaigns:{what}-{verb}"


def activate(*, campaign: Campaign, list_name: str, by: User, key: uuid.UUID) -> Command:
    """The campaign, or one list of it by its verbatim name. Raises the outbox's refusals."""
    if list_name:
        return _ask(campaign, by, key, "activated list", list_name, activate_list)
    return _ask(campaign, by, key, "activated campaign", "", activate_campaign)


def pause(*, campaign: Campaign, list_name: str, by: User, key: uuid.UUID) -> Command:
    """The campaign, or one list of it by its verbatim name. Raises the outbox's refusals."""
    if list_name:
        return _ask(campaign, by, key, "paused list", list_name, pause_list)
    return _ask(campaign, by, key, "paused campaign", "", pause_campaign)


def request_approval(*, campaign: Campaign, list_name: str, by: User, key: uuid.UUID) -> Command:
    """Of the texts that a draft has, by Engage; `list_name` is empty. Raises the outbox's refusals."""
    return _ask(campaign, by, key, "requested approval", "", outbox.request_approval)


def cancel(*, command: Command, by: User) -> None:
    """Take an activation back while nothing of it left. Raises NotPossibleNow."""
    _decide(command, by, "cancelled activation", decisions.cancel)


def leave(*, command: Command, by: User) -> None:
    """A person looked at what could not be confirmed, and leaves it as it is. Raises NotPossibleNow."""
    _decide(command, by, "left unconfirmed", decisions.discard)


def give_up(*, command: Command, by: User) -> None:
    """Stop repeating a pause that Engage goes on refusing. Raises NotPossibleNow."""
    _decide(command, by, "gave up pause", decisions.give_up)


DECISIONS: dict[str, Callable[..., None]] = {"cancel": cancel, "leave": leave, "give_up": give_up}


def _ask(
    campaign: Campaign, by: User, key: uuid.UUID, action: str, list_name: str, ask: Callable[..., Command]
) -> Command:
    named = {"list_name": list_name} if list_name else {}
    with transaction.atomic():
        command = ask(campaign=campaign, by=by, key=key, **named)
        # The same click twice is one command, and one entry.
        if not AuditEntry.objects.filter(campaign=campaign, after__command=command.pk).exists():
            record(
                by=by,
                action=action,
                subject=list_name or str(campaign),
                campaign=campaign,
                before={"status": _status_of(campaign, list_name)},
                after={"command": command.pk},
            )
    return command


def _decide(command: Command, by: User, action: str, decide: Callable[..., Command]) -> None:
    with transaction.atomic():
        before = command.state
        decided = decide(command=command, by=by)
        record(
            by=by,
            action=action,
            subject=command.list_name or str(command.campaign),
            campaign=command.campaign,
            before={"command": command.pk, "state": before},
            after={"state": decided.state},
        )


def _status_of(campaign: Campaign, list_name: str) -> str:
    if not list_name:
        return campaign.status
    status = LeadList.objects.filter(campaign=campaign, name=list_name).values_list("status", flat=True).first()
    return status or ""


# What it will do


def effect_of_pause(campaign: Campaign, list_name: str) -> Effect:
    gone = NotListed.message if campaign.is_unlisted else ""
    if list_name:
        sentences = (
            "Stops sending to this list. Its leads stay loaded, and the other lists go on.",
            _open_conversations(campaign, list_name),
        )
        return Effect(f"Pause the list “{list_name}”?", "Pause list", _kept(sentences), gone, list_name, is_pause=True)
    active = _lists(campaign)[0]
    of_campaign = (
        f"Stops sending to {_named(active)}." if active else "Stops all sending of this campaign.",
        _open_conversations(campaign),
        "It will read “Paused (ready)” and can be activated again at any time.",
    )
    return Effect(f"Pause “{campaign}”?", "Pause campaign", of_campaign, gone, is_pause=True)


def effect_of_activation(campaign: Campaign, list_name: str, now: datetime) -> Effect:
    if list_name:
        return _effect_of_list_activation(campaign, list_name, now)
    active, paused = _lists(campaign)
    sentences = (
        f"Starts sending to {_named(active)}."
        if active
        else "No list of it is known to be active: texts go out once one is.",
        _others(paused),
        _hours(campaign, now),
    )
    obstacle = NotListed.message if campaign.is_unlisted else words.NOT_YET.get(campaign.meaning, "")
    return Effect(f"Activate “{campaign}”?", "Activate campaign", _kept(sentences), obstacle)


def _others(paused: list[str]) -> str:
    """Who expects that activating a campaign sends to all of it reads this."""
    if not paused:
        return ""
    return f"{_count(len(paused), 'list')} of it {'is' if len(paused) == 1 else 'are'} not active and will get nothing."


def _effect_of_list_activation(campaign: Campaign, list_name: str, now: datetime) -> Effect:
    status = words.status_words(campaign)
    sentences = (
        "Starts sending to the leads of this list."
        if campaign.is_sending
        else f"Its leads get texts once the campaign is active; now the campaign is: {status}.",
        _hours(campaign, now) if campaign.is_sending else "",
    )
    gone = NotListed.message if campaign.is_unlisted else ""
    return Effect(f"Activate the list “{list_name}”?", "Activate list", _kept(sentences), gone, list_name)


def _lists(campaign: Campaign) -> tuple[list[str], list[str]]:
    """The names of those that are being sent to, and of those that certainly are not."""
    named = list(campaign.lead_lists.order_by("name").values_list("name", "status"))
    sending = [name for name, status in named if is_sending(status)]
    return sending, [name for name, status in named if is_at_rest(status)]


def _open_conversations(campaign: Campaign, list_name: str = "") -> str:
    found = Conversation.objects.in_campaigns([campaign.id]).open()
    if list_name:
        ids = LeadList.objects.filter(campaign=campaign, name=list_name).values("remote_id")
        found = found.filter(lead__remote_list_id__in=ids)
    count = found.count()
    if not count:
        return "No conversation is open now; who answers later can still be replied to."
    return f"{_count(count, 'open conversation')} {'stays' if count == 1 else 'stay'} open for replies."


def _hours(campaign: Campaign, now: datetime) -> str:
    """What the schedule makes of an activation now; nothing where none was told."""
    schedule = Schedule.of(campaign.schedule)
    zones = zones_now(schedule, now)
    is_open = [zone.name for zone in zones if zone.is_open]
    if not schedule.is_told:
        return ""
    if not zones:
        return "Engage told hours that are not understood, so whether they are open now is not known."
    if not schedule.has_hours:
        return "Its schedule allows no texts at all."
    if not is_open:
        opens = opening_words(schedule, now)
        return f"It is outside its hours now: no texts go out{f' until {opens}' if opens else ''}."
    where = "every US time zone" if len(is_open) == len(zones) else ", ".join(is_open)
    return f"Its hours are open now in {where}."


def _named(names: list[str]) -> str:
    """As "3 lists: March, April and May"."""
    shown = [f"“{name}”" for name in names[:_LISTS_NAMED]]
    if len(names) > len(shown):
        shown.append(f"{len(names) - len(shown)} more")
    head, last = ", ".join(shown[:-1]), shown[-1]
    return f"{_count(len(names), 'list')}: {f'{head} and {last}' if head else last}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _kept(sentences: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sentence for sentence in sentences if sentence)
