"""What people do with template edits: propose, approve, refuse, take back. Nobody approves their own."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from console.accounts.people import name_of
from console.audit.trail import record
from console.campaigns import follow, versions
from console.campaigns.models import TEMPLATES, ChangeRequest
from engage.models import Campaign, Change, Command
from engage.outbox import decisions
from engage.outbox.campaigns import update_messages

if TYPE_CHECKING:
    from django.contrib.auth.models import User

State = ChangeRequest.State

# So that one approval makes one command, however often it is asked for.
_KEYS = uuid.UUID("5d0a9c3e-7f44-4a3c-9e43-0c0f4f1f6a57")


class NotAsAsked(Exception):
    """The desk refuses; the message is for the person who asked."""


class NotYours(NotAsAsked):
    """Somebody's own request, where another's is needed, or the other way round."""


class MovedOn(NotAsAsked):
    """The request is not what the page showed."""


class AlreadyAsked(NotAsAsked):
    """The very same change waits already."""

    def __init__(self, request: ChangeRequest) -> None:
        super().__init__(f"{name_of(request.author)} has asked for exactly this already.")
        self.request = request


def proposal_hash(base: Mapping[str, str], proposed: Mapping[str, str]) -> str:
    """Binds an approval to every character of what was asked for, and to what it replaces."""
    whole = json.dumps([dict(base), dict(proposed)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()


def propose(
    *, campaign: Campaign, base: Mapping[str, str], proposed: Mapping[str, str], comment: str, by: User
) -> ChangeRequest:
    """Ask for a change; a second click finds the first request. Raises AlreadyAsked."""
    wish = ChangeRequest(campaign=campaign, base=dict(base), proposed=dict(proposed), comment=comment, author=by)
    wish.proposed_hash = proposal_hash(base, proposed)
    try:
        with transaction.atomic():
            wish.save(force_insert=True)
            _write_down(wish, by, "proposed a template change", before=wish.base, after=wish.proposed, comment=comment)
    except IntegrityError:
        earlier = _find_same(wish)
        if earlier is None or earlier.author_id != by.pk:
            raise AlreadyAsked(earlier or wish) from None
        return earlier
    return wish


def revise(
    *, request: ChangeRequest, base: Mapping[str, str], proposed: Mapping[str, str], comment: str, by: User
) -> ChangeRequest:
    """Put other texts, or a newer base, into an open request of one's own. Raises NotYours, MovedOn, AlreadyAsked."""
    if request.author_id != by.pk:
        raise NotYours("Only who proposed it can change it. Propose a change of your own instead.")
    before = {"base": request.base, "proposed": request.proposed}
    values: dict[str, Any] = {"base": dict(base), "proposed": dict(proposed), "comment": comment}
    values |= {"proposed_hash": proposal_hash(base, proposed), "reason": "", "decided_by": None, "decided_at": None}
    try:
        with transaction.atomic():
            _move(request, ChangeRequest.OPEN, State.SUBMITTED, **values)
            _write_down(request, by, "revised a template change", before=before, after=dict(proposed), comment=comment)
    except IntegrityError:
        raise AlreadyAsked(_find_same(request) or request) from None
    return request


def approve(*, request: ChangeRequest, shown_hash: str, by: User) -> None:
    """Send exactly the texts that the approver was shown. Raises NotYours, MovedOn, the refusals of the outbox."""
    _check_is_anothers(request, by)
    # Also its campaign: what a page read may be old.
    request.refresh_from_db()
    follow.settle(request.campaign)
    request.refresh_from_db()
    if request.state == State.STALE:
        raise MovedOn(f"{request.reason} It cannot be approved as it is.")
    _check_shown(request, shown_hash)
    try:
        with transaction.atomic():
            decided = {"decided_by": by, "decided_at": timezone.now(), "reason": ""}
            _move(request, (State.SUBMITTED,), State.APPROVED, **decided)
            command = _send(request, by)
            versions.keep_approved(request)
            after = {"texts": request.proposed, "hash": shown_hash, "command": command.pk}
            _write_down(request, by, "approved a template change", before=request.base, after=after)
    except IntegrityError:
        # One at a time: the next is written against what this one leaves behind.
        raise MovedOn("Another change of this campaign is on its way to Engage. Wait until it has arrived.") from None


def reject(*, request: ChangeRequest, shown_hash: str, reason: str, by: User) -> None:
    """For good. Raises NotYours, MovedOn."""
    _refuse(request, State.REJECTED, "rejected a template change", shown_hash, reason, by)


