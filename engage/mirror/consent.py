"""May a number be texted? Computed from all evidence at once, by the platform's clock; when unsure, no.

Two lanes. Words and events with a time of the platform are compared by that time. An opt-out event that names no time
counts until a GET begun after it shows that the lead's last word on the matter was START.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from engage.models import Consent, Conversation

UNTIMED = "untimed:"
READ = "read:"

_REASONS = {
    Consent.Kind.OPTED_OUT: "They opted out. Only they can undo it, by texting START.",
    Consent.Kind.DO_NOT_CONTACT: "This number is on the do-not-contact list of the workspace.",
}


def number_of(phone: str, lead_remote_id: str) -> str:
    """What consent is kept under: the phone number, in every campaign of the workspace."""
    return phone or f"lead:{lead_remote_id}"[:40]


def locked_numbers(workspace_id: int, phones: Iterable[str]) -> dict[str, Consent.Kind]:
    """Those of the numbers that must not be texted, with what forbids it."""
    evidence: dict[str, list[Consent]] = defaultdict(list)
    rows = list(Consent.objects.for_numbers(workspace_id, set(phones)))
    fallen = _find_fallen(rows)
    for row in rows:
        if row.pk not in fallen:
            evidence[row.phone].append(row)
    locks = {phone: _find_lock(rows) for phone, rows in evidence.items()}
    return {phone: lock for phone, lock in locks.items() if lock is not None}


def _find_fallen(rows: list[Consent]) -> set[int]:
    unproven = [row.pk for row in rows if row.heard_at is not None]
    if not unproven:
        return set()
    # Few are; only for those is it worth to look into their threads.
    unshown = list(Consent.objects.filter(pk__among=unproven).unshown().values_list("pk", flat=True))
    return set(Consent.objects.filter(pk__among=unshown).disproved().values_list("pk", flat=True)) if unshown else set()


def _find_lock(rows: list[Consent]) -> Consent.Kind | None:
    if any(row.kind == Consent.Kind.DO_NOT_CONTACT for row in rows):
        return Consent.Kind.DO_NOT_CONTACT
    by_event = [row for row in rows if row.evidence.startswith((UNTIMED, READ))]
    by_clock = [row for row in rows if not row.evidence.startswith((UNTIMED, READ))]
    return Consent.Kind.OPTED_OUT if _ends_opted_out(by_event) or _ends_opted_out(by_clock) else None


def _ends_opted_out(rows: list[Consent]) -> bool:
    """The newest word counts; of two at the same moment the opt-out. An opt-in counts once a GET has shown it."""
    outs = [row.at for row in rows if row.kind == Consent.Kind.OPTED_OUT]
    ins = [row.at for row in rows if row.kind == Consent.Kind.OPTED_IN and row.is_confirmed]
    return bool(outs) and (not ins or max(outs) >= max(ins))


def lock_reason(conversation: Conversation) -> str:
    """Why the lead of this conversation must not be texted, in the agent's words; empty when they may be."""
    number = number_of(conversation.lead.phone, conversation.lead.remote_id)
    lock = locked_numbers(conversation.workspace_id, [number]).get(number)
    return _REASONS[lock] if lock else ""
