from __future__ import annotations

import time
from datetime import datetime

from django.db import models
from django.utils import timezone

# No loop: the one row that whoever asks whether the database keeps what it is given writes again and again.
PROBE = "probe"


class PulseQuerySet(models.QuerySet["Pulse"]):
    def of_loops(self) -> PulseQuerySet:
        return self.exclude(loop=PROBE)


class Pulse(models.Model):
    """When a loop of this name came round last, in whichever worker. One row per loop, written every few seconds."""

    loop = models.CharField(max_length=30, primary_key=True)
    at = models.DateTimeField()

    objects = PulseQuerySet.as_manager()

    def __str__(self) -> str:
        return self.loop

    @staticmethod
    def beat(loop: str, at: datetime | None = None) -> None:
        at = at or timezone.now()
        if not Pulse.objects.filter(loop=loop).update(at=at):
            # Another worker may be making the row this very moment.
            Pulse.objects.bulk_create([Pulse(loop=loop, at=at)], ignore_conflicts=True)


class Heart:
    """Beats for one loop of one worker, and no oftener than needed, however often it is asked to."""

    EVERY_SECONDS = 5.0

    def __init__(self, loop: str) -> None:
        self._loop = loop
        self._next = 0.0

    def beat(self) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + self.EVERY_SECONDS
            Pulse.beat(self._loop)