def ask_for_changes(*, request: ChangeRequest, shown_hash: str, reason: str, by: User) -> None:
    """Back to its author, who can submit it again. Raises NotYours, MovedOn."""
    _refuse(request, State.CHANGES_ASKED, "sent a template change back", shown_hash, reason, by)


def withdraw(*, request: ChangeRequest, by: User) -> None:
    """Take back one's own. Raises NotYours, MovedOn."""
    if request.author_id != by.pk:
        raise NotYours("Only who proposed it can withdraw it.")
    with transaction.atomic():
        _move(request, ChangeRequest.OPEN, State.WITHDRAWN)
        _write_down(request, by, "withdrew a template change")


def send_again(*, request: ChangeRequest, by: User) -> None:
    """Once more, where nobody knows whether the first time arrived. Raises MovedOn and the outbox's NotPossibleNow."""
    _decide_on_command(request, by, "sent a template change again", decisions.send_again)


def give_up(*, request: ChangeRequest, by: User) -> None:
    """Leave it unsent, or leave it unknown. Raises MovedOn and the outbox's NotPossibleNow."""
    command = request.command
    decide = decisions.discard if command is not None and command.needs_decision else decisions.cancel
    _decide_on_command(request, by, "gave up a template change", decide)


def _decide_on_command(request: ChangeRequest, by: User, action: str, decide: Any) -> None:
    if request.state != State.APPROVED or request.command is None:
        raise MovedOn("This has moved on in the meantime. Look at it again.")
    with transaction.atomic():
        decided: Command = decide(command=request.command, by=by)
        _write_down(request, by, action, before={"state": request.command.state}, after={"state": decided.state})
    follow.settle(request.campaign)


def _send(request: ChangeRequest, by: User) -> Command:
    key = uuid.uuid5(_KEYS, f"{request.pk} {request.proposed_hash} {by.pk}")
    command = update_messages(campaign=request.campaign, messages=request.proposed, base=request.base, by=by, key=key)
    ChangeRequest.objects.filter(id=request.pk).update(command=command)
    request.command = command
    return command


def _refuse(
    request: ChangeRequest, to: ChangeRequest.State, action: str, shown_hash: str, reason: str, by: User
) -> None:
    _check_is_anothers(request, by)
    _check_shown(request, shown_hash)
    with transaction.atomic():
        _move(request, ChangeRequest.OPEN, to, reason=reason, decided_by=by, decided_at=timezone.now())
        _write_down(request, by, action, after={"reason": reason})


def _check_shown(request: ChangeRequest, shown_hash: str) -> None:
    """A decision is about one text; whoever read another one reads again."""
    if shown_hash != request.proposed_hash:
        raise MovedOn("This is not the text you were shown any more. Read it again.")


def _check_is_anothers(request: ChangeRequest, by: User) -> None:
    if request.author_id == by.pk:
        raise NotYours("Nobody decides on their own change. Somebody else has to read it.")


def _move(
    request: ChangeRequest, expected: tuple[ChangeRequest.State, ...], to: ChangeRequest.State, **values: Any
) -> None:
    """Change the row if it is still as the caller read it, announced with the change; raises MovedOn."""
    seen = {"state": request.state, "proposed_hash": request.proposed_hash}
    values |= {"state": to, "state_since": timezone.now()}
    rows = ChangeRequest.objects.filter(id=request.pk, **seen)
    if request.state not in expected or not rows.update(**values):
        raise MovedOn("This has moved on in the meantime. Look at it again.")
    for name, value in values.items():
        setattr(request, name, value)


def _find_same(wish: ChangeRequest) -> ChangeRequest | None:
    rows = ChangeRequest.objects.filter(
        campaign_id=wish.campaign_id, proposed_hash=wish.proposed_hash, state=State.SUBMITTED
    )
    return rows.select_related("author").first()


def _write_down(
    request: ChangeRequest,
    by: User,
    action: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    comment: str = "",
) -> None:
    """The audit entry and the announcement, inside the transaction that did it."""
    told = {"change_request": request.pk} | dict(after or {}) | ({"comment": comment} if comment else {})
    subject = ", ".join(TEMPLATES[field] for field in request.proposed)
    record(by=by, action=action, subject=subject, campaign=request.campaign, before=dict(before or {}), after=told)
    Change.record_campaigns([request.campaign_id])
