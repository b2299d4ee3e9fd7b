"""Events under names that no guide has: kept in mind by name, so that a person hears of them, until they are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from engage.api.events import ConversationEvent, ConversationKind, Event, UnknownEvent, is_documented
from engage.mirror.observations import LoadObservation
from engage.models import Trouble
from engage.models.trouble import EVENT, EVENT_OF_LEAD

# Whoever knows the address can invent names without end.
MOST_NAMES = 20
_LONGEST_NAME = 100
_ALL_OTHERS = "of many other names"


def note_names(workspace_id: int, events: Iterable[Event | LoadObservation]) -> None:
    """Of one batch, inside its transaction. A name that is understood by now is no trouble any more."""
    strange: Counter[tuple[str, str]] = Counter()
    known: set[str] = set()
    for event in events:
        match event:
            case UnknownEvent():
                words = "nothing in it is understood: it is kept as it came, to be taken in again after an update"
                strange[EVENT + event.event_type[:_LONGEST_NAME], words] += 1
            case ConversationEvent(kind=ConversationKind.OTHER):
                words = "no guide names it: Engage is asked what became of the lead"
                strange[EVENT_OF_LEAD + event.event_type[:_LONGEST_NAME], words] += 1
            case ConversationEvent() if event.event_type and not is_documented(event.event_type):
                words = f"no guide names it: read as {event.kind}"
                strange[EVENT_OF_LEAD + event.event_type[:_LONGEST_NAME], words] += 1
            case ConversationEvent():
                known.add(event.event_type[:_LONGEST_NAME])
    if strange:
        _note(workspace_id, strange)
    _end(workspace_id, known)


def _note(workspace_id: int, strange: Counter[tuple[str, str]]) -> None:
    noted = set(Trouble.objects.filter(workspace_id=workspace_id).of_events().values_list("about", flat=True))
    # In one order, so that two workers never wait for each other.
    for (about, words), times in sorted(strange.items()):
        is_one_of_many = about not in noted and len(noted) >= MOST_NAMES
        Trouble.note(workspace_id, EVENT + _ALL_OTHERS if is_one_of_many else about, words, times=times)
        noted.add(about)


def _end(workspace_id: int, known: set[str]) -> None:
    abouts = [prefix + name for name in known if name for prefix in (EVENT, EVENT_OF_LEAD)]
    for about in Trouble.objects.filter(workspace_id=workspace_id, about__in=abouts).values_list("about", flat=True):
        Trouble.end(workspace_id, about)
