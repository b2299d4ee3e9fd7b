"""One conversation with all that its two panes show, in a fixed number of queries. It never knows who looks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from console.accounts.people import who_may_work
from console.display.pages import first_of
from console.inbox import timeline
from console.inbox.models import DeskConversation, DeskEvent
from engage.mirror.consent import lock_reason, number_of
from engage.mirror.judging import find_doubts
from engage.mirror.lead_states import Meaning, meaning_of
from engage.mirror.lifting import locks_mark
from engage.models import Attempt, Change, Command, Consent, Conversation, Lead, Message, Telling
from engage.outbox.attempts import MAY_HAVE_ARRIVED
from engage.outbox.guards import window_of, window_refusal
from engage.sms.keywords import may_ask_to_start

# A thread begins at a multiple of this, so that "Show earlier" keeps its place while new texts come in.
PAGE = 50
# On one page for paper: more nobody prints at once.
WHOLE = 2_000
LEAD_FIELDS_SHOWN = 60
COLLEAGUES_SHOWN = 40
# Letters of a value that is no text.
OTHER_SHOWN = 500

# What is still on its way stands at the end of the thread; the rest has its place in time.
_PENDING = (*Command.WAITING, *Command.IN_FLIGHT, *Command.WATCHED)
# A disposition that needs no more words: it happened, or a newer choice took its place.
_QUIET = (Command.State.CONFIRMED, Command.State.CANCELLED, Command.State.DISCARDED)


def thread_context(conversation_id: int) -> dict[str, Any] | None:
    """What `_thread.html` and `_lead.html` show; None when the conversation is gone."""
    # Read first: whatever is announced up to here is in what follows.
    known_change = Change.objects.newest_id()
    related = DeskConversation.objects.select_related("lead", "campaign", "assignment__agent")
    without_secrets = related.defer("sealed_key", "sealed_offered_key", "campaign__document")
    conversation = without_secrets.filter(id=conversation_id).first()
    if conversation is None:
        return None
    now = timezone.now()
    lead = conversation.lead
    total = conversation.messages.count()
    messages = _read_messages(conversation, slice(max(0, (total // PAGE - 1) * PAGE), None))
    commands = list(conversation.commands.select_related("created_by").order_by("id"))
    reason = lock_reason(conversation)
    return {
        "conversation": conversation,
        "known_change": known_change,
        "lead": lead,
        "entries": _entries(conversation, messages, commands, is_whole=len(messages) == total, now=now),
        "earlier_than": messages[0] if len(messages) < total else None,
        "seen_through": _find_seen(messages, commands),
        "lock_reason": reason,
        "telling": _find_telling(conversation) if reason else None,
        "asks_to_start": _find_wish_to_start(conversation, messages) if reason else "",
        "locks_mark": locks_mark(conversation) if reason else "",
        "window": window_of(lead).status(now),
        "window_refusal": window_refusal(conversation, now),
        "doubts": None if reason else find_doubts(conversation),
        "lead_fields": _fields_of(lead),
        "lead_other": _others_of(lead),
        "doubtful_state": lead.status if meaning_of(lead.status) is Meaning.MAY_HAVE_STOPPED else "",
        "lead_place": ", ".join(filter(None, (str(lead.data.get("City") or ""), lead.state))),
        "lead_result": _result_of(lead),
        "finishing": _find_finishing(commands),
        **colleagues_context(conversation.campaign_id),
    }


def colleagues_context(campaign_id: int, sought: str = "") -> dict[str, Any]:
    """To whom a conversation may be given: the first of them, and how many more a search finds."""
    found, more = first_of(who_may_work(campaign_id, sought), COLLEAGUES_SHOWN)
    return {"colleagues": found, "colleagues_more": more, "sought_colleague": sought}


def earlier_context(conversation: Conversation, before: Message) -> dict[str, Any]:
    """One page of messages before the given one, oldest first, without what people did in between."""
    older = conversation.messages.filter(_is_before(before))
    total = older.count()
    messages = _read_messages(conversation, slice(max(0, total - PAGE), total), among=older)
    bubbles = _bubbles(conversation, messages)
    return {
        "conversation": conversation,
        "entries": timeline.build(bubbles, [], pending=[], now=timezone.now()),
        "earlier_than": messages[0] if len(messages) < total else None,
    }


def whole_context(conversation: Conversation, before: Message | None = None) -> dict[str, Any]:
    """All of it up to the given message, as far as it is one for paper: the newest WHOLE texts, and how many are not.

    With what people did in between, and without what can be done.
    """
    now = timezone.now()
    among = conversation.messages.filter(_is_before(before)) if before else conversation.messages.all()
    total = among.count()
    messages = _read_messages(conversation, slice(max(0, total - WHOLE), total), among=among)
    is_whole = len(messages) == total
    if before is None:
        commands = list(conversation.commands.select_related("created_by").order_by("id"))
        entries = _entries(conversation, messages, commands, is_whole=is_whole, now=now)
    else:
        lines = _lines(conversation, list(conversation.commands.select_related("created_by").order_by("id")))
        begins = None if is_whole else messages[0].sent_at
        lines = [line for line in lines if line.at < before.sent_at and (begins is None or line.at >= begins)]
        entries = timeline.build(_bubbles(conversation, messages), lines, pending=[], now=now)
    return {
        "conversation": conversation,
        "entries": entries,
        "is_for_paper": True,
        "later_than": before,
        "earlier_than": None if is_whole else messages[0],
        "left_out": total - len(messages),
    }


def _is_before(message: Message) -> Q:
    """In the order of the thread."""
    return Q(sent_at__lt=message.sent_at) | Q(sent_at=message.sent_at, remote_id__lt=message.remote_id)


def _read_messages(conversation: Conversation, part: slice, among: QuerySet[Message] | None = None) -> list[Message]:
    among = conversation.messages.all() if among is None else among
    messages = list(among.order_by("sent_at", "remote_id").select_related("command__created_by")[part])
    for message in messages:
        message.conversation = conversation
    return messages


def _entries(
    conversation: Conversation, messages: list[Message], commands: list[Command], *, is_whole: bool, now: datetime
) -> list[timeline.Entry]:
    zone = conversation.lead.time_zone
    # Before the first message shown stands what a page of earlier messages will show.
    begins = None if is_whole or not messages else messages[0].sent_at
    replies = [row for row in commands if row.kind == Command.Kind.REPLY]
    arrived = timeline.pair_up(messages, replies, _find_left_before(replies))
    alone = [row for row in replies if row.message_id is None and row not in arrived.values()]
    settled = [row for row in alone if row.state not in _PENDING and (begins is None or row.created_at >= begins)]
    pending = [row for row in alone if row.state in _PENDING]
    lines = [line for line in _lines(conversation, commands) if begins is None or line.at >= begins]
    return timeline.build(
        [*_bubbles(conversation, messages, arrived), *timeline.command_bubbles(settled, zone_name=zone)],
        lines,
        pending=timeline.command_bubbles(pending, zone_name=zone),
        now=now,
    )


def _bubbles(
    conversation: Conversation, messages: Sequence[Message], arrived: Mapping[int, Command] = MappingProxyType({})
) -> list[timeline.Bubble]:
    delivery = conversation.lead.status.replace("_", " ").capitalize()
    return timeline.message_bubbles(messages, arrived, zone_name=conversation.lead.time_zone, delivery=delivery)


def _lines(conversation: Conversation, commands: list[Command]) -> list[timeline.Line]:
    lead = conversation.lead
    chosen_here = [row for row in commands if row.kind == Command.Kind.DISPOSITION]
    consents = Consent.objects.for_numbers(conversation.workspace_id, [number_of(lead)])
    consents = consents.select_related("by")
    standing = consents.exclude(id__in=consents.disproved())
    return [
        *timeline.desk_lines(DeskEvent.objects.filter(conversation=conversation).select_related("by", "to")),
        *timeline.disposition_lines(conversation.disposition_history.all(), chosen_here),
        *timeline.consent_lines(list(standing), conversation.id),
    ]


def _find_seen(messages: list[Message], commands: list[Command]) -> int:
    """Id of the text heard last of those on the page; what somebody has acted upon already is nobody's news."""
    acted_upon = (row.seen_through or 0 for row in commands)
    return max((*(message.pk for message in messages), *acted_upon), default=0)


