"""The tries of one command: what they left behind tells what may have arrived."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db.models import F
from django.utils import timezone

from engage.models import Attempt, Command, Conversation, Message
from engage.outbox.matching import Posted, Window
from engage.outbox.pace import Pace
from engage.outbox.posting import Answer

logger = logging.getLogger(__name__)

Outcome = Attempt.Outcome
MAY_HAVE_ARRIVED = (Outcome.OPEN, Outcome.SENT, Outcome.UNKNOWN)


def may_have_arrived(command: Command) -> list[Attempt]:
    """The tries of which bytes may have reached the platform, oldest first."""
    # Sorted here, not in a query: they are few, and may have been fetched along with the command.
    tries = [attempt for attempt in command.attempts.all() if attempt.outcome in MAY_HAVE_ARRIVED]
    return sorted(tries, key=lambda attempt: attempt.number)


def traces(command: Command) -> list[Attempt]:
    """The tries that may be seen at the platform, oldest first: also those it answered with a refusal.

    A gateway may refuse what was taken behind it. Before anything is sent again, all of these are looked for.
    """
    tries = [
        attempt for attempt in command.attempts.all() if attempt.outcome in MAY_HAVE_ARRIVED or is_refused(attempt)
    ]
    return sorted(tries, key=lambda attempt: attempt.number)


def is_refused(attempt: Attempt) -> bool:
    """It left, and the platform answered that it did not take it."""
    return attempt.outcome == Outcome.NOT_SENT and attempt.http_status is not None


def next_look(command: Command, now: datetime, pace: Pace) -> datetime | None:
    """When to look for it next; None when nothing of it ever left, or nobody looks any more."""
    tries = may_have_arrived(command)
    return pace.next_look(posted_at(tries[-1]), now) if tries else None


def posted_at(attempt: Attempt) -> datetime:
    return attempt.ended_at or attempt.marked_at


def authorise(command: Command, by_id: int) -> None:
    """Somebody wants one more try: written down now, marked when a dispatcher begins it."""
    number = command.attempts.count() + 1
    Attempt.objects.create(command=command, number=number, authorised_by_id=by_id, outcome=Outcome.NOT_SENT)


def mark(command: Command, baseline: dict[str, object]) -> Attempt:
    """The row that is there before the first byte leaves."""
    made = list(command.attempts.order_by("number"))
    is_wanted = bool(made) and made[-1].outcome == Outcome.NOT_SENT and made[-1].ended_at is None
    attempt = made[-1] if is_wanted else Attempt(command=command, number=len(made) + 1)
    attempt.outcome = Outcome.OPEN
    attempt.baseline = baseline
    attempt.marked_at = timezone.now()
    attempt.save()
    return attempt


def end(attempt: Attempt, answer: Answer) -> None:
    """How the try ended. A sweeper may have ended it before: then this is the better evidence."""
    status = answer.status or "no status"
    logger.info("%s, try %s: %s, %s", attempt.command, attempt.number, answer.outcome, status)
    attempt.outcome = answer.outcome
    attempt.reason = answer.reason[:300]
    attempt.http_status = answer.status
    attempt.ended_at = attempt.ended_at or timezone.now()
    if answer.remote_id:
        # The platform named the text it made of our POST.
        attempt.baseline = {**attempt.baseline, "answered_id": answer.remote_id}
    attempt.save(update_fields=["outcome", "reason", "http_status", "ended_at", "baseline"])


def count_look(attempt: Attempt) -> None:
    """One more complete look that did not settle it."""
    Attempt.objects.filter(pk=attempt.pk).update(looks=F("looks") + 1)
    attempt.looks += 1


def thread_baseline(conversation: Conversation) -> dict[str, object]:
    """What is there before we post: the ids of all texts to the lead, and the newest time in the thread."""
    columns = ("remote_id", "is_inbound", "is_confirmed", "sent_at")
    rows = list(conversation.messages.order_by("remote_id").values_list(*columns))
    # The GET has just been: what it did not show may be nobody's, and dated as he pleased.
    newest = max((sent_at for _, _, is_confirmed, sent_at in rows if is_confirmed), default=None)
    outbound = [remote_id for remote_id, is_inbound, _, _ in rows if not is_inbound]
    return {"remote_ids": outbound, "newest_at": newest.isoformat() if newest else ""}


def exclude_message(command: Command, message: Message) -> None:
    """A person says that this text is another one: it never matches this command again."""
    for attempt in command.attempts.all():
        known = {*attempt.baseline.get("remote_ids", []), message.remote_id}
        attempt.baseline = {**attempt.baseline, "remote_ids": sorted(known)}
        attempt.save(update_fields=["baseline"])


def describe(command: Command, tries: list[Attempt]) -> Posted:
    """What matching needs to know of a reply; `tries`: those that may have arrived, oldest first."""
    first = tries[0].baseline
    newest = first.get("newest_at") or ""
    return Posted(
        command_id=command.pk,
        text=command.text,
        # The first try's: whatever came later may be any of them.
        baseline=frozenset(first.get("remote_ids", ())),
        newest_before=datetime.fromisoformat(newest) if newest else None,
        windows=tuple(Window(attempt.marked_at, attempt.ended_at) for attempt in tries),
        is_accepted=any(attempt.outcome == Outcome.SENT for attempt in tries),
        remote_id=next((name for attempt in tries if (name := attempt.baseline.get("answered_id"))), ""),
        proven_by=command.message_id if command.state == Command.State.CONFIRMED else None,
    )
