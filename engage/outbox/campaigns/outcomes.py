"""What follows from a POST, and from looking after it, for every command to a campaign but the pauses."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from engage.api import wire
from engage.models import Attempt, Campaign, Command
from engage.models.status_words import is_not_approved
from engage.outbox.attempts import count_look, may_have_arrived, posted_at
from engage.outbox.campaigns import calls, lists, loads, replacing, templates
from engage.outbox.campaigns.calls import Said
from engage.outbox.dispatch import wait_or_fail
from engage.outbox.evidence import ARRIVED_LATE
from engage.outbox.looks import UNREADABLE
from engage.outbox.pace import Pace
from engage.outbox.persist import persist
from engage.outbox.posting import Answer, Outcome
from engage.outbox.refusals import NotApproved
from engage.outbox.transitions import State, move

LEAD_UNKNOWN = "Engage did not answer: the lead may have been loaded. Look there before you load it again."
LOAD_UNKNOWN = "Engage did not answer: the list may have been loaded. Look there before you load it again."
NOT_SAID_YET = "Engage has not said yet what became of the rows."
# Complete looks that show it inactive before a machine activates once more.
_LOOKS_BEFORE_REPEATING = 2


def record(command: Command, campaign: Campaign, answer: Answer, said: Said | None, pace: Pace) -> None:
    """The state after a POST, if the command is still ours."""
    if persist(lambda: replacing.give_way(command)):
        return
    match answer.outcome:
        case Outcome.SENT:
            persist(lambda: _accept(command, campaign, said, pace))
        case Outcome.UNKNOWN:
            persist(lambda: _doubt(command, pace))
        case _:
            persist(lambda: wait_or_fail(command, answer, pace))


def _accept(command: Command, campaign: Campaign, said: Said | None, pace: Pace) -> None:
    """The platform took it; what it answered may already be the proof."""
    now = timezone.now()
    look_at = now + timedelta(seconds=pace.looks[0])
    is_heard_of, reason = False, ""
    match command.kind:
        case Command.Kind.LOAD_LEAD if isinstance(said, wire.LeadLoadResult):
            loads.settle_lead(command, said)
            return
        case Command.Kind.MESSAGES if isinstance(said, wire.Campaign):
            state, reason = templates.find_verdict(command, said, may_have_arrived(command)[-1]) or (None, "")
            is_done = state == State.CONFIRMED
        case Command.Kind.LOAD_LIST:
            is_done, is_heard_of = False, True
        case _:
            is_done = calls.is_as_wanted(command, calls.status_said(command, campaign, said))
            is_heard_of = command.kind in Command.OF_LISTS
    if is_done:
        move(command, State.CONFIRMED, reason=reason)
    else:
        move(command, State.ACCEPTED, due_at=pace.hears_until(now) if is_heard_of else look_at)


def _doubt(command: Command, pace: Pace) -> None:
    now = timezone.now()
    if command.kind == Command.Kind.LOAD_LEAD:
        move(command, State.UNCONFIRMED, reason=LEAD_UNKNOWN)
    elif command.kind in (*Command.OF_LISTS, Command.Kind.LOAD_LIST):
        move(command, State.CHECKING, due_at=pace.hears_until(now))
    else:
        move(command, State.CHECKING, due_at=now + timedelta(seconds=pace.looks[0]))


def conclude(command: Command, said: wire.Campaign | None, pace: Pace) -> None:
    """After a look; `said`: what the GET answered, None when it failed or there is none for this kind."""
    tries = may_have_arrived(command)
    if not tries:
        # The answer came in after the sweeper had taken over, and said that nothing arrived.
        if command.state == State.CHECKING:
            move(command, State.QUEUED, due_at=timezone.now())
        else:
            _wait_until(command, None)
        return
    if said is not None:
        count_look(tries[-1])
    match command.kind:
        case Command.Kind.ACTIVATE | Command.Kind.PAUSE:
            _conclude_switch(command, said, tries[-1], pace)
        case Command.Kind.MESSAGES:
            _conclude_messages(command, said, tries[-1], pace)
        case Command.Kind.LOAD_LEAD:
            # Nothing that could be looked at tells whether it is there.
            if not command.needs_decision:
                move(command, State.UNCONFIRMED, reason=LEAD_UNKNOWN)
            else:
                _wait_until(command, None)
        case Command.Kind.LOAD_LIST:
            _conclude_load(command, tries[-1], pace)
        case _:
            if not lists.settle(command):
                _ask_somebody(command, lists.NOT_CONFIRMED, tries[-1], pace)


def _conclude_switch(command: Command, said: wire.Campaign | None, last: Attempt, pace: Pace) -> None:
    status = (said.campaign_status or "") if said is not None else ""
    now = timezone.now()
    if calls.is_as_wanted(command, status):
        move(command, State.CONFIRMED, reason=ARRIVED_LATE if command.state == State.UNCONFIRMED else "")
    elif command.state == State.UNCONFIRMED:
        _look_again(command, last, pace)
    elif is_not_approved(status):
        move(command, State.REJECTED, reason=NotApproved(status).message)
    elif now >= command.expires_at:
        _ask_somebody(command, f"Engage shows it as {status}." if status else UNREADABLE, last, pace)
    elif status and last.looks >= _LOOKS_BEFORE_REPEATING:
        move(command, State.QUEUED, due_at=min(pace.retry_at(now, command.attempts_made), command.expires_at))
    else:
        _look_again(command, last, pace, is_needed=bool(status))


def _conclude_messages(command: Command, said: wire.Campaign | None, last: Attempt, pace: Pace) -> None:
    verdict = templates.find_verdict(command, said, last) if said is not None else None
    age, old = timezone.now() - posted_at(last), templates.old_words(command)
    late = ARRIVED_LATE if command.state == State.UNCONFIRMED else ""
    if verdict is not None and verdict[0] == State.CONFIRMED:
        move(command, State.CONFIRMED, reason=verdict[1] or late)
    elif command.state == State.UNCONFIRMED:
        _look_again(command, last, pace)
    elif verdict is not None:
        _ask_somebody(command, verdict[1], last, pace)
    elif said is not None and age >= pace.settles_after and last.looks >= pace.least_looks:
        _ask_somebody(command, old, last, pace)
    elif age >= timedelta(seconds=pace.gives_up_after):
        _ask_somebody(command, UNREADABLE if said is None else old, last, pace)
    else:
        _look_again(command, last, pace, is_needed=said is not None)


def _conclude_load(command: Command, last: Attempt, pace: Pace) -> None:
    if loads.settle(command):
        return
    if command.state == State.CHECKING:
        _ask_somebody(command, LOAD_UNKNOWN, last, pace)
    elif command.state == State.ACCEPTED and not command.reason:
        look_at = pace.next_look(posted_at(last), timezone.now())
        move(command, State.ACCEPTED, reason=NOT_SAID_YET, due_at=look_at)
    else:
        _look_again(command, last, pace)


def _ask_somebody(command: Command, reason: str, last: Attempt, pace: Pace) -> None:
    if command.state == State.UNCONFIRMED:
        _look_again(command, last, pace)
    else:
        look_at = pace.next_look(posted_at(last), timezone.now())
        move(command, State.UNCONFIRMED, reason=reason, due_at=look_at)


def _look_again(command: Command, last: Attempt, pace: Pace, *, is_needed: bool = False) -> None:
    """`is_needed`: a look that was answered, and more of them are, before anything follows from it."""
    now = timezone.now()
    look_at = pace.next_look(posted_at(last), now)
    _wait_until(command, pace.next_needed_look(look_at, now, looks=last.looks) if is_needed else look_at)


def _wait_until(command: Command, due_at: datetime | None) -> None:
    """It stays where it is: nothing that anybody would see has changed."""
    Command.objects.filter(pk=command.pk, state=command.state, fence=command.fence).update(due_at=due_at)
