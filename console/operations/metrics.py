"""Figures for Prometheus. No label names a person, a number or a key.

What the database knows is read from it at each scrape, alike on every machine. What only a process knows (how fast it
acknowledged, how many streams it holds) is counted in the process; gunicorn's processes share a directory for that.
"""

from __future__ import annotations

import hmac
import logging
import os
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.conf import settings
from django.db import Error
from django.db.models import Count, Min, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from console.operations import vitals
from console.operations.vitals import UNKNOWN_STATES, Vitals
from engage.models import Attempt, Command, Conversation, Delivery

logger = logging.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_LAST_DELIVERIES = 500
_QUANTILES = (0.5, 0.95, 1.0)

# Kept apart from the library's own, which counts what no alarm of ours needs.
_of_process = CollectorRegistry()

WEBHOOK_SECONDS = Histogram(
    "console_webhook_seconds",
    "From the first byte read of a webhook to its answer",
    ["status"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=_of_process,
)
STREAMS_OPEN = Gauge("console_streams_open", "Live streams held", multiprocess_mode="livesum", registry=_of_process)
FEED_LAG_SECONDS = Histogram(
    "console_feed_lag_seconds",
    "From a change to its being read for the open pages, the slowest of each round",
    buckets=(0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
    registry=_of_process,
)


def scrape(request: HttpRequest) -> HttpResponse:
    """404 while no token is set, 401 without the right one."""
    if not settings.METRICS_TOKEN:
        return HttpResponse(status=404)
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(sent.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    of_all = CollectorRegistry()
    of_all.register(_FromDatabase())
    processes = _of_process
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        processes = CollectorRegistry()
        MultiProcessCollector(processes)  # type: ignore[no-untyped-call]  # not typed by the library
    return HttpResponse(generate_latest(of_all) + generate_latest(processes), content_type=CONTENT_TYPE)


class _FromDatabase(Collector):
    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        try:
            found = list(_collect(vitals.recent()))
        except Error as error:
            logger.warning("metrics without the database: %s", type(error).__name__)
            found = []
        yield GaugeMetricFamily("console_database_up", "1 while the database can be read", float(bool(found)))
        yield from found


def _collect(now: Vitals) -> Iterator[Metric]:
    yield GaugeMetricFamily("console_ledger_pending", "Webhooks stored and not yet applied", now.pending)
    oldest = now.age(now.due_since["delivery"]) or 0.0
    yield GaugeMetricFamily("console_ledger_oldest_seconds", "Age of the oldest of them; 0 without any", oldest)
    yield GaugeMetricFamily("console_ledger_quarantined", "Webhooks that could not be applied", now.quarantined)
    yield from _of_forgeries()
    yield _projection_lag()
    yield _labelled(
        "console_due_oldest_seconds",
        "How long the oldest due work of a lane has been due; 0 without any",
        "lane",
        {lane: now.age(since) or 0.0 for lane, since in now.due_since.items()},
    )
    yield _labelled(
        "console_pulse_age_seconds",
        "Since a loop of any worker last came round",
        "loop",
        {loop: now.age(at) or 0.0 for loop, at in now.pulses.items()},
    )
    yield _labelled("console_commands_open", "Commands not settled, by state", "state", now.open)
    yield GaugeMetricFamily("console_unknown_sends", "Sends whose fate is open", now.unknown)
    yield _oldest_unknown()
    yield _attempts()
    yield from _of_workspaces(now)


def _of_forgeries() -> Iterator[Metric]:
    """Whoever knows an address of ours can post to it; what is not so comes out by GETs."""
    noted = Delivery.objects.noted().count()
    yield GaugeMetricFamily("console_ledger_noted", "Webhooks applied that name a foreign host or another event", noted)
    denied = Conversation.objects.filter(denied_at__isnull=False).count()
    yield GaugeMetricFamily("console_conversations_denied", "Conversations that Engage does not know", denied)
    fallen = Conversation.objects.filter(disproved__gt=0).aggregate(total=Sum("disproved"))["total"] or 0
    yield GaugeMetricFamily("console_statements_disproved", "Texts and dispositions that Engage does not show", fallen)


def _of_workspaces(now: Vitals) -> Iterator[Metric]:
    """By our own number for each: a name may be a customer's."""
    unreached = {str(row.id): now.age(row.unreached_since) or 0.0 for row in now.workspaces}
    yield _labelled(
        "console_unreached_seconds", "Since when Engage has not given a good answer; 0: it has", "workspace", unreached
    )
    webhooks = {str(row.id): now.age(row.last_webhook_at) or 0.0 for row in now.workspaces if row.last_webhook_at}
    yield _labelled("console_webhook_age_seconds", "Since the last webhook", "workspace", webhooks)


def _projection_lag() -> Metric:
    """From stored to applied, of the newest webhooks that were."""
    newest = Delivery.objects.order_by("-id").values_list("received_at", "settled_at")[:_LAST_DELIVERIES]
    lags = sorted((settled - received).total_seconds() for received, settled in newest if settled)
    rows = {str(share): lags[min(int(share * len(lags)), len(lags) - 1)] if lags else 0.0 for share in _QUANTILES}
    return _labelled(
        "console_projection_lag_seconds", "From stored to applied, over the newest webhooks", "quantile", rows
    )


def _oldest_unknown() -> Metric:
    moment = Command.objects.filter(state__in=UNKNOWN_STATES).aggregate(oldest=Min("state_since"))["oldest"]
    age = (timezone.now() - moment).total_seconds() if moment else 0.0
    return GaugeMetricFamily("console_unknown_sends_oldest_seconds", "Age of the oldest of them; 0 without any", age)


def _attempts() -> Metric:
    """Rows, not counters: they mean the same on every machine, and after a restart."""
    since = timezone.now() - timedelta(hours=1)
    counts = Attempt.objects.filter(marked_at__gte=since).values_list("command__kind", "outcome")
    metric = GaugeMetricFamily(
        "console_attempts_last_hour", "POSTs to Engage, by kind and outcome", labels=["kind", "outcome"]
    )
    for kind, outcome, count in counts.annotate(Count("id")).order_by():
        metric.add_metric([kind, outcome], count)
    return metric


def _labelled(name: str, words: str, label: str, rows: dict[str, float] | dict[str, int]) -> Metric:
    metric = GaugeMetricFamily(name, words, labels=[label])
    for key, number in rows.items():
        metric.add_metric([key], number)
    return metric
