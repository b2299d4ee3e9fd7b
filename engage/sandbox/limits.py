"""How many texts a campaign may send through one carrier in a day.

`carrierDailyLimits` is `[{"carrier": "Verizon Wireless", "limit": 2000}, …]`. A carrier goes by its common name
(`normalizedCarrier`); one without an entry has no limit. The day is New York's, from midnight to midnight.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count

from engage.sandbox.models import Campaign, Lead
from engage.sandbox.schedule import Misunderstood

_HOME = ZoneInfo("America/New_York")


def parse(document: Any) -> dict[str, int]:
    """Limits by carrier, in lower case. Raises Misunderstood."""
    if not isinstance(document, list):
        raise Misunderstood("carrierDailyLimits must be an array")
    return dict(_limit(entry) for entry in document)


def _limit(entry: Any) -> tuple[str, int]:
    if not isinstance(entry, Mapping) or set(entry) != {"carrier", "limit"}:
        raise Misunderstood("a carrier's limit must be an object of carrier and limit")
    carrier, limit = entry["carrier"], entry["limit"]
    if not isinstance(carrier, str) or not carrier.strip() or type(limit) is not int or limit < 0:
        raise Misunderstood("carrier must be a name, limit a whole number from 0")
    return carrier.strip().lower(), limit


def day_of(at: int) -> tuple[int, int]:
    """The first moment of that day, and of the next."""
    day = datetime.fromtimestamp(at / 1000, _HOME).date()
    midnights = (datetime.combine(day + timedelta(days=ahead), time(), _HOME) for ahead in (0, 1))
    begins, ends = (int(midnight.timestamp() * 1000) for midnight in midnights)
    return begins, ends


class Tally:
    """What the campaigns with limits have sent today, by carrier. Counted once a day, kept in mind from then on."""

    def __init__(self) -> None:
        self._limits: dict[str, dict[str, int]] = {}
        self._sent: dict[str, Counter[str]] = {}
        self._day = (0, 0)

    def know(self, campaigns: Iterable[Campaign]) -> None:
        """Their limits as they are now; what was sent is counted anew."""
        self._limits = {campaign.id: parse(campaign.carrier_daily_limits) for campaign in campaigns}
        self._sent = {}

    def is_reached(self, campaign_id: str, carrier: str, at: int) -> bool:
        limit = self._limits.get(campaign_id, {}).get(carrier.lower())
        return limit is not None and self._counted(campaign_id, at)[carrier.lower()] >= limit

    def add(self, campaign_id: str, carrier: str, at: int) -> None:
        if self._limits.get(campaign_id):
            self._counted(campaign_id, at)[carrier.lower()] += 1

    def _counted(self, campaign_id: str, at: int) -> Counter[str]:
        begins, ends = self._day
        if not begins <= at < ends:
            self._day, self._sent = day_of(at), {}
        if campaign_id not in self._sent:
            self._sent[campaign_id] = _count_sent(campaign_id, *self._day)
        return self._sent[campaign_id]


def _count_sent(campaign_id: str, begins: int, ends: int) -> Counter[str]:
    sent = Lead.objects.filter(campaign_id=campaign_id, sent_at__gte=begins, sent_at__lt=ends)
    by_carrier: Counter[str] = Counter()
    for carrier, count in sent.values_list("normalized_carrier").annotate(Count("id")):
        by_carrier[carrier.lower()] += count
    return by_carrier