def _find_left_before(replies: list[Command]) -> set[int]:
    still = [row.id for row in replies if row.state in timeline.MAY_HAVE_LEFT]
    if not still:
        return set()
    tries = Attempt.objects.filter(command_id__in=still, outcome__in=MAY_HAVE_ARRIVED)
    return set(tries.values_list("command_id", flat=True))


def _find_finishing(commands: list[Command]) -> Command | None:
    """The newest disposition chosen here, while it is not yet one at the platform."""
    chosen = [row for row in commands if row.kind == Command.Kind.DISPOSITION]
    return chosen[-1] if chosen and chosen[-1].state not in _QUIET else None


def _find_telling(conversation: Conversation) -> Telling | None:
    """Whether Engage was told that the number is locked; None where it knows by itself, or is told elsewhere."""
    return conversation.tellings.exclude(state=Telling.State.COVERED).order_by("id").last()


def _find_wish_to_start(conversation: Conversation, messages: Sequence[Message]) -> str:
    """The newest text of a lead who is opted out, if it was written since and may ask for texts; it lifts nothing."""
    texts = [message for message in messages if message.is_inbound and not message.is_disproved]
    if not texts or not may_ask_to_start(texts[-1].text):
        return ""
    number = number_of(conversation.lead)
    since = Consent.objects.for_numbers(conversation.workspace_id, [number]).locking().aggregate(at=Max("at"))["at"]
    return texts[-1].text if since is None or texts[-1].sent_at > since else ""


def _result_of(lead: Lead) -> str:
    """As "Delivered, 0.7 s later": what became of the campaign's first text."""
    status = lead.status.replace("_", " ").capitalize()
    if not status or lead.sent_at is None or lead.result_at is None or lead.result_at < lead.sent_at:
        return status
    return f"{status}, {(lead.result_at - lead.sent_at).total_seconds():.1f} s later"


def _others_of(lead: Lead) -> list[tuple[str, str]]:
    """What Engage says of the lead that no guide names."""
    filled = [(name, value) for name, value in lead.unknown_fields.items() if value not in (None, "", [], {})]
    return [
        (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)[:OTHER_SHOWN])
        for name, value in filled[:LEAD_FIELDS_SHOWN]
    ]


def _fields_of(lead: Lead) -> list[tuple[str, str]]:
    """What was loaded with the lead, named as it was loaded; empty values say nothing."""
    filled = [(name, str(value)) for name, value in lead.data.items() if value not in (None, "", [], {})]
    return filled[:LEAD_FIELDS_SHOWN]
