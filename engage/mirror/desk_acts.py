"""What people at this desk did to conversations, read from the commands: one query, however many conversations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Case, F, TextField, Value, When

from engage.mirror.course import Act, DeskActs
from engage.models import Command
from engage.models.disposition_names import kept_name

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


def read_desk_acts(conversation_ids: Iterable[int]) -> dict[int, DeskActs]:
    """By conversation id, for all that are given. Commands that do not say what was seen are left to their dates."""
    found = {conversation_id: DeskActs() for conversation_id in conversation_ids}
    commands = Command.objects.filter(
        conversation_id__among=found, kind__in=Command.OF_CONVERSATIONS, seen_through__isnull=False
    )
    name = Case(When(kind=Command.Kind.DISPOSITION, then=F("text")), default=Value(""), output_field=TextField())
    rows = commands.values_list(
        "conversation_id", "kind", "state", "seen_through", "message_id", "created_at", "state_since", name
    )
    for conversation_id, kind, state, seen_through, message_id, created_at, state_since, chosen in rows:
        acts = found[conversation_id]
        act = Act(seen_through, created_at, _end(state, state_since), kept_name(chosen))
        if kind == Command.Kind.DISPOSITION:
            if state in _MAY_BE_THERE:
                acts.finishes.append(act)
            continue
        if state not in Command.FAILED or message_id is not None:
            acts.answered_through = max(acts.answered_through, seen_through)
        if message_id is not None:
            acts.own_texts.add(message_id)
        elif state in _MAY_BE_THERE:
            acts.unfound.append(act)
    return found


def _end(state: str, state_since: datetime) -> datetime | None:
    return state_since if state in Command.SETTLED else None
