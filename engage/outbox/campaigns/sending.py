"""A command to a campaign on its way: claim, GET, durable mark, one POST, record. Pauses have a way of their own.

As with replies nothing leaves before the mark is committed, and no transaction is open while the platform is waited
for. The mark is made under the campaign's lock, so that no activation leaves after a newer pause was asked for.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from engage.api import wire
from engage.api.errors import EngageError
from engage.api.origins import DEFAULT_TIMEOUTS, Timeouts
from engage.crash_points import crash_point
from engage.mirror.platform import client_for
from engage.mirror.reading import merge_said, read_campaign
from engage.models import Attempt, Campaign, Command
from engage.models.status_words import is_not_approved
from engage.outbox import attempts
from engage.outbox.campaigns import calls, guards, landing, lists, outcomes, replacing, templates
from engage.outbox.campaigns.calls import Said
from engage.outbox.dispatch import LeaseClock, put_back, wait_or_fail
from engage.outbox.pace import DEFAULT_PACE, Pace
from engage.outbox.persist import persist
from engage.outbox.posting import Answer, Outcome, ask, read_failed_look
from engage.outbox.refusals import NotApproved, Refused
from engage.outbox.transitions import State, expire, fail, move
from engage.request_id import carrying

logger = logging.getLogger(__name__)

_MOST_ATTEMPTS = 20
# What a round of a pause may begin with.
CLAIMABLE = (*Command.WAITING, State.ACCEPTED, State.CHECKING)


def claim(command_id: int, pace: Pace = DEFAULT_PACE) -> Command | None:
    """Take a due command; None when somebody else did, or another one of its target is on its way."""
    now = timezone.now()
    command = Command.objects.select_related("workspace", "campaign").filter(pk=command_id, due_at__lte=now).first()
    if command is None or command.campaign is None:
        return None
    if command.state not in (CLAIMABLE if command.kind in Command.PAUSES else Command.WAITING):
        return None
    lease_until = pace_of(command, pace).lease_end(now)
    tries = command.attempts_made + 1
    try:
        # What goes on and on keeps saying why.
        is_ours = move(
            command,
            State.PREFLIGHT,
            lease_until=lease_until,
            due_at=lease_until,
            attempts_made=tries,
            reason=command.reason,
        )
    except IntegrityError:
        return None
    return command if is_ours else None


def pace_of(command: Command, pace: Pace) -> Pace:
    """The same pace with the lease that this kind of command needs."""
    if command.kind in Command.PAUSES:
        return replace(pace, lease=pace.pause_lease)
    if command.kind == Command.Kind.LOAD_LIST:
        return replace(pace, lease=pace.upload_lease, least_lease_left=pace.upload_lease - pace.least_lease_left)
    return pace


def dispatch(command: Command, pace: Pace = DEFAULT_PACE, stop: threading.Event | None = None) -> None:
    """Carry a claimed command as far as it goes now. `stop`: do not begin a POST any more."""
    try:
        if command.campaign is not None:
            with carrying(command.request_id):
                _carry_out(command, command.campaign, pace_of(command, pace), stop)
    except Exception as error:
        put_back(command, error, pace)
        raise


def _carry_out(command: Command, campaign: Campaign, pace: Pace, stop: threading.Event | None) -> None:
    now = timezone.now()
    if replacing.give_way(command):
        return
    if command.expires_at <= now:
        expire(command, pace=pace)
        return
    if command.kind in Command.ACTIVATIONS and landing.may_land_until(command, now, pace):
        # A pause before it is still on the line: whoever comes last at the platform wins there.
        again_at = now + timedelta(seconds=pace.activation_waits)
        move(command, State.QUEUED, due_at=again_at, attempts_made=command.attempts_made - 1)
        return
    client, clock = client_for(command.workspace), LeaseClock(pace)
    try:
        said = persist(lambda: read_campaign(campaign, client))
    except EngageError as error:
        wait_or_fail(command, calls.explain(read_failed_look(error), command), pace)
        return
    if _settle_before(command, campaign, said, pace):
        return
    if stop is not None and stop.is_set():
        move(command, State.QUEUED, due_at=timezone.now())
        return
    attempt = mark(command, campaign, pace)
    if attempt is not None:
        crash_point("campaign.after_mark")
        answer, answered = post(command, campaign, clock, attempt)
        crash_point("campaign.after_answer")
        outcomes.record(command, campaign, answer, answered, pace)


def _settle_before(command: Command, campaign: Campaign, said: wire.Campaign, pace: Pace) -> bool:
    """What the GET right before the POST settles; true when nothing has to be posted."""
    match command.kind:
        case Command.Kind.ACTIVATE:
            status = said.campaign_status or ""
            if is_not_approved(status):
                return fail(command, State.CANCELLED, NotApproved(status).message, pace=pace)
            return calls.is_as_wanted(command, status) and move(command, State.CONFIRMED)
        case Command.Kind.MESSAGES:
            return templates.settle_before(command, said)
    return False


def mark(command: Command, campaign: Campaign, pace: Pace) -> Attempt | None:
    """Write down, durably, that bytes may leave from now on; None when they must not."""
    lease_until = pace.lease_end(timezone.now())
    try:
        with transaction.atomic():
            replacing.lock(campaign.pk)
            if replacing.give_way(command):
                return None
            guards.check(command)
            reason = command.reason if command.kind in Command.PAUSES else ""
            if not move(command, State.SENDING, lease_until=lease_until, due_at=lease_until, reason=reason):
                return None
            return _begin_attempt(command, lists.baseline(command, pace) | templates.baseline(command, campaign))
    except Refused as refusal:
        fail(command, State.CANCELLED, refusal.message, pace=pace)
        return None


def _begin_attempt(command: Command, baseline: dict[str, object]) -> Attempt:
    last = command.attempts.filter(number=_MOST_ATTEMPTS).first()
    if last is None:
        return attempts.mark(command, baseline)
    # A pause that is repeated all night does not fill the table: the newest round takes the place of the one before.
    last.outcome, last.marked_at, last.ended_at, last.baseline = Outcome.OPEN, timezone.now(), None, baseline
    last.save()
    return last


def post(
    command: Command, campaign: Campaign, clock: LeaseClock, attempt: Attempt, *, timeouts: Timeouts = DEFAULT_TIMEOUTS
) -> tuple[Answer, Said | None]:
    """Once; the evidence is written down, and what was said goes into the mirror."""
    client, started_at = client_for(command.workspace, timeouts=timeouts), timezone.now()
    said: Said | None = None
    if clock.is_over():
        answer = Answer(Outcome.NOT_SENT, "The worker was held up.")
    elif replacing.find_newer(command) is not None:
        answer = Answer(Outcome.NOT_SENT)
    else:
        answer, said = ask(lambda: calls.call(command, campaign, client))
        answer = calls.explain(answer, command, is_posted=True)
    persist(lambda: attempts.end(attempt, answer))
    if isinstance(said, wire.Campaign | wire.CampaignList):
        observed = said
        persist(lambda: merge_said(campaign, observed, started_at))
    return answer, said
