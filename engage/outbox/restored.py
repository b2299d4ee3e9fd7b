"""What is held after a restore is looked up: was it sent in the time that the backup knows nothing of?

Nothing is posted here. What is found is settled, what is not says so, and people decide with that before them.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime, timedelta
from functools import partial

from django.db import close_old_connections
from django.db.models import QuerySet
from django.utils import timezone

from engage.api.errors import EngageError
from engage.mirror.platform import client_for
from engage.mirror.reading import read_campaign
from engage.models import Campaign, Command
from engage.outbox.aside import guarded
from engage.outbox.lanes import describe
from engage.outbox.looks import HELD_UNREADABLE, look
from engage.outbox.pace import DEFAULT_PACE, Pace
from engage.outbox.transitions import State, move

logger = logging.getLogger(__name__)

_POLL_SECONDS = 1.0
_AT_ONCE = 50
# A platform that takes longer for an answer is asked less often, so that others have their turn.
_SLOW_SECONDS = 3.0
_NOT_SHOWN = "Held: a backup was restored. Engage cannot be asked whether this was done; see its lists first."


def run(stop: threading.Event, pace: Pace = DEFAULT_PACE) -> None:
    """Look until told to stop; one cheap query while nothing is held."""
    while not stop.is_set():
        try:
            close_old_connections()
            look_up_held(stop, pace)
        except Exception as error:
            # Nothing may end a loop of the worker: it would end the worker.
            logger.error("looking up what is held goes on in a moment: %s", describe(error))
        close_old_connections()
        stop.wait(_POLL_SECONDS)


def due_held() -> QuerySet[Command]:
    """Only what a restore held has a time to be looked at; what an administrator held has none."""
    held = Command.objects.filter(due_at__lte=timezone.now(), state=State.HELD)
    return held.select_related("workspace", "conversation__lead", "campaign").order_by("due_at", "id")


def look_up_held(stop: threading.Event, pace: Pace = DEFAULT_PACE) -> int:
    """One look at each that is due; returns how many."""
    count = 0
    silent: set[int] = set()
    for command in due_held()[:_AT_ONCE]:
        if stop.is_set():
            break
        if command.workspace_id in silent:
            continue
        count += 1
        began_at = time.monotonic()
        guarded(command.pk, partial(_look_up, command, pace))
        if time.monotonic() - began_at > _SLOW_SECONDS:
            # Its turn comes again after that of the others.
            silent.add(command.workspace_id)
            _put_off(command.workspace_id)
    return count


def _look_up(command: Command, pace: Pace) -> None:
    if command.campaign is not None:
        _look_at_campaign(command, command.campaign, pace)
    else:
        look(command, pace)


def _put_off(workspace_id: int) -> None:
    later = timezone.now() + timedelta(seconds=_SLOW_SECONDS * 10)
    held = Command.objects.filter(workspace_id=workspace_id, state=State.HELD, due_at__lt=later)
    held.update(due_at=later)


def _look_at_campaign(command: Command, campaign: Campaign, pace: Pace) -> None:
    """Whether it was done cannot be told from how things are; how they are, can."""
    if command.kind in Command.LOADS or command.kind in Command.OF_LISTS:
        move(command, State.HELD, reason=_NOT_SHOWN)
        return
    try:
        said = read_campaign(campaign, client_for(command.workspace))
    except EngageError:
        move(command, State.HELD, due_at=_later(pace), reason=HELD_UNREADABLE)
        return
    status = said.campaign_status or "without a status"
    move(command, State.HELD, due_at=_later(pace), reason=f"Held: a backup was restored. Engage shows it as {status}.")


def _later(pace: Pace) -> datetime:
    return timezone.now() + timedelta(seconds=pace.looks_at_held)
