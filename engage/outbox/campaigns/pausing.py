"""Pausing: in rounds of a POST and a GET, repeated until the platform reads as paused. A pause always wins.

Repeating does no harm, so nothing here waits for certainty; only being done is certain. A round counts as read only
when no activation before it can come through any more.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from engage.api.errors import EngageError, Gone
from engage.api.origins import Timeouts
from engage.crash_points import crash_point
from engage.mirror.platform import client_for
from engage.mirror.reading import read_campaign
from engage.models import Attempt, Campaign, Command
from engage.models.status_words import is_sending
from engage.outbox.attempts import may_have_arrived, posted_at
from engage.outbox.campaigns import calls, landing, lists, replacing
from engage.outbox.campaigns.sending import mark, pace_of, post
from engage.outbox.dispatch import LeaseClock, put_back
from engage.outbox.pace import DEFAULT_PACE, Pace
from engage.outbox.persist import persist
from engage.outbox.posting import Answer, Outcome
from engage.outbox.transitions import STILL_TRYING, State, expire, move
from engage.request_id import carrying

logger = logging.getLogger(__name__)

STILL_ACTIVE = "Engage still shows it as active."
UNKNOWN_WORD = "Engage took it and shows it as {}: whether texts still go out then is not known here."
MAKING_SURE = "Making sure that the activation before it does not come through."
# A round that hangs is better begun anew.
_TIMEOUTS = Timeouts(connect=5.0, read=8.0, total=10.0)
_STATES = {Outcome.SENT: State.ACCEPTED, Outcome.UNKNOWN: State.CHECKING, Outcome.NOT_SENT: State.RETRY_WAIT}


@dataclass(frozen=True)
class _Round:
    """What one round showed. `status`: as read after it, empty when nothing was; `is_clear`: nothing older may land."""

    answer: Answer
    status: str = ""
    is_clear: bool = False
    is_unknown_there: bool = False


def pause(command: Command, pace: Pace = DEFAULT_PACE, stop: threading.Event | None = None) -> None:
    """One round of a claimed pause; it comes back when the next one is due."""
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
    if _is_unheard(command, pace):
        last = may_have_arrived(command)[-1]
        move(command, State.UNCONFIRMED, reason=lists.NOT_CONFIRMED, due_at=pace.next_look(posted_at(last), now))
        return
    if stop is not None and stop.is_set():
        move(command, State.QUEUED, due_at=now)
        return
    attempt = mark(command, campaign, pace)
    if attempt is None:
        return
    crash_point("pause.after_mark")
    of_list = command.kind == Command.Kind.LIST_PAUSE
    made = (_make_list_round if of_list else _make_round)(command, campaign, attempt, pace)
    crash_point("pause.after_answer")
    if not persist(lambda: replacing.give_way(command)):
        persist(lambda: _conclude(command, made, pace))


def _make_round(command: Command, campaign: Campaign, attempt: Attempt, pace: Pace) -> _Round:
    answer, _ = post(command, campaign, LeaseClock(pace), attempt, timeouts=_TIMEOUTS)
    # Asked before the GET begins: what is over by now, the GET shows.
    is_clear = landing.may_land_until(command, timezone.now(), pace) is None
    try:
        said = persist(lambda: read_campaign(campaign, client_for(command.workspace, timeouts=_TIMEOUTS)))
    except EngageError as error:
        logger.info("%s: the GET after it ended with %s", command, type(error).__name__)
        return _Round(answer, is_clear=is_clear, is_unknown_there=isinstance(error, Gone))
    return _Round(answer, said.campaign_status or "", is_clear)


def _make_list_round(command: Command, campaign: Campaign, attempt: Attempt, pace: Pace) -> _Round:
    """No GET shows a list: the answer to the POST is all that can be read."""
    is_clear = landing.may_land_until(command, timezone.now(), pace) is None
    answer, said = post(command, campaign, LeaseClock(pace), attempt, timeouts=_TIMEOUTS)
    status = calls.status_said(command, campaign, said)
    return _Round(answer, status, is_clear, is_unknown_there=answer.status in (404, 410))


def _conclude(command: Command, made: _Round, pace: Pace) -> None:
    now = timezone.now()
    is_paused = calls.is_as_wanted(command, made.status)
    if is_paused and made.is_clear:
        move(command, State.CONFIRMED)
        return
    is_refused = made.is_unknown_there or _is_refusal(made.answer)
    due_at = pace.next_round(now, command.attempts_made, is_refused=is_refused)
    reason = _say_why(made, is_refused=is_refused)
    if is_paused or (not made.is_clear and not made.status):
        reason = reason or MAKING_SURE
    elif is_sending(made.status):
        reason = STILL_ACTIVE
    elif made.status and made.is_clear and _has_been_repeated(command, made, pace):
        # Whatever the word means, further rounds would not change it: a person knows what it is.
        look_at = pace.next_look(now, now + timedelta(seconds=1))
        move(command, State.UNCONFIRMED, reason=UNKNOWN_WORD.format(made.status[:100]), due_at=look_at)
        return
    if command.kind == Command.Kind.LIST_PAUSE and _was_accepted(made):
        due_at = pace.hears_until(now)
    move(command, _STATES[made.answer.outcome], reason=reason, due_at=due_at)


def _has_been_repeated(command: Command, made: _Round, pace: Pace) -> bool:
    """Engage took it, and all the quick rounds are over."""
    return made.answer.outcome == Outcome.SENT and command.attempts_made >= len(pace.pauses)


def _is_refusal(answer: Answer) -> bool:
    return answer.outcome == Outcome.NOT_SENT and answer.status is not None and answer.retry_after is None


def _say_why(made: _Round, *, is_refused: bool) -> str:
    """What is refused is never taken to be gone for good: a person may give up, a machine does not."""
    if not is_refused:
        return made.answer.reason
    reason = made.answer.reason or calls.UNKNOWN_THERE
    return f"{reason.rstrip('.')}{STILL_TRYING}"


def _was_accepted(made: _Round) -> bool:
    """A list whose pause was taken, but not shown: a webhook will tell, and more rounds would not."""
    return made.answer.outcome == Outcome.SENT and not made.status and made.is_clear


def _is_unheard(command: Command, pace: Pace) -> bool:
    """The time is over in which a webhook should have told that the list is paused."""
    if command.kind != Command.Kind.LIST_PAUSE:
        return False
    tries = may_have_arrived(command)
    if not tries or tries[-1].outcome != Outcome.SENT or not tries[-1].baseline.get("is_clear"):
        return False
    return timezone.now() - posted_at(tries[-1]) >= timedelta(seconds=pace.hears_within)
