"""What people at this desk did to conversations, read from the commands: one query, however many conversations.

And one more where replies were given up whose fate nobody knew: they may turn up at the platform at any time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Case, F, Q, TextField, Value, When

from engage.mirror.course import Act, DeskActs
from engage.mirror.moments import SKEW
from engage.models import Command, Message
from engage.models.disposition_names import kept_name
from engage.sms.sameness import fold

_State = Command.State
# In these, it may be that the platform has it.
_MAY_BE_THERE = (
    _State.SENDING,
    _State.ACCEPTED,
    _State.CHECKING,
    _State.PROBABLE,
    _State.UNCONFIRMED,
    _State.CONFIRMED,
    _State.DISCARDED,
)
# A person decided that it was sent, or that it does not matter.
_GIVEN_UP = (_State.CONFIRMED, _State.DISCARDED)


def read_desk_acts(conversation_ids: Iterable[int]) -> dict[int, DeskActs]:
    """By conversation id, for all that are given. Commands that do not say what was seen are left to their dates."""
    found = {conversation_id: DeskActs() for conversation_id in conversation_ids}
    commands = Command.objects.filter(
        conversation_id__among=found, kind__in=Command.OF_CONVERSATIONS, seen_through__isnull=False
    )
    needs_words = Q(kind=Command.Kind.DISPOSITION) | Q(state__in=_GIVEN_UP, message=None)
    name = Case(When(needs_words, then=F("text")), default=Value(""), output_field=TextField())
    given_up: dict[int, list[Act]] = defaultdict(list)
    rows = commands.values_list(
        "conversation_id", "kind", "state", "seen_through", "message_id", "created_at", "state_since", name
    )
    for conversation_id, kind, state, seen_through, message_id, created_at, state_since, chosen in rows:
        acts = found[conversation_id]
        is_finish = kind == Command.Kind.DISPOSITION
        act = Act(seen_through, created_at, _end(state, state_since), kept_name(chosen) if is_finish else fold(chosen))
        if is_finish:
            if state in _MAY_BE_THERE:
                acts.finishes.append(act)
            continue
        if state not in Command.FAILED or message_id is not None:
            acts.answered_through = max(acts.answered_through, seen_through)
        if message_id is not None:
            acts.own_texts.add(message_id)
        elif state in _MAY_BE_THERE:
            acts.unfound.append(act)
            if state in _GIVEN_UP:
                given_up[conversation_id].append(act)
    if given_up:
        _find_by_words(found, given_up)
    return found


def _find_by_words(found: Mapping[int, DeskActs], given_up: Mapping[int, list[Act]]) -> None:
    """Nobody looks for these any more, so their words alone tell that a text is one of them, however late it comes."""
    texts = Message.objects.outbound().filter(conversation_id__among=given_up)
    for conversation_id, message_id, sent_at, text in texts.values_list("conversation_id", "id", "sent_at", "text"):
        for act in given_up[conversation_id]:
            if sent_at >= act.begins - SKEW and fold(text) == act.name:
                found[conversation_id].own_texts.add(message_id)
                found[conversation_id].answered_through = max(found[conversation_id].answered_through, act.seen_through)


def _end(state: str, state_since: datetime) -> datetime | None:
    return state_since if state in Command.SETTLED else None
