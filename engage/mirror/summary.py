"""Where a conversation stands, computed from its messages, dispositions, what the desk did and its number's consent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from engage.mirror.bulk import update
from engage.mirror.consent import locked_numbers, number_of
from engage.mirror.course import Thread
from engage.mirror.desk_acts import read_desk_acts
from engage.mirror.observations import EPOCH
from engage.mirror.reactions import reread_reactions
from engage.models import Conversation, Disposition, Lead, Message

SUMMARY_FIELDS = (
    "status",
    "started_at",
    "waiting_since",
    "last_inbound_at",
    "heard_through",
    "last_message_at",
    "last_message_text",
    "last_message_is_inbound",
    "may_be_opt_out",
    "disposition",
    "disposition_at",
    "disproved",
)


def refresh(conversation_ids: Iterable[int]) -> list[Conversation]:
    """Recompute inside the caller's transaction; returns those that changed, saved. Announcing is the caller's."""
    # The lock lets two merges of one conversation see each other's messages; on SQLite the write transaction does.
    locked = Conversation.objects.select_for_update(no_key=True).filter(id__among=set(conversation_ids)).order_by("id")
    return refresh_locked(list(locked))


def lock_numbers(workspace_id: int, phones: set[str], *, besides: Iterable[int]) -> list[Conversation]:
    """Conversations in any campaign with the numbers whose consent changed: they open and close together."""
    if not phones:
        return []
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True).filter(
        workspace_id=workspace_id, lead__number__among=phones - {""}
    )
    return list(rows.exclude(id__among=list(besides)).order_by("id"))


def refresh_locked(conversations: list[Conversation]) -> list[Conversation]:
    """As `refresh`, for rows the caller holds locked. Saves the summary only."""
    before = {row.id: [getattr(row, name) for name in SUMMARY_FIELDS] for row in conversations}
    summarize(conversations, read_numbers(conversations))
    changed = [row for row in conversations if before[row.id] != [getattr(row, name) for name in SUMMARY_FIELDS]]
    update(changed, SUMMARY_FIELDS)
    return changed


def summarize(conversations: list[Conversation], numbers: Mapping[int, str]) -> None:
    """Set the summary fields of the rows, saving nothing. `numbers`: what consent is kept under, by lead id."""
    threads = _read_threads(conversations)
    locked = _read_locks(conversations, numbers)
    texts = dict(
        Message.objects.filter(id__among=[thread.last_message_id for thread in threads.values()]).values_list(
            "id", "text"
        )
    )
    for row in conversations:
        thread = threads[row.id]
        _apply(row, thread, is_locked=row.id in locked)
        row.last_message_text = texts.get(thread.last_message_id or 0, "")[:200]


def _read_threads(conversations: list[Conversation]) -> dict[int, Thread]:
    rows = {row.id: row for row in conversations}
    acts = read_desk_acts(rows)
    threads = {row.id: Thread(acts[row.id]) for row in conversations}
    # First, because a text is over or not as the dispositions say.
    _read_dispositions(rows, threads)
    fallen: dict[int, tuple[int, datetime, bool]] = {}
    messages = Message.objects.filter(conversation_id__among=threads).order_by("sent_at", "remote_id")
    said = list(
        messages.values_list("conversation_id", "id", "sent_at", "is_inbound", "signal", "is_judged", "heard_at")
    )
    reread = reread_reactions({message_id: signal for _, message_id, _, _, signal, _, _ in said})
    for conversation_id, message_id, sent_at, is_inbound, signal, is_judged, heard_at in said:
        if heard_at and rows[conversation_id].disproves(heard_at):
            threads[conversation_id].disproved += 1
            fallen[conversation_id] = (message_id, sent_at, is_inbound)
        else:
            signal = reread.get(message_id, signal)
            threads[conversation_id].add(message_id, sent_at, is_inbound, signal, is_judged=is_judged)
    for conversation_id, message in fallen.items():
        thread = threads[conversation_id]
        if thread.last_message_at is None and not thread.dispositions:
            # Nothing else is there to be seen. It does not count, but it is the last one.
            thread.last_message_id, thread.last_message_at, thread.last_is_inbound = message
            thread.is_made_up = True
    return threads


def _read_dispositions(rows: Mapping[int, Conversation], threads: Mapping[int, Thread]) -> None:
    fallen: list[tuple[int, datetime]] = []
    standing: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    chosen = Disposition.objects.filter(conversation_id__among=threads)
    for conversation_id, heard_at, chosen_at, as_of, name in chosen.values_list(
        "conversation_id", "heard_at", "chosen_at", "as_of", "name"
    ):
        counts_at = as_of or chosen_at
        if heard_at and rows[conversation_id].disproves(heard_at):
            fallen.append((conversation_id, counts_at))
        else:
            standing[conversation_id].append((counts_at, name))
    for conversation_id, dispositions in standing.items():
        threads[conversation_id].finish(dispositions)
    for conversation_id, counts_at in fallen:
        # A GET shows the current one alone: an earlier one may well have been.
        current, _ = max(threads[conversation_id].dispositions, default=(EPOCH, ""))
        threads[conversation_id].disproved += counts_at > current


def read_numbers(conversations: Iterable[Conversation]) -> dict[int, str]:
    """What consent is kept under, by lead id."""
    leads = Lead.objects.filter(id__among=[row.lead_id for row in conversations])
    return {lead.pk: number_of(lead) for lead in leads.only("number", "remote_id")}


def _read_locks(conversations: list[Conversation], numbers: Mapping[int, str]) -> set[int]:
    """Ids of conversations whose number must not be texted."""
    by_workspace: dict[int, list[str]] = defaultdict(list)
    for row in conversations:
        by_workspace[row.workspace_id].append(numbers[row.lead_id])
    locked = {workspace: locked_numbers(workspace, phones) for workspace, phones in by_workspace.items()}
    return {row.id for row in conversations if numbers[row.lead_id] in locked[row.workspace_id]}


def _apply(row: Conversation, thread: Thread, *, is_locked: bool) -> None:
    row.started_at = thread.started_at
    row.last_inbound_at = thread.last_inbound_at
    row.last_message_at = thread.last_message_at
    row.last_message_is_inbound = thread.last_is_inbound
    row.disproved = thread.disproved
    row.heard_through = thread.heard_through
    row.disposition_at, row.disposition = max(thread.dispositions, default=(None, ""))
    row.status = _find_status(thread, is_locked=is_locked)
    in_doubt_since = None if row.is_opted_out else thread.in_doubt_since
    row.may_be_opt_out = in_doubt_since is not None
    # A question that only a person answers keeps its place in the queue, whatever ended the conversation meanwhile.
    waits = (thread.waiting_since if row.is_open else None, in_doubt_since)
    row.waiting_since = min((since for since in waits if since), default=None)


def _find_status(thread: Thread, *, is_locked: bool) -> Conversation.Status:
    if is_locked:
        return Conversation.Status.OPTED_OUT
    # A lead who writes again after the end opens it again.
    is_over = thread.is_made_up or (thread.dispositions and not thread.goes_on)
    return Conversation.Status.CLOSED if is_over else Conversation.Status.OPEN
