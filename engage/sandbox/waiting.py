"""Who is still to be sent to, in groups that wait for the same: one list, one time zone, one carrier."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db.models import Count, Min

from engage.sandbox.models import Campaign, Lead, LeadList
from engage.sandbox.schedule import DAY, Schedule, Stretch, parse, zones_of

_FETCH = 200


class Gate:
    """Whether a campaign may text into a time zone. Asked for every slot, so it remembers the stretch it is in."""

    def __init__(self, schedule: Schedule, zones: tuple[ZoneInfo, ...]) -> None:
        self._schedule, self._zones = schedule, zones
        self._valid: Stretch = (0, 0)
        self._stretch: Stretch | None = None

    def is_open(self, at: int) -> bool:
        if not self._valid[0] <= at < self._valid[1]:
            self._stretch = _stretch_after(self._schedule, self._zones, at)
            self._valid = (at, self._stretch[1] if self._stretch else at + DAY)
        return self._stretch is not None and self._stretch[0] <= at

    def opens_at(self, at: int) -> int | None:
        """The first open moment from then on; None when there is none within a year."""
        if self.is_open(at):
            return at
        return self._stretch[0] if self._stretch else None

    def opens_later(self, at: int) -> int | None:
        """The same for a moment ahead, without losing the stretch of now."""
        stretch = _stretch_after(self._schedule, self._zones, at)
        return stretch[0] if stretch else None


@lru_cache(maxsize=4096)
def _stretch_after(schedule: Schedule, zones: tuple[ZoneInfo, ...], at: int) -> Stretch | None:
    return schedule.stretch_after(zones, at)


@dataclass
class Group:
    campaign: Campaign
    list_id: str
    time_zone: str | None
    carrier: str
    gate: Gate
    since: int
    """Before that moment they did not wait: the list, or the campaign, was not active."""
    count: int
    _fetched: deque[Lead] = field(default_factory=deque)
    _last_id: str = ""

    @property
    def key(self) -> tuple[str, str | None, str]:
        return self.list_id, self.time_zone, self.carrier

    def take(self, at: int) -> Lead | None:
        """The next one who was loaded by then; whoever is taken has to be saved before `let_go`."""
        if not self._fetched:
            same = {"time_zone": self.time_zone, "normalized_carrier": self.carrier, "retry_at": None}
            unsent = Lead.objects.unsent().filter(lead_list_id=self.list_id, **same)
            self._fetched.extend(unsent.filter(id__gt=self._last_id, loaded_at__lte=at).order_by("id")[:_FETCH])
        if not self._fetched:
            return None
        lead = self._fetched.popleft()
        self._last_id = lead.id
        self.count -= 1
        return lead

    def let_go(self) -> None:
        """Others may change the leads from now on."""
        self._fetched.clear()
        self._last_id = ""


class Waiting:
    """What waits in the active campaigns, as of the last look."""

    def __init__(self) -> None:
        self.campaigns: dict[str, Campaign] = {}
        self.with_active_list: set[str] = set()
        self.groups: list[Group] = []
        # When the first of those whom a carrier could not take may be tried again, by campaign and time zone.
        self.retries: dict[tuple[str, str | None], int] = {}
        self._gates: dict[tuple[str, str | None], Gate] = {}

    def look(self, since: int) -> None:
        """Read everything anew; whoever did not wait before waits `since` then. Call inside `writing()`."""
        self.campaigns = {campaign.id: campaign for campaign in Campaign.objects.active()}
        lists = {row.id: row.campaign_id for row in LeadList.objects.running()}
        self.with_active_list = set(lists.values())
        self._gates = {}
        known = {group.key: group.since for group in self.groups}
        counted = (
            Lead.objects.unsent()
            .filter(lead_list_id__in=list(lists), retry_at=None)
            .values_list("lead_list_id", "time_zone", "normalized_carrier")
            .annotate(Count("id"))
        )
        self.groups = [
            Group(
                campaign=self.campaigns[lists[list_id]],
                list_id=list_id,
                time_zone=time_zone,
                carrier=carrier,
                gate=self.gate(lists[list_id], time_zone),
                since=known.get((list_id, time_zone, carrier), since),
                count=count,
            )
            for list_id, time_zone, carrier, count in counted
        ]
        retried = Lead.objects.unsent().in_running_campaigns().filter(retry_at__isnull=False)
        first = retried.values_list("campaign_id", "time_zone").annotate(Min("retry_at"))
        self.retries = {(campaign_id, time_zone): at for campaign_id, time_zone, at in first}

    def gate(self, campaign_id: str, time_zone: str | None) -> Gate:
        key = (campaign_id, time_zone)
        if key not in self._gates:
            self._gates[key] = Gate(parse(self.campaigns[campaign_id].schedule), zones_of(time_zone))
        return self._gates[key]

    def groups_of(self, campaign_id: str) -> list[Group]:
        return [group for group in self.groups if group.campaign.id == campaign_id and group.count > 0]

    def retries_of(self, campaign_id: str) -> dict[str | None, int]:
        return {time_zone: at for (owner, time_zone), at in self.retries.items() if owner == campaign_id}
