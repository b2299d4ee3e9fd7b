"""May a number be texted? Computed from all evidence at once; when unsure, no.

Every stop stands until something ends it: a START that Engage shows, an OptIn that Engage answered for since, or a
supervisor with a reason. What ends it must be the later one by Engage's dates and by when we heard of both: a clock may
be wrong, at Engage or here. That a GET does not show a stop ends nothing; carriers keep such words to themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from engage.mirror.moments import SKEW as _SKEW
from engage.models import Consent, Conversation, Lead
from engage.models.consent import STATE

# An opt-out event about words that it carries, and one about words that were kept from us, dated by its arrival.
EVENT = "event:"
UNTIMED = "untimed:"
# An opt-in event as of the newest text it carries, and one that carries none, dated by its arrival.
OPT_IN = "optin:"
# One that carries the word START itself.
OPT_IN_WORDED = "optin-worded:"
OPT_IN_UNTIMED = "optin-untimed:"
# Of former days: a thread read whole, with START as its last word.
_READ = "read:"

# Said to everybody alike: agents and supervisors read the same fragment.
_UNDONE_BY = "The lead can undo it by texting START, a supervisor with a reason."
_STOPPED_HERE = f"Somebody here stopped all texts to this number. {_UNDONE_BY}"
_REASONS = {
    Consent.Kind.OPTED_OUT: f"They opted out. {_UNDONE_BY}",
    Consent.Kind.DO_NOT_CONTACT: f"This number is on the do-not-contact list of the workspace. {_UNDONE_BY}",
}


def number_of(lead: Lead) -> str:
    """What consent is kept under: the phone number, however it is written, in every campaign of the workspace."""
    return lead.number or f"lead:{lead.remote_id}"[:40]


def locked_numbers(workspace_id: int, phones: Iterable[str]) -> dict[str, Consent.Kind]:
    """Those of the numbers that must not be texted, with what forbids it."""
    standing = find_locks(workspace_id, phones)
    return {phone: _weightiest(rows) for phone, rows in standing.items()}


def find_locks(workspace_id: int, phones: Iterable[str]) -> dict[str, list[Consent]]:
    """The evidence that nothing has ended, by number; numbers that may be texted are absent."""
    evidence: dict[str, list[Consent]] = defaultdict(list)
    rows = list(Consent.objects.for_numbers(workspace_id, set(phones)).with_answers())
    fallen = _find_fallen(rows)
    for row in rows:
        if row.pk not in fallen and not row.is_of_nobody:
            evidence[row.phone].append(row)
    locks = {phone: _find_standing(rows) for phone, rows in evidence.items()}
    return {phone: rows for phone, rows in locks.items() if rows}


def _weightiest(rows: list[Consent]) -> Consent.Kind:
    kinds = {row.kind for row in rows}
    return Consent.Kind.DO_NOT_CONTACT if Consent.Kind.DO_NOT_CONTACT in kinds else Consent.Kind.OPTED_OUT


def _find_fallen(rows: list[Consent]) -> set[int]:
    unproven = [row.pk for row in rows if row.heard_at is not None]
    if not unproven:
        return set()
    # Few are; only for those is it worth to look into their threads.
    unshown = list(Consent.objects.filter(pk__among=unproven).unshown().values_list("pk", flat=True))
    return set(Consent.objects.filter(pk__among=unshown).disproved().values_list("pk", flat=True)) if unshown else set()


def _find_standing(rows: list[Consent]) -> list[Consent]:
    stops = [row for row in rows if row.is_lock]
    # The newest first: as a rule it ends all of them.
    starts = sorted((row for row in rows if row.kind == Consent.Kind.OPTED_IN), key=lambda row: row.at, reverse=True)
    return [stop for stop in stops if not any(_ends(start, stop) for start in starts)]


def _ends(start: Consent, stop: Consent) -> bool:
    if start.evidence.startswith(_READ):
        return stop.evidence.startswith(UNTIMED) and start.at > stop.at
    if start.evidence.startswith((OPT_IN, OPT_IN_WORDED, OPT_IN_UNTIMED)):
        return _opt_in_ends(start, stop)
    if stop.evidence.startswith(STATE) and stop.shown_at is not None and start.at <= stop.shown_at:
        # A GET gave the state after START was said, perhaps of another lead of this number: START may arrive late.
        return False
    return start.is_confirmed and start.at > stop.at and _is_heard_later(start, stop)


def _opt_in_ends(start: Consent, stop: Consent) -> bool:
    """An OptIn counts once a GET that was begun after it answered; a stop in that is one heard later."""
    if not start.is_answered or not _is_heard_before(stop, start):
        return False
    if start.evidence.startswith(OPT_IN_WORDED) and stop.is_confirmed:
        # Where Engage shows the one word, it shows the other: the START in its thread counts, or none.
        return False
    if start.evidence.startswith(OPT_IN_UNTIMED):
        return True
    if not stop.evidence.startswith(UNTIMED):
        return stop.at <= start.at
    # Dates of different clocks are compared only where the word START itself has one: it may have arrived late.
    return not start.evidence.startswith(OPT_IN_WORDED) or stop.at <= start.at + _SKEW


def _is_heard_later(start: Consent, stop: Consent) -> bool:
    """Was START heard after the stop? Where one answer brought the stop along with START, its dates decide."""
    if _is_heard_first(stop, start):
        return True
    if stop.first_heard_at != stop.shown_at or start.shown_at is None or start.first_heard_at is None:
        return False
    is_one_answer = stop.shown_at is not None and stop.shown_at <= start.shown_at
    return is_one_answer and start.at <= start.first_heard_at + _SKEW


def _is_heard_first(stop: Consent, start: Consent) -> bool:
    if stop.first_heard_at is None or start.first_heard_at is None:
        # Of rows from before this was written down the dates are all there is.
        return stop.at < start.at
    return stop.first_heard_at <= start.first_heard_at


def _is_heard_before(stop: Consent, opt_in: Consent) -> bool:
    if stop.last_heard_at is None or opt_in.first_heard_at is None:
        return _is_heard_first(stop, opt_in)
    # Two opt-out events may look alike: the last of them may be a new one.
    return stop.last_heard_at < opt_in.first_heard_at


def lock_reason(conversation: Conversation) -> str:
    """Why the lead of this conversation must not be texted, in the agent's words; empty when they may be."""
    number = number_of(conversation.lead)
    locks = find_locks(conversation.workspace_id, [number]).get(number)
    if not locks:
        return ""
    return _STOPPED_HERE if all(row.is_by_desk for row in locks) else _REASONS[_weightiest(locks)]
