"""The campaign board: which campaigns, in which order, and what of them needs a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count

from console.accounts.scope import Scope
from console.campaigns import words
from console.campaigns.attention import Attention, find_attention
from console.campaigns.intents import Intents, find_intents, may_activate, may_pause
from console.campaigns.numbers import Numbers, count_campaigns, success_share
from console.campaigns.schedule import Schedule
from console.campaigns.setup import Setup
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
_STATUS_ORDER = (Filter.ACTIVE, Filter.PAUSED, Filter.READY, Filter.PENDING, Filter.DRAFT, Filter.OTHER)


# A board of thousands is read page by page, or searched.
ROWS_PER_PAGE = 100


@dataclass(frozen=True)
class BoardRow:
    """One campaign as the board shows it."""

    campaign: Campaign
    numbers: Numbers
    intents: Intents
    attention: tuple[Attention, ...]
    list_count: int = 0
    active_list_count: int = 0

    @property
    def sending_note(self) -> str:
        """What the platform says of its sending, where that does not stand out already."""
        stands_out = any(attention.kind == "stopped" for attention in self.attention)
        return "" if stands_out else Setup(self.campaign).sending_description

    @property
    def next_run_at(self) -> datetime | None:
        return Setup(self.campaign).next_run_at

    @property
    def status_filter(self) -> Filter:
        if self.campaign.is_unlisted:
            return Filter.OTHER
        if self.campaign.is_paused:
            return Filter.PAUSED
        return _STATUS_FILTER.get(self.campaign.meaning, Filter.OTHER)

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

    def shows(self, row: BoardRow) -> bool:
        return self.reaches(row.campaign.id) and self._finds(row) and _is_in(self.filter, row)

    def arrange(self, rows: Iterable[BoardRow]) -> list[BoardRow]:
        return sorted((row for row in rows if self.shows(row)), key=lambda row: _sort_key(row, self.sort))

    def cut(self, arranged: list[BoardRow]) -> list[BoardRow]:
        """Those of this page."""
        return arranged[(self.page - 1) * ROWS_PER_PAGE : self.page * ROWS_PER_PAGE]

    def count_filters(self, rows: Iterable[BoardRow]) -> dict[Filter, int]:
        """How many each filter would show under the same search."""
        found = [row for row in rows if self.reaches(row.campaign.id) and self._finds(row)]
        return {filter_: sum(_is_in(filter_, row) for row in found) for filter_ in Filter}

    def _finds(self, row: BoardRow) -> bool:
        campaign = row.campaign
        text = fold(f"{campaign.name} {campaign.remote_id} {campaign.workspace.name} {words.status_words(campaign)}")
        return all(word in text for word in fold(self.search).split())


def board_address(view: BoardView, **changed: str) -> dict[str, str]:
    """The query that leads to this board, or to one that differs in something; what is usual is left out."""
    wanted = {"show": view.filter.value, "find": view.search, "sort": view.sort.value, "page": "1"} | changed
    usual = {"show": Filter.ALL.value, "find": "", "sort": Sort.ATTENTION.value, "page": "1"}
    return {name: value for name, value in wanted.items() if value != usual[name]}


def filter_links(view: BoardView, rows: Iterable[BoardRow]) -> list[dict[str, Any]]:
    """The filters that show something under the same search, and the one that is chosen."""
    counts = view.count_filters(rows)
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


@dataclass(frozen=True)
class Pages:
    """Which rows of how many a page of the board shows, and the queries of its neighbours."""

    first: int
    last: int
    count: int
    before: str | None
    after: str | None

    @classmethod
    def of(cls, view: BoardView, count: int) -> Pages:
        first, last = (view.page - 1) * ROWS_PER_PAGE + 1, min(view.page * ROWS_PER_PAGE, count)
        before = urlencode(board_address(view, page=str(view.page - 1))) if view.page > 1 else None
        after = urlencode(board_address(view, page=str(view.page + 1))) if last < count else None
        return cls(first, last, count, before, after)


def visible_campaigns(scope: Scope) -> QuerySet[Campaign]:
    """Every campaign of every workspace that this scope reaches, but those that somebody made up."""
    campaigns = Campaign.objects.known()
    return campaigns if scope.campaign_ids is None else campaigns.filter(id__in=scope.campaign_ids)


def load_rows(scope: Scope, now: datetime, *, numbers: Mapping[int, Numbers] | None = None) -> dict[int, BoardRow]:
    """Campaign id → its row. Seven queries; three fewer for who has counted already."""
    campaigns = list(visible_campaigns(scope).select_related("workspace").order_by("name", "id"))
    ids = [campaign.id for campaign in campaigns]
    counted = count_campaigns(ids) if numbers is None else numbers
    intents = find_intents(ids, now)
    lists = LeadList.objects.filter(campaign_id__in=ids).order_by()
    list_counts: dict[int, tuple[int, int]] = {}
    for campaign_id, status, count in lists.values_list("campaign_id", "status").annotate(Count("id")):
        all_, active = list_counts.get(campaign_id, (0, 0))
        list_counts[campaign_id] = all_ + count, active + (count if is_sending(status) else 0)
    return {
        campaign.id: BoardRow(
            campaign,
            counted.get(campaign.id, Numbers()),
            intents[campaign.id],
            tuple(find_attention(campaign, Schedule.of(campaign.schedule), intents[campaign.id], now)),
            *list_counts.get(campaign.id, (0, 0)),
        )
        for campaign in campaigns
    }


def _is_in(filter_: Filter, row: BoardRow) -> bool:
    if filter_ is Filter.ALL:
        return True
    return bool(row.attention) if filter_ is Filter.ATTENTION else row.status_filter is filter_


def _sort_key(row: BoardRow, sort: Sort) -> tuple[float, float, str, int]:
    """Ties are resolved by status and then by name."""
    status = _STATUS_ORDER.index(row.status_filter)
    urgency = -max((attention.urgency for attention in row.attention), default=0)
    first: float = {
        Sort.ATTENTION: urgency,
        Sort.NAME: 0,
        Sort.STATUS: status,
        Sort.WAITING: -row.numbers.waiting,
        Sort.OPEN: -row.numbers.open,
        Sort.OPT_OUTS: -row.numbers.opted_out,
        Sort.SUCCESS: -(row.success if row.success is not None else -1),
    }[sort]
    return (first, 0 if sort is Sort.NAME else status, str(row.campaign).casefold(), row.campaign.id)
