"""What the page of one campaign shows. Its sections are put together here for the page and for live updates alike."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Exists, OuterRef
from django.utils import timezone

from console.audit.models import AuditEntry
from console.campaigns.attention import find_attention
from console.campaigns.change_requests import of_campaign
from console.campaigns.intents import (
    Intent,
    Intents,
    find_intents,
    may_activate,
    may_activate_list,
    may_pause,
    may_pause_list,
    switch_url,
)
from console.campaigns.lists_numbers import ListNumbers, count_lists
from console.campaigns.models import TEMPLATES
from console.campaigns.numbers import Numbers, count_campaigns, outcomes, success_share
from console.campaigns.schedule import Schedule, ZoneNow, zones_now
from console.campaigns.schedule_reading import MINUTES, Day
from console.campaigns.setup import Setup
from console.display.pages import count_more
from engage.models import Campaign, Change, Lead, LeadList

# Each is `templates/campaigns/_<name>.html` with the id `campaign-<name>`.
SECTIONS: Final = ("head", "requests", "numbers", "schedule", "lists", "messages", "setup", "log")
# What else than a change of the campaign changes them: its conversations, and the clock.
OF_CONVERSATIONS: Final = ("numbers",)
OF_THE_CLOCK: Final = ("head", "schedule")
_ENTRIES_SHOWN = 20
_ID_SHOWN = 4
_LISTS_BY_LEADS = 50
LISTS_SHOWN: Final = 100


@dataclass(frozen=True)
class ListRow:
    """A lead list with what may be done to it now. Calls name it verbatim, so one without a name can only be shown."""

    lead_list: LeadList
    intent: Intent | None
    numbers: str = ""
    is_of_unlisted: bool = False
    # Another list's name differs only in letters' case or in blanks.
    has_double: bool = False

    @property
    def title(self) -> str:
        """Its name; of one that leads alone told of, the beginning of its id."""
        return self.lead_list.name or f"List {self.lead_list.remote_id[:_ID_SHOWN]}…"

    @property
    def exact_name(self) -> str:
        """With every blank of it to be seen."""
        return f"“{self.lead_list.name.replace(' ', '␣')}”"

    @property
    def can_pause(self) -> bool:
        return self._can_be_named and may_pause_list(self.lead_list, self.intent)

    @property
    def can_activate(self) -> bool:
        return self._can_be_named and may_activate_list(self.lead_list, self.intent)

    @property
    def _can_be_named(self) -> bool:
        return bool(self.lead_list.name) and not self.is_of_unlisted

    @property
    def pause_url(self) -> str:
        return switch_url(self.lead_list.campaign_id, self.lead_list.name, is_pause=True)

    @property
    def activate_url(self) -> str:
        return switch_url(self.lead_list.campaign_id, self.lead_list.name, is_pause=False)


@dataclass(frozen=True)
class Mark:
    """The clocks of the US that stand at the same minute, as a line in the picture of the week."""

    at: str
    letter: str
    names: str


@dataclass(frozen=True)
class WeekDay:
    """One line of the picture: bars where it is open, from and how wide, in percent of the day."""

    day: Day
    bars: tuple[tuple[str, str], ...]
    marks: tuple[Mark, ...]


def campaign_context(campaign_id: int, numbers: Numbers | None = None) -> dict[str, Any] | None:
    """All sections of one campaign from one reading; None when it is gone. Counts unless that was done already."""
    # Read first: whatever is announced up to here is in what follows.
    known_change = Change.objects.newest_id()
    campaign = Campaign.objects.select_related("workspace").filter(id=campaign_id).first()
    if campaign is None:
        return None
    now = timezone.now()
    intents = find_intents([campaign_id], now)[campaign_id]
    schedule = Schedule.of(campaign.schedule)
    numbers = numbers or count_campaigns([campaign_id])[campaign_id]
    zones = zones_now(schedule, now)
    success = success_share(campaign, numbers)
    return {
        "campaign": campaign,
        "known_change": known_change,
        "setup": Setup(campaign),
        "intents": intents,
        "attention": find_attention(campaign, schedule, intents, now),
        "can_pause": may_pause(campaign, intents.campaign),
        "can_activate": may_activate(campaign, intents.campaign),
        "numbers": numbers,
        "outcomes": outcomes(campaign, numbers),
        "success_percent": "" if success is None else f"{success:.0%}",
        "schedule": schedule,
        "zones": zones,
        "week": picture(schedule, zones),
        "lists": (lists := find_lists(campaign, intents)),
        "lists_more": count_more(campaign.lead_lists.all(), LISTS_SHOWN) if len(lists) == LISTS_SHOWN else "",
        "requests": of_campaign(campaign),
        "texts": [(name, label, campaign.messages.get(name, "")) for name, label in TEMPLATES.items()],
        "entries": AuditEntry.objects.filter(campaign=campaign)
        .select_related("by")
        .order_by("-at", "-id")[:_ENTRIES_SHOWN],
    }


def find_lists(campaign: Campaign, intents: Intents) -> list[ListRow]:
    """Those the platform told of, and those that leads were loaded into or something was asked for by name."""
    asked_for = campaign.lead_lists.filter(name__in=list(intents.lists)[:LISTS_SHOWN])
    first = campaign.lead_lists.order_by("name", "id")[:LISTS_SHOWN]
    # What was asked for has to be told of, wherever its name stands among thousands.
    known = list({row.pk: row for row in [*asked_for, *first]}.values())[:LISTS_SHOWN]
    known.sort(key=lambda row: (row.name, row.pk))
    known += _find_by_leads(campaign)
    names = {lead_list.name for lead_list in known}
    numbers = count_lists(campaign, known)
    named = dict.fromkeys([*intents.lists, *sorted(numbers)])
    asked = [LeadList(campaign=campaign, name=name) for name in named if name not in names]
    folded = Counter(_folded(lead_list.name) for lead_list in known + asked if lead_list.name)
    return [
        ListRow(
            lead_list,
            intents.lists.get(lead_list.name),
            numbers.get(lead_list.name, ListNumbers()).in_words(lead_list.document),
            campaign.is_unlisted,
            has_double=folded[_folded(lead_list.name)] > 1,
        )
        for lead_list in (known + asked)[:LISTS_SHOWN]
    ]


def _find_by_leads(campaign: Campaign) -> list[LeadList]:
    """Lists that nobody told of, and that leads belong to."""
    leads = Lead.objects.filter(campaign=campaign).exclude(remote_list_id="").order_by("remote_list_id")
    told_of = campaign.lead_lists.filter(remote_id=OuterRef("remote_list_id"))
    ids = leads.exclude(Exists(told_of)).values_list("remote_list_id", flat=True).distinct()
    return [LeadList(campaign=campaign, remote_id=id_) for id_ in ids[:_LISTS_BY_LEADS]]


def _folded(name: str) -> str:
    return "".join(name.split()).casefold()


def picture(schedule: Schedule, zones: list[ZoneNow]) -> list[WeekDay]:
    """Seven lines, Monday first, with every US clock marked on its own day."""
    return [
        WeekDay(
            day=day,
            bars=tuple((_percent(start), _percent(end - start)) for start, end in schedule.usual_hours(number)),
            marks=_marks([zone for zone in zones if zone.local.weekday() == number]),
        )
        for number, day in enumerate(schedule.days)
    ]


def _marks(zones: list[ZoneNow]) -> tuple[Mark, ...]:
    minutes = sorted({zone.minute for zone in zones})
    together = [[zone for zone in zones if zone.minute == minute] for minute in minutes]
    return tuple(
        Mark(_percent(same[0].minute), same[0].name[0], ", ".join(zone.name for zone in same)) for same in together
    )


def _percent(minutes: int) -> str:
    return f"{100 * minutes / MINUTES:.2f}%"
