"""The ledger into the mirror, in batches. One bad delivery is set aside with its reason; the others go on."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from dataclasses import dataclass

from django.db import DataError, Error, IntegrityError, OperationalError, close_old_connections, transaction
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
    Observations,
)
from engage.mirror.oddities import find_oddity
from engage.models import Delivery, Heart, Workspace

logger = logging.getLogger(__name__)

BATCH = 500
IDLE_SECONDS = 0.05
# Deadlocks and lost races between workers pass; what fails this often alone does not.
_TRIES = 4


@dataclass(frozen=True)
class _Parsed:
    delivery: Delivery
    event: Event | LoadObservation


def run(stop: threading.Event) -> None:
    """Drain the ledger until told to stop. A database that is away is waited for."""
    heart = Heart("projector")
    while not stop.is_set():
        try:
            close_old_connections()
            handled = project_batch()
            heart.beat()
        except Error as error:
            logger.warning("projection waits for the database: %s", type(error).__name__)
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
    """Settle up to `size` pending deliveries; returns how many were looked at."""
    deliveries = list(Delivery.objects.pending()[:size])
    parsed: list[_Parsed] = []
    refused: list[Delivery] = []
    for delivery in deliveries:
        try:
            parsed.append(_Parsed(delivery, _parse(delivery)))
        except MalformedEvent as error:
            delivery.error = error.reason[:500]
            refused.append(delivery)
    if refused:
        _settle(refused, Delivery.State.QUARANTINED)
        logger.warning("%d deliveries quarantined, the first: %s", len(refused), refused[0].error)
    if parsed:
        _apply_all(parsed)
    return len(deliveries)


def _parse(delivery: Delivery) -> Event | LoadObservation:
    body = bytes(delivery.body)
    of_load = read_load_event(delivery.event_type, body, delivery.received_at)
    return of_load or parse_event(body, delivery.event_type)


def _apply_all(parsed: list[_Parsed]) -> None:
    """Apply together; when that fails, halve until the one that cannot be applied stands alone."""
    try:
        _apply_with_patience(parsed)
    except Exception as error:
        if isinstance(error, OperationalError) and not isinstance(error, DataError):
            raise
        if len(parsed) > 1:
            middle = len(parsed) // 2
            _apply_all(parsed[:middle])
            _apply_all(parsed[middle:])
            return
        # The text of a database error may quote a message; its kind is enough to find it by.
        delivery = parsed[0].delivery
        delivery.error = f"could not be applied: {type(error).__name__}"
        _settle([delivery], Delivery.State.QUARANTINED)
        logger.error("delivery %s could not be applied", delivery.pk, exc_info=error)


def _apply_with_patience(parsed: list[_Parsed]) -> None:
    for attempt in range(1, _TRIES + 1):
        try:
            _apply(parsed)
            return
        except (OperationalError, IntegrityError):
            if attempt == _TRIES:
                raise
            time.sleep(0.02 * attempt)


def _apply(parsed: list[_Parsed]) -> None:
    with transaction.atomic():
        mine = _claim(parsed)
        crash_point("projector.before_merge")
        by_workspace: dict[int, Observations] = defaultdict(Observations)
        workspaces = Workspace.objects.in_bulk({item.delivery.workspace_id for item in mine})
        applied: list[Delivery] = []
        ignored: list[Delivery] = []
        for item in mine:
            if isinstance(item.event, UnknownEvent):
                item.delivery.error = f"unknown event {item.event.event_type[:100]!r}"
                ignored.append(item.delivery)
            else:
                _observe(by_workspace[item.delivery.workspace_id], item)
                item.delivery.error = find_oddity(item.event, item.delivery, workspaces[item.delivery.workspace_id])
                applied.append(item.delivery)
        for workspace_id, observations in by_workspace.items():
            merge(workspace_id, observations)
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


def _observe(observations: Observations, item: _Parsed) -> None:
    seen_at = item.delivery.received_at
    match item.event:
        case ConversationEvent(kind=kind, payload=payload):
            observations.conversations.append(ConversationObservation(payload, seen_at, kind=kind))
        case CampaignEvent(campaign=campaign):
            observations.campaigns.append(CampaignObservation(campaign, seen_at))
        case ListEvent(lead_list=lead_list):
            observations.lead_lists.append(LeadListObservation(lead_list, seen_at))
        case LoadObservation():
            observations.loads.append(item.event)


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
    return Delivery.objects.filter(id__in=deliveries).update(state=Delivery.State.PENDING, error="", settled_at=None)
