"""What statements say about consent, as rows of evidence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engage.api.events import ConversationKind
from engage.mirror.consent import READ, UNTIMED, number_of
from engage.mirror.merged import Merged
from engage.mirror.observations import EPOCH, ConversationObservation
from engage.models import Consent, Disposition, Message
from engage.sms.keywords import Signal


def collect_evidence(merged: Iterable[Merged]) -> list[Consent]:
    """Rows not yet saved; the same evidence may appear twice."""
    return [row for item in merged for row in _of_conversation(item)]


def _of_conversation(item: Merged) -> list[Consent]:
    rows = [row for message in (*item.new_messages, *item.confirmed_messages) for row in _of_message(item, message)]
    for disposition in item.new_dispositions:
        if _is_do_not_contact(item, disposition.name):
            rows.append(_of_disposition(item, disposition))
    for observation in item.observations:
        if observation.kind == ConversationKind.OPT_OUT:
            rows.append(_of_opt_out(item, observation))
        if observation.is_read:
            rows.extend(_of_read(item, observation))
    return rows


def _of_message(item: Merged, message: Message) -> list[Consent]:
    kind = {Signal.STOP.value: Consent.Kind.OPTED_OUT, Signal.START.value: Consent.Kind.OPTED_IN}.get(message.signal)
    if kind is None:
        return []
    evidence = f"message:{message.remote_id}"
    return [_row(item, kind, message.sent_at, evidence, is_confirmed=message.is_confirmed, heard_at=message.heard_at)]


def _of_disposition(item: Merged, chosen: Disposition) -> Consent:
    evidence = f"disposition:{item.lead.remote_id}:{chosen.chosen_at.isoformat()}"
    return _row(
        item,
        Consent.Kind.DO_NOT_CONTACT,
        chosen.chosen_at,
        evidence,
        is_confirmed=chosen.is_confirmed,
        heard_at=chosen.heard_at,
    )


def _is_do_not_contact(item: Merged, name: str) -> bool:
    return any(
        entry.do_not_contact and entry.disposition == name
        for observation in item.observations
        for entry in observation.payload.data.dispositions
    ) or any(entry.get("doNotContact") and entry.get("disposition") == name for entry in item.conversation.dispositions)


def _of_opt_out(item: Merged, observation: ConversationObservation) -> Consent:
    """Dated by the newest message the event carries; without one by its arrival, by our clock alone."""
    at = max((observation.sent_at(message) for message in observation.messages if message.timestamp), default=None)
    if at is None:
        evidence = f"{UNTIMED}{item.lead.remote_id}:{observation.seen_at.isoformat()}"
        return _row(item, Consent.Kind.OPTED_OUT, observation.seen_at, evidence)
    evidence = f"event:{item.lead.remote_id}:{at.isoformat()}"
    return _row(item, Consent.Kind.OPTED_OUT, at, evidence, heard_at=observation.heard_at)


def _of_read(item: Merged, observation: ConversationObservation) -> list[Consent]:
    """A whole thread whose last word on consent is START answers opt-outs of unknown time that came before the GET."""
    number = number_of(item.lead.phone, item.lead.remote_id)
    untimed = Consent.objects.for_numbers(item.conversation.workspace_id, [number]).filter(evidence__startswith=UNTIMED)
    words = Message.objects.filter(
        conversation=item.conversation, is_confirmed=True, signal__in=(Signal.STOP.value, Signal.START.value)
    )
    last_word = words.order_by("-sent_at", "-remote_id").values_list("signal", flat=True).first()
    if last_word != Signal.START.value or not untimed.exists():
        return []
    evidence = f"{READ}{item.lead.remote_id}:{observation.seen_at.isoformat()}"
    return [_row(item, Consent.Kind.OPTED_IN, observation.seen_at, evidence, is_confirmed=True)]


def _row(
    item: Merged,
    kind: Consent.Kind,
    at: datetime,
    evidence: str,
    *,
    is_confirmed: bool = False,
    heard_at: datetime | None = None,
) -> Consent:
    """`heard_at`: None of what a GET has shown, or never can."""
    return Consent(
        workspace_id=item.conversation.workspace_id,
        phone=number_of(item.lead.phone, item.lead.remote_id),
        kind=kind,
        at=at,
        evidence=evidence[:250],
        is_confirmed=is_confirmed,
        heard_at=heard_at,
        conversation=item.conversation,
    )


def record_evidence(workspace_id: int, rows: list[Consent]) -> set[str]:
    """Save what is new, confirm what a GET has shown; returns the numbers whose evidence changed."""
    if not rows:
        return set()
    stated: dict[tuple[str, str, str], Consent] = {}
    # The last one stays: what a GET shows, else what was heard first.
    for row in sorted(rows, key=lambda row: (row.is_confirmed, -(row.heard_at or EPOCH).timestamp())):
        stated[row.phone, row.kind, row.evidence] = row
    known = Consent.objects.for_numbers(workspace_id, {row.phone for row in rows}).filter(
        evidence__among={row.evidence for row in rows}
    )
    changed: set[str] = set()
    for old in known:
        new = stated.pop((old.phone, old.kind, old.evidence), None)
        if new is None or old.is_confirmed:
            continue
        if new.is_confirmed:
            # The GET has the last word on the time, too.
            Consent.objects.filter(pk=old.pk).update(is_confirmed=True, at=new.at, heard_at=None)
            changed.add(old.phone)
        elif old.heard_at and new.heard_at and new.heard_at < old.heard_at:
            Consent.objects.filter(pk=old.pk).update(heard_at=new.heard_at)
            changed.add(old.phone)
    # Two workers may learn the same at once; the constraint keeps one row of it.
    Consent.objects.bulk_create(stated.values(), ignore_conflicts=True)
    return changed | {row.phone for row in stated.values()}
