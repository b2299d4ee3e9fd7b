"""Events on their way out: written with what they tell of, then posted by a few threads until received or too old."""

from __future__ import annotations

import heapq
import json
import logging
import threading
import time
import zlib
from functools import partial
from typing import Any

import requests
from django.db import transaction
from django.db.models import F

from engage.sandbox import faults, stamps
from engage.sandbox.clock import clock
from engage.sandbox.database import writing
from engage.sandbox.models import Webhook
from engage.sandbox.options import options

logger = logging.getLogger(__name__)

TIMEOUT_S = 5
RETRY_AFTER_S = (0.5, 1, 2, 4, 8, 15)
# Long enough for a console that is started, or restarted, later.
GIVE_UP_AFTER_S = 600


class Lane(threading.Thread):
    """Posts the events of its leads one by one; a different lead's lane does not wait for it."""

    def __init__(self, number: int) -> None:
        super().__init__(name=f"webhooks-{number}", daemon=True)
        self._due: list[tuple[float, int]] = []
        self._changed = threading.Condition()
        self._session = requests.Session()
        self._session.trust_env = False

    def put(self, n: int, delay: float = 0.0) -> None:
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + delay, n))
            self._changed.notify()

    def clear(self) -> None:
        with self._changed:
            self._due.clear()

    def run(self) -> None:
        while True:
            n = self._next()
            try:
                webhook = Webhook.objects.filter(n=n).first()
                if webhook:
                    self._post(webhook)
            except Exception:
                # One event that cannot be posted must not end the lane of all the others.
                logger.exception("webhook %s was not posted", n)

    def _next(self) -> int:
        with self._changed:
            while not self._due or self._due[0][0] > time.monotonic():
                self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
            return heapq.heappop(self._due)[1]

    def _post(self, webhook: Webhook) -> None:
        try:
            response = self._session.post(
                webhook.url or receiver.url,
                data=webhook.body.encode(),
                headers={
                    "Content-Type": "application/json",
                    **({"x-event-type": webhook.header} if webhook.header else {}),
                    "x-event-origin": "purecallerid.app",
                },
                timeout=TIMEOUT_S,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            reason = "no answer" if isinstance(error, requests.Timeout) else "no connection"
            self._record(webhook, reason, may_retry=True)
        else:
            self._record(webhook, str(response.status_code), may_retry=response.status_code >= 500, is_ok=response.ok)

    def _record(self, webhook: Webhook, answer: str, *, may_retry: bool, is_ok: bool = False) -> None:
        # The receiver lives in real time, however fast the platform's runs.
        is_young = stamps.now() - webhook.created_at < GIVE_UP_AFTER_S * 1000 * clock.speed
        if is_ok:
            state = Webhook.State.DELIVERED
        else:
            state = Webhook.State.WAITING if may_retry and is_young else Webhook.State.GIVEN_UP
        with writing():
            # A repeat that fails does not undo the delivery before it.
            unsettled = Webhook.objects.filter(n=webhook.n).exclude(state=Webhook.State.DELIVERED)
            if not is_ok and not unsettled.exists():
                return
            Webhook.objects.filter(n=webhook.n).update(state=state, answer=answer, attempts=F("attempts") + 1)
        if state == Webhook.State.WAITING:
            self.put(webhook.n, RETRY_AFTER_S[min(webhook.attempts, len(RETRY_AFTER_S) - 1)])


class Receiver:
    """Where the events go. May be changed while running; events without an address are only logged."""

    def __init__(self) -> None:
        self.url = options().webhook_url


receiver = Receiver()
_lanes = [Lane(number) for number in range(8)]


def start() -> None:
    """Take up what an earlier run left behind, and begin to post."""
    for lane in _lanes:
        lane.start()
    for webhook in Webhook.objects.waiting():
        _lane_of(webhook).put(webhook.n)


def clear() -> None:
    for lane in _lanes:
        lane.clear()


def enqueue(event: str, subject: str, lane_key: str, body: Any, *, url: str = "", header: str | None) -> None:
    """To that address, or to the account's. Call inside `writing()`: it leaves once what it tells of is committed.

    `header` is what x-event-type says; without one there is no such header.
    """
    address = url or receiver.url
    delays = faults.webhook_delays() if address else []
    webhook = Webhook.objects.create(
        event=event,
        header=header or "",
        subject=subject,
        lane_key=lane_key,
        url=url,
        body=json.dumps(body, ensure_ascii=False),
        created_at=stamps.now(),
        state=_first_state(address, delays),
    )
    for delay in delays:
        transaction.on_commit(partial(_lane_of(webhook).put, webhook.n, delay))


def _first_state(address: str, delays: list[float]) -> Webhook.State:
    if not address:
        return Webhook.State.NO_ADDRESS
    return Webhook.State.WAITING if delays else Webhook.State.DROPPED


def _lane_of(webhook: Webhook) -> Lane:
    return _lanes[zlib.crc32(webhook.lane_key.encode()) % len(_lanes)]
