"""The ledger into the mirror, in batches. One bad delivery is set aside with its reason; the others go on."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from dataclasses import dataclass

from django.db import Error, close_old_connections, transaction
from django.utils import timezone

from engage.api.errors import MalformedEvent
from engage.api.events import CampaignEvent, ConversationEvent, Event, ListEvent, UnknownEvent, parse_event
from engage.crash_points import crash_point
from engage.mirror.loads import read_load_event
from engage.mirror.merge import merge
from engage.mirror.observations import (
    CampaignObservation,
    ConversationObservation,
    LeadListObservation,
    LoadObservation,
    Observation,
    Observations,
)
from engage.mirror.oddities import find_oddity
from engage.mirror.own_words import read_own_words
from engage.mirror.portions import BATCH, next_portions
from engage.mirror.unknown_events import note_names
from engage.models import Delivery, Heart, Pulse, Workspace
from engage.sms.keywords import OwnWords
from engage.vault import is_sealed

logger = logging.getLogger(__name__)

IDLE_SECONDS = 0.05
_LOOP = "projector"
# Deadlocks and lost races between workers pass; what fails this often alone does not.
_TRIES = 4


@dataclass(frozen=True)
class _Parsed:
    delivery: Delivery
    event: Event | LoadObservation
    observation: Observation | None


def run(stop: threading.Event) -> None:
    """Drain the ledger until told to stop. A database that is away is waited for, and so is whatever else is amiss."""
    heart = Heart(_LOOP)
    while not stop.is_set():
        try:
            close_old_connections()
            handled = project_batch()
            heart.beat()
        except Error as error:
            logger.warning("projection waits for the database: %s", type(error).__name__)
            handled = 0
            stop.wait(1.0)
        except Exception:
            # The loop outlives it: with the loop would end what takes in all other workspaces' texts.
            logger.exception("projection failed and is tried again")
            handled = 0
            stop.wait(1.0)
        if not handled:
            stop.wait(IDLE_SECONDS)


def project_all() -> int:
    """Drain the ledger now; returns how many deliveries were settled."""
    total = 0
    while handled := project_batch():
        total += handled
    return total


def project_batch(size: int = BATCH) -> int:
    """Settle up to `size` pending deliveries, and of large ones a few; returns how many were looked at."""
    return sum(_project(ids) for ids in next_portions(size))


def _project(ids: list[int]) -> int:
    parsed: list[_Parsed] = []
    refused: list[Delivery] = []
    deliveries = list(Delivery.objects.pending().filter(id__among=ids))
    words = read_own_words(delivery.workspace_id for delivery in deliveries)
    for delivery in deliveries:
        try:
            parsed.append(_parse(delivery, words[delivery.workspace_id]))
        except MalformedEvent as error:
            delivery.error = error.reason[:500]
            refused.append(delivery)
        except Exception as error:
            # Its kind alone: the words may quote what a person wrote.
            delivery.error = f"could not be read: {type(error).__name__}"
            refused.append(delivery)
    if refused:
        _settle(refused, Delivery.State.QUARANTINED)
        logger.warning("%d deliveries quarantined, the first: %s", len(refused), refused[0].error)
    if parsed:
        _apply_all(parsed)
    return len(ids)


def _parse(delivery: Delivery, stop_words: OwnWords) -> _Parsed:
    """All that takes long and needs no row: it happens before the transaction opens."""
    body = bytes(delivery.body)
    if is_sealed(body):
        raise MalformedEvent("no key of ENGAGE_KEY_RING opens it")
    of_load = read_load_event(delivery.event_type, body, delivery.received_at)
    event = of_load or parse_event(body, delivery.event_type)
    return _Parsed(delivery, event, _observe(event, delivery, stop_words))


def _observe(event: Event | LoadObservation, delivery: Delivery, stop_words: OwnWords) -> Observation | None:
    """None of an event that says nothing to the mirror."""
    seen_at = delivery.received_at
    match event:
        case ConversationEvent(kind=kind, payload=payload):
            said = ConversationObservation(
                payload, seen_at, kind=kind, token_name=delivery.token_name, stop_words=stop_words
            )
            return said.prepared()
        case CampaignEvent(campaign=campaign):
            return CampaignObservation(campaign, seen_at)
        case ListEvent(lead_list=lead_list):
            return LeadListObservation(lead_list, seen_at)
        case LoadObservation():
            return event
        case UnknownEvent():
            return None


def _apply_all(parsed: list[_Parsed]) -> None:
    """Apply together; when that fails, halve until the one that cannot be applied stands alone.

    Whatever it is that fails: a limit of the database or of memory that many reach together, none may reach alone.
    """
    failure = _find_failure(parsed)
    if failure and len(parsed) > 1:
        middle = len(parsed) // 2
        _apply_all(parsed[:middle])
        _apply_all(parsed[middle:])
    elif failure:
        # The text of a database error may quote a message; its kind is enough to find it by.
        parsed[0].delivery.error = f"could not be applied: {failure}"
        _settle([parsed[0].delivery], Delivery.State.QUARANTINED)


def _find_failure(parsed: list[_Parsed]) -> str:
    """Apply; empty when that worked, else the kind of error. Raises it while the database itself is away."""
    is_alone = len(parsed) == 1
    failure = ""
    for attempt in range(1, _TRIES + 1):
        try:
            _apply(parsed)
            return ""
        except Exception as error:
            if not _does_database_answer():
                raise
            failure = type(error).__name__
            # Halves are a new try for many, one by one less of it; only of one alone it has to be certain.
            if is_alone and isinstance(error, Error) and attempt < _TRIES:
                time.sleep(0.02 * attempt)
                continue
            if is_alone:
                logger.error("delivery %s could not be applied", parsed[0].delivery.pk, exc_info=error)
            break
    return failure


def _does_database_answer() -> bool:
    """To a trivial statement, which writes: one that is full or read-only is as much away as one that is not there."""
    try:
        close_old_connections()
        Pulse.beat(_LOOP)
    except Error:
        return False
    return True


def _apply(parsed: list[_Parsed]) -> None:
    with transaction.atomic():
        mine = _claim(parsed)
        crash_point("projector.before_merge")
        by_workspace: dict[int, Observations] = defaultdict(Observations)
        workspaces = Workspace.objects.in_bulk({item.delivery.workspace_id for item in mine})
        applied: list[Delivery] = []
        ignored: list[Delivery] = []
        for item in mine:
            observations = by_workspace[item.delivery.workspace_id]
            if isinstance(item.event, UnknownEvent):
                item.delivery.error = f"unknown event {item.event.event_type[:100]!r}"
                ignored.append(item.delivery)
            else:
                _add(observations, item.observation)
                item.delivery.error = find_oddity(item.event, item.delivery, workspaces[item.delivery.workspace_id])
                applied.append(item.delivery)
        for workspace_id, observations in by_workspace.items():
            merge(workspace_id, observations)
            note_names(workspace_id, (item.event for item in mine if item.delivery.workspace_id == workspace_id))
        crash_point("projector.after_merge")
        _settle(applied, Delivery.State.APPLIED)
        _settle(ignored, Delivery.State.IGNORED)
        crash_point("projector.before_commit")
    crash_point("projector.after_commit")


def _claim(parsed: list[_Parsed]) -> list[_Parsed]:
    """Those still pending and not in the hands of another worker; which of us applies one makes no difference."""
    ids = [item.delivery.pk for item in parsed]
    held = set(
        Delivery.objects.pending()
        .filter(id__among=ids)
        .select_for_update(skip_locked=True)
        .values_list("id", flat=True)
    )
    return [item for item in parsed if item.delivery.pk in held]


def _add(observations: Observations, said: Observation | None) -> None:
    match said:
        case ConversationObservation():
            observations.conversations.append(said)
        case CampaignObservation():
            observations.campaigns.append(said)
        case LeadListObservation():
            observations.lead_lists.append(said)
        case LoadObservation():
            observations.loads.append(said)


def _settle(deliveries: list[Delivery], state: Delivery.State) -> None:
    """Write down how it ended: one statement for all of whom the same is to be said."""
    now = timezone.now()
    by_error: dict[str, list[int]] = defaultdict(list)
    for delivery in deliveries:
        by_error[delivery.error[:500]].append(delivery.pk)
    for error, ids in by_error.items():
        Delivery.objects.filter(id__among=ids).update(state=state, error=error, settled_at=now)


def replay(deliveries: list[int]) -> int:
    """Put deliveries back in front of the projector, whatever became of them; returns how many."""
    return Delivery.objects.filter(id__among=deliveries).update(state=Delivery.State.PENDING, error="", settled_at=None)
