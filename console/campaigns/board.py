"""The campaign board: which campaigns, in which order, and what of them needs a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count

from console.accounts.scope import Scope
from console.campaigns.attention import Attention, find_attention
from console.campaigns.board_briefs import Brief, Kind, find_briefs
from console.campaigns.intents import Intents, find_intents, may_activate, may_pause
from console.campaigns.numbers import Numbers, count_campaigns, success_share
from console.campaigns.schedule import Schedule
from console.campaigns.setup import Setup
from console.display.pages import Pages
from engage.models import Campaign, LeadList
from engage.models.status_words import Meaning, is_sending
from engage.sms.searching import fold

if TYPE_CHECKING:
    from django.db.models import QuerySet


class Filter(StrEnum):
    """What the board shows; `value` stands in its address."""

    ALL = "all"
    ATTENTION = "attention"
    ACTIVE = "active"
    PAUSED = "paused"
    READY = "ready"
    PENDING = "pending"
    DRAFT = "draft"
    OTHER = "other"

    @property
    def label(self) -> str:
        return {"attention": "Needs attention", "pending": "Pending approval"}.get(self.value, self.value.capitalize())


class Sort(StrEnum):
    ATTENTION = "attention"
    NAME = "name"
    STATUS = "status"
    WAITING = "waiting"
    OPEN = "open"
    OPT_OUTS = "opt-outs"
    SUCCESS = "success"

    @property
    def label(self) -> str:
        return {
            "attention": "Attention first",
            "waiting": "Most waiting",
            "open": "Most open",
            "opt-outs": "Most opt-outs",
            "success": "Best success",
        }.get(self.value, self.value.capitalize())


_STATUS_FILTER = {
    Meaning.SENDING: Filter.ACTIVE,
    Meaning.READY: Filter.READY,
    Meaning.PENDING: Filter.PENDING,
    Meaning.DRAFT: Filter.DRAFT,
}
_STATUS_ORDER = {
    filter_: place
    for place, filter_ in enumerate(
        (Filter.ACTIVE, Filter.PAUSED, Filter.READY, Filter.PENDING, Filter.DRAFT, Filter.OTHER)
    )
}
_BY_NUMBERS: dict[Sort, Callable[[Numbers], float]] = {
    Sort.WAITING: lambda numbers: numbers.waiting,
    Sort.OPEN: lambda numbers: numbers.open,
    Sort.OPT_OUTS: lambda numbers: numbers.opted_out,
    Sort.SUCCESS: lambda numbers: numbers.finished,
}


# A board of thousands is read page by page, or searched.
ROWS_PER_PAGE = 100


@dataclass(frozen=True)
class BoardRow:
    """One campaign as the board shows it."""

    campaign: Campaign
    numbers: Numbers
    intents: Intents
    attention: tuple[Attention, ...]
    lists: Mapping[str, int] = field(default_factory=dict)
    """Status, empty where Engage has told none → how many lists are in it."""

    @property
    def list_note(self) -> str:
        """Of lists that leads alone named, Engage has told no status: nobody knows whether they are active."""
        told = sum(count for status, count in self.lists.items() if status)
        active = sum(count for status, count in self.lists.items() if is_sending(status))
        known = told or sum(self.lists.values())
        words = f"{known} list{'' if known == 1 else 's'}"
        return f"{active} of {words} active" if told else words if known else ""

    @property
    def sending_note(self) -> str:
        """What the platform says of its sending, where that does not stand out already."""
        stands_out = any(attention.kind == "stopped" for attention in self.attention)
        return "" if stands_out else Setup(self.campaign).sending_description

    @property
    def next_run_at(self) -> datetime | None:
        return Setup(self.campaign).next_run_at

    @property
    def success(self) -> float | None:
        return success_share(self.campaign, self.numbers)

    @property
    def success_percent(self) -> str:
        return "" if self.success is None else f"{self.success:.0%}"

    @property
    def can_pause(self) -> bool:
        return may_pause(self.campaign, self.intents.campaign)

    @property
    def can_activate(self) -> bool:
        return may_activate(self.campaign, self.intents.campaign)


@dataclass(frozen=True)
class BoardView:
    """The board as somebody looks at it. Equal views show the same rows, so they are put together once."""

    scope: Scope
    filter: Filter = Filter.ALL
    search: str = ""
    sort: Sort = Sort.ATTENTION
    page: int = 1

    def reaches(self, campaign_id: int) -> bool:
        return self.scope.campaign_ids is None or campaign_id in self.scope.campaign_ids

    def find(self, briefs: Iterable[Brief]) -> list[Brief]:
        """Those that the search finds, whatever the filter."""
        sought = fold(self.search).split()
        visible = self.scope.campaign_ids
        reached = [brief for brief in briefs if visible is None or brief.id in visible]
        if not sought:
            return reached
        return [brief for brief in reached if all(word in text for text in [fold(brief.found_by)] for word in sought)]

    def arrange(self, found: Iterable[Brief]) -> list[int]:
        """The ids of those that this filter shows, in this order."""
        shown = [brief for brief in found if _is_in(self.filter, brief)]
        figures = find_figures(self.sort, [brief.id for brief in shown])
        return [brief.id for brief in sorted(shown, key=lambda brief: _sort_key(brief, self.sort, figures))]

    def cut(self, arranged: list[int]) -> list[int]:
        """Those of this page."""
        return arranged[(self.page - 1) * ROWS_PER_PAGE : self.page * ROWS_PER_PAGE]


def board_address(view: BoardView, **changed: str) -> dict[str, str]:
    """The query that leads to this board, or to one that differs in something; what is usual is left out."""
    wanted = {"show": view.filter.value, "find": view.search, "sort": view.sort.value, "page": "1"} | changed
    usual = {"show": Filter.ALL.value, "find": "", "sort": Sort.ATTENTION.value, "page": "1"}
    return {name: value for name, value in wanted.items() if value != usual[name]}


def count_filters(found: Iterable[Brief]) -> dict[Filter, int]:
    """How many each filter would show of what a search found."""
    counts = Counter(filter_of(brief.kind) for brief in found)
    urgent = sum(1 for brief in found if brief.urgency)
    return {filter_: counts[filter_] for filter_ in Filter} | {
        Filter.ALL: counts.total(),
        Filter.ATTENTION: urgent,
    }


def filter_links(view: BoardView, found: list[Brief]) -> list[dict[str, Any]]:
    """The filters that show something under the same search, and the one that is chosen."""
    counts = count_filters(found)
    return [
        {
            "name": filter_.value,
            "label": filter_.label,
            "count": counts[filter_],
            "query": urlencode(board_address(view, show=filter_.value)),
            "is_current": filter_ is view.filter,
        }
        for filter_ in Filter
        if counts[filter_] or filter_ in (Filter.ALL, view.filter)
    ]


def pages_of(view: BoardView, count: int) -> Pages:
    def address(page: int) -> str:
        return urlencode(board_address(view, page=str(page)))

    return Pages.of(number=view.page, size=ROWS_PER_PAGE, count=count, address=address)


def visible_campaigns(scope: Scope) -> QuerySet[Campaign]:
    """Every campaign of every workspace that this scope reaches, but those that somebody made up."""
    campaigns = Campaign.objects.known()
    return campaigns if scope.campaign_ids is None else campaigns.filter(id__in=scope.campaign_ids)


def load_briefs(scope: Scope, now: datetime) -> list[Brief]:
    """Of every campaign that this scope reaches, in five queries, and one more for each thousand that changed."""
    return find_briefs(visible_campaigns(scope), now)


def load_rows(
    campaign_ids: Collection[int], now: datetime, *, numbers: Mapping[int, Numbers] | None = None
) -> dict[int, BoardRow]:
    """Campaign id → its row, in the order of the ids. Seven queries; three fewer where `numbers` has all of them."""
    campaigns = {row.id: row for row in Campaign.objects.filter(id__among=campaign_ids).select_related("workspace")}
    ids = [id_ for id_ in campaign_ids if id_ in campaigns]
    known = numbers or {}
    counted = {**known, **count_campaigns(id_ for id_ in ids if id_ not in known)}
    intents = find_intents(ids, now)
    lists_of: dict[int, dict[str, int]] = {}
    lists = LeadList.objects.filter(campaign_id__among=ids).order_by()
    for campaign_id, status, count in lists.values_list("campaign_id", "status").annotate(Count("id")):
        lists_of.setdefault(campaign_id, {})[status] = count
    return {
        id_: BoardRow(
            campaigns[id_],
            counted.get(id_, Numbers()),
            intents[id_],
            tuple(find_attention(campaigns[id_], Schedule.of(campaigns[id_].schedule), intents[id_], now)),
            lists_of.get(id_, {}),
        )
        for id_ in ids
    }


def find_figures(sort: Sort, campaign_ids: Collection[int]) -> dict[int, float]:
    """Campaign id → the number that it is ordered by; empty for an order that needs none."""
    if sort not in _BY_NUMBERS:
        return {}
    numbers = count_campaigns(campaign_ids)
    if sort is not Sort.SUCCESS:
        return {id_: _BY_NUMBERS[sort](counted) for id_, counted in numbers.items()}
    finished = [id_ for id_, counted in numbers.items() if counted.finished]
    campaigns = Campaign.objects.filter(id__among=finished).only("document").iterator(chunk_size=200)
    shares = {row.id: success_share(row, numbers[row.id]) for row in campaigns}
    return {id_: -1 if (share := shares.get(id_)) is None else share for id_ in campaign_ids}


def filter_of(kind: Kind) -> Filter:
    if kind.is_unlisted:
        return Filter.OTHER
    return Filter.PAUSED if kind.is_paused else _STATUS_FILTER.get(kind.meaning, Filter.OTHER)


def _is_in(filter_: Filter, brief: Brief) -> bool:
    if filter_ is Filter.ALL:
        return True
    return bool(brief.urgency) if filter_ is Filter.ATTENTION else filter_of(brief.kind) is filter_


def _sort_key(brief: Brief, sort: Sort, figures: Mapping[int, float]) -> tuple[float, float, str, int]:
    """Ties are resolved by status and then by name."""
    status = _STATUS_ORDER[filter_of(brief.kind)]
    name = brief.name.casefold()
    match sort:
        case Sort.NAME:
            return (0, 0, name, brief.id)
        case Sort.STATUS:
            return (status, status, name, brief.id)
        case Sort.ATTENTION:
            return (-brief.urgency, status, name, brief.id)
    return (-figures.get(brief.id, 0), status, name, brief.id)
