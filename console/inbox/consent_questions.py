"""What leads may have meant, for who looks after consent: texts that may be opt-outs, and wishes to be texted again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Max

from console.accounts.scope import Scope
from console.inbox.models import DeskConversation, DeskQuerySet
from engage.mirror.consent import number_of
from engage.models import Consent, Message
from engage.sms.keywords import Signal, may_ask_to_start

SHOWN: Final = 100
# Of those who are opted out, so many are looked through, the newest first.
_LOOKED_THROUGH: Final = 500


@dataclass(frozen=True)
class Question:
    """One conversation, and the words that raise the question; those are empty where another kind of statement does."""

    conversation: DeskConversation
    since: datetime | None
    words: str


def list_context(scope: Scope) -> dict[str, Any]:
    """At most SHOWN of either, and whether there are more."""
    doubts, wishes = _find_doubts(scope), _find_wishes(scope)
    return {
        "doubts": doubts[:SHOWN],
        "has_more_doubts": len(doubts) > SHOWN,
        "wishes": wishes[:SHOWN],
        "has_more_wishes": len(wishes) > SHOWN,
    }


def _find_doubts(scope: Scope) -> list[Question]:
    """Who wrote what may be an opt-out, and nobody has said whether it is; the longest wait first."""
    # All of them wait, and of what waits there is an index.
    waiting = DeskConversation.objects.within(scope).awaiting_reply().filter(may_be_opt_out=True)
    rows = list(_load(waiting.order_by("waiting_since", "id"))[: SHOWN + 1])
    words = _find_words(rows)
    return [Question(row, row.waiting_since, words.get(row.pk, "")) for row in rows]


def _find_words(rows: list[DeskConversation]) -> dict[int, str]:
    """The first doubtful text of each."""
    asked = Message.objects.inbound().filter(is_judged=False, signal=Signal.MAYBE_STOP.value)
    found: dict[int, str] = {}
    in_order = asked.filter(conversation_id__in=[row.pk for row in rows]).in_order()
    for conversation_id, text in in_order.values_list("conversation_id", "text"):
        found.setdefault(conversation_id, text[:200])
    return found


def _find_wishes(scope: Scope) -> list[Question]:
    """Who is opted out, and whose newest text since then may ask for texts again; the newest first."""
    opted_out = DeskConversation.objects.within(scope).opted_out().filter(last_message_is_inbound=True)
    newest = _load(opted_out.order_by("-last_message_at", "-id"))[:_LOOKED_THROUGH]
    rows = [row for row in newest if may_ask_to_start(row.last_message_text)][: SHOWN * 2]
    locked_at = _find_newest_locks(rows)
    return [
        Question(row, row.last_message_at, row.last_message_text)
        for row in rows
        if row.last_message_at is not None and not _is_before(row, locked_at)
    ]


def _is_before(row: DeskConversation, locked_at: dict[tuple[int, str], datetime]) -> bool:
    since = locked_at.get((row.workspace_id, number_of(row.lead)))
    return since is not None and row.last_message_at is not None and row.last_message_at <= since


def _find_newest_locks(rows: list[DeskConversation]) -> dict[tuple[int, str], datetime]:
    numbers: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        numbers[row.workspace_id].add(number_of(row.lead))
    found: dict[tuple[int, str], datetime] = {}
    for workspace_id, phones in numbers.items():
        locks = Consent.objects.for_numbers(workspace_id, phones).locking().order_by()
        newest = locks.values_list("phone").annotate(Max("at"))
        found |= {(workspace_id, phone): at for phone, at in newest}
    return found


def _load(rows: DeskQuerySet) -> DeskQuerySet:
    """With all that a row shows, and none of the keys."""
    return rows.select_related("lead", "campaign").defer(
        "sealed_key", "sealed_offered_key", "dispositions", "campaign__document", "lead__data", "lead__unknown_fields"
    )
