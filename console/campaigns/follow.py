"""Change requests follow the platform: what the outbox and the mirror say decides what became of each.

The mirror settles them whenever the platform describes a campaign anew, so that no text is live without a version. Who
looks at requests or versions settles them first, too: commands move without the mirror. It is a conditional update of
rows, so any number may do it at once, and a page that shows a request never shows it behind what the mirror knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from console.campaigns import versions
from console.campaigns.models import TEMPLATES, ChangeRequest
from engage.models import Campaign, Change, Command
from engage.outbox.campaigns.templates import WITH_ENGAGE

State = ChangeRequest.State

_FOLLOWED = (State.SUBMITTED, State.CHANGES_ASKED, *ChangeRequest.ON_ITS_WAY)
_NOT_SENT = (Command.State.REJECTED, Command.State.CANCELLED, Command.State.EXPIRED, Command.State.DISCARDED)


def settle(campaign: Campaign) -> None:
    """Bring the versions and requests of this campaign up to what is known. Only reads when nothing happened."""
    if not (versions.is_behind(campaign) or any(_is_behind(request, campaign) for request in _followed(campaign))):
        return
    with transaction.atomic():
        # Whoever looked a moment later has seen more, and must not be overwritten with less. A no-op update is the row
        # lock that both databases have.
        Campaign.objects.filter(pk=campaign.pk).update(was_active=F("was_active"))
        campaign = Campaign.objects.get(pk=campaign.pk)
        has_news = versions.record_seen(campaign)
        for request in _followed(campaign):
            has_news |= _settle_request(request, campaign)
        if has_news:
            Change.record_campaigns([campaign.pk])


def settle_described(sender: object, *, campaign: Campaign, **signal: Any) -> None:
    """When the mirror wrote a campaign down. What fails here is undone alone; the next look heals it."""
    with transaction.atomic():
        settle(campaign)


def outlook(request: ChangeRequest, campaign: Campaign) -> tuple[ChangeRequest.State, str]:
    """What the request is by what is known now, and why. A pure function of the request, its command, the campaign."""
    state = State(request.state)
    if state in (State.SUBMITTED, State.CHANGES_ASKED):
        moved = versions.moved(request.base, campaign)
        return (State.STALE, stale_words(moved)) if moved else (state, request.reason)
    if campaign.document and not versions.moved(request.proposed, campaign):
        return _outlook_there(request, campaign)
    command = request.command
    if _is_shown_later(command) and not versions.moved(request.base, campaign):
        return (State.REFUSED, last_word(campaign)) if campaign.is_draft else (State.AT_PLATFORM, "")
    if state == State.AT_PLATFORM:
        return State.REPLACED, "Engage has another text by now."
    if state == State.APPROVED and command is not None and command.state in _NOT_SENT:
        moved = versions.moved(request.base, campaign)
        return (State.STALE, stale_words(moved)) if moved else (State.FAILED, command.reason)
    return state, request.reason


def stale_words(fields: Iterable[str]) -> str:
    names = " and ".join(f"“{TEMPLATES[field]}”" for field in fields)
    return f"{names} changed at Engage after this was written."


def _outlook_there(request: ChangeRequest, campaign: Campaign) -> tuple[ChangeRequest.State, str]:
    """The texts are at the platform; whether they may go out is its word."""
    if versions.is_approved(campaign):
        return State.LIVE, ""
    if campaign.is_draft and not _is_leaving(request.command):
        return State.REFUSED, last_word(campaign)
    return State.AT_PLATFORM, ""


def _is_shown_later(command: Command | None) -> bool:
    """Engage has the texts and goes on showing the ones before, until it has approved them."""
    return command is not None and command.state == Command.State.CONFIRMED and command.reason == WITH_ENGAGE


def _is_leaving(command: Command | None) -> bool:
    """Its answer is not in: what the mirror shows may be older than it."""
    return command is not None and command.state in (Command.State.PREFLIGHT, Command.State.SENDING)


def last_word(campaign: Campaign) -> str:
    """The newest entry of the platform's own log: what it says of a refusal, if it says anything."""
    events = campaign.document.get("events")
    entries = [entry for entry in events if isinstance(entry, dict)] if isinstance(events, list) else []
    newest = max(entries, key=lambda entry: str(entry.get("timestamp") or ""), default={})
    return str(newest.get("message") or "")[:500]


def _followed(campaign: Campaign) -> list[ChangeRequest]:
    """Those that can still change by themselves; what could not be sent, only if it turned up at the platform since."""
    turned_up = Q(state=State.FAILED, versions__arrived_at__isnull=False, versions__replaced_at__isnull=True)
    rows = ChangeRequest.objects.filter(Q(state__in=_FOLLOWED) | turned_up, campaign=campaign)
    return list(rows.select_related("command").distinct())


def _is_behind(request: ChangeRequest, campaign: Campaign) -> bool:
    return outlook(request, campaign)[0] != request.state


def _settle_request(request: ChangeRequest, campaign: Campaign) -> bool:
    state, reason = outlook(request, campaign)
    if state == request.state:
        return False
    rows = ChangeRequest.objects.filter(id=request.pk, state=request.state, proposed_hash=request.proposed_hash)
    return bool(rows.update(state=state, reason=reason, state_since=timezone.now()))
