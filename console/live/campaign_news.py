"""What the campaign rooms are told: rows of the board and sections of campaign pages, each rendered once for all pages.

What people decide shows at once. Numbers follow conversations, and those change all the time: they are counted again
no oftener than counting is cheap. The clock changes things too: hours begin and end.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from console.accounts.scope import Scope
from console.campaigns.board import BoardView, filter_links, load_briefs, load_rows
from console.campaigns.board_briefs import Brief
from console.campaigns.numbers import Numbers
from console.campaigns.page import OF_CONVERSATIONS, OF_THE_CLOCK, SECTIONS, campaign_context
from console.live.backlog import MOST_CHANGES
from console.live.feed import FeedRow
from console.live.partials import LOOK_AGAIN, partial, render
from console.live.sparing import pause_after
from console.live.topics import Topics
from engage.models import Change

_COUNT_EVERY = 1.0
_LOOK_AT_CLOCK_EVERY = 30.0
_TOLD_WITHIN = timedelta(seconds=60)
# What a section knows of grows with every change of anything; that alone is no news of it.
_KNOWN = re.compile(r' data-known="\d+"')


def recent_changes() -> list[FeedRow]:
    """What somebody who comes back may have missed, although the feed was read further: it was not told at once."""
    newest = Change.objects.order_by("-id").values_list("id", "conversation_id", "campaign_id", "at")[:MOST_CHANGES]
    since = timezone.now() - _TOLD_WITHIN
    return [FeedRow(*row[:3]) for row in newest if row[3] > since]


@dataclass
class _Round:
    """One round: what is due, and what was rendered of it."""

    due: set[int] = field(default_factory=set)
    is_tick: bool = False
    # Of all campaigns where they were looked at; what stands in the board of somebody is chosen from them.
    found: dict[BoardView, list[Brief]] = field(default_factory=dict)
    is_whole: bool = False
    rows: dict[int, str] = field(default_factory=dict)
    pages: dict[BoardView, frozenset[int]] = field(default_factory=dict)
    sections: dict[tuple[int, str], str] = field(default_factory=dict)
    boards: dict[BoardView, list[str]] = field(default_factory=dict)


class CampaignNews:
    """Belongs to one thread. A round is `note`, `refresh`, `parts` for every page, `mark_told`."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # Told to nobody yet: campaigns that changed themselves, and those whose conversations did.
        self._changed: set[int] = set()
        self._recount: set[int] = set()
        self._numbers: dict[int, Numbers] = {}
        self._told_rows: dict[int, str] = {}
        # Which campaigns stand on the page of a board, as of the last time that all were looked at.
        self._pages: dict[BoardView, frozenset[int]] = {}
        self._told_sections: dict[tuple[int, str], str] = {}
        self._not_before = self._count_not_before = 0.0
        self._tick_at = clock() + _LOOK_AT_CLOCK_EVERY
        self._round = _Round()

    def note(self, rows: Iterable[FeedRow]) -> None:
        """From the feed: a campaign changed itself, or a conversation of it did."""
        for row in rows:
            if row.campaign_id is not None:
                (self._changed if row.conversation_id is None else self._recount).add(row.campaign_id)

    def is_due(self, topics: Iterable[Topics]) -> bool:
        """Whether there may be something to tell to one of these pages now."""
        now = self._clock()
        is_due = now >= self._tick_at or bool(self._find_due(now))
        return is_due and any(topic.is_about_campaigns for topic in topics)

    def refresh(self, topics: Iterable[Topics]) -> None:
        """Render what is due of what these pages show; nothing else is told until the next time."""
        boards = {topic.board_view for topic in topics if topic.board_view}
        pages = {topic.campaign_id for topic in topics if topic.campaign_id}
        began = self._clock()
        self._round = _Round(self._find_due(began), is_tick=began >= self._tick_at)
        if not boards:
            self._numbers, self._told_rows, self._pages = {}, {}, {}
        if not self._round.due and not self._round.is_tick:
            return
        if boards:
            self._render_rows(boards)
        for campaign_id in pages:
            self._render_sections(campaign_id)
        self._plan(began)

    def parts(self, topics: Topics) -> list[str]:
        """The `<hx-partial>` elements that bring a page with these topics up to date."""
        found = list(self._find_board(topics.board_view)) if topics.board_view else []
        if self._has_changed_for(topics):
            found.append(LOOK_AGAIN)
        return found + [part for (id_, _), part in self._round.sections.items() if id_ == topics.campaign_id]

    def _has_changed_for(self, topics: Topics) -> bool:
        changed = self._round.due & self._changed
        if not topics.is_at_approvals:
            return topics.campaign_id in changed
        visible = topics.scope.campaign_ids
        return bool(changed if visible is None else changed & visible)

    def mark_told(self) -> None:
        """Everybody was told the news."""
        self._changed -= self._round.due
        self._recount -= self._round.due
        self._told_rows |= self._round.rows
        # Only of boards that somebody looks at.
        self._pages = self._round.pages or self._pages
        self._told_sections |= {key: _KNOWN.sub("", part) for key, part in self._round.sections.items()}
        self._round = _Round()

    def _find_due(self, now: float) -> set[int]:
        if now < self._not_before:
            return set()
        return self._changed | (self._recount if now >= self._count_not_before else set())

    def _plan(self, began: float) -> None:
        """When to do this again."""
        ended = self._clock()
        pause = pause_after(ended - began)
        self._not_before, self._count_not_before = ended + pause, ended + max(pause, _COUNT_EVERY)
        if self._round.is_tick:
            self._tick_at = ended + max(pause, _LOOK_AT_CLOCK_EVERY)

    # The board

    def _render_rows(self, boards: set[BoardView]) -> None:
        here = self._round
        are_known = boards <= self._pages.keys()
        here.is_whole = here.is_tick or not are_known or bool(here.due & self._changed)
        now = timezone.now()
        if here.is_whole:
            briefs = load_briefs(Scope(None), now)
            here.found = {view: view.find(briefs) for view in boards}
        here.pages = {view: self._find_page(view) for view in boards}
        shown = frozenset().union(*here.pages.values())
        new = {id_ for view, page in here.pages.items() for id_ in page - self._pages.get(view, page)}
        # Of those that stand on a page; numbers change with conversations alone.
        self._numbers = {id_: known for id_, known in self._numbers.items() if id_ in shown - here.due}
        wanted = shown if here.is_tick else shown & (here.due | new)
        rows = load_rows(sorted(wanted), now, numbers=self._numbers)
        self._numbers |= {id_: row.numbers for id_, row in rows.items()}
        for id_, row in rows.items():
            html = render("campaigns/_row.html", {"row": row})
            if id_ in here.due or id_ in new or html != self._told_rows.get(id_):
                here.rows[id_] = html

    def _find_page(self, view: BoardView) -> frozenset[int]:
        """The campaigns that stand on it now: chosen anew when all were looked at, the same ones until then."""
        if self._round.is_whole:
            return frozenset(view.cut(view.arrange(self._round.found[view])))
        return self._pages[view]

    def _find_board(self, view: BoardView) -> list[str]:
        if view not in self._round.boards:
            self._round.boards[view] = [part for part in (self._list_part(view), self._filter_part(view)) if part]
        return self._round.boards[view]

    def _list_part(self, view: BoardView) -> str:
        """The rows that this board shows now, and the ids of those that it shows no longer."""
        here = self._round
        if view not in here.pages:
            # Nothing of this board was due: nothing is known of who left it.
            return ""
        page = here.pages[view]
        before = self._pages.get(view)
        # Where nobody knows what stood there, whatever is due may have.
        left = {id_ for id_ in here.due if view.reaches(id_)} if before is None else before
        rows = [here.rows[id_] for id_ in sorted(page & here.rows.keys())]
        rows += [f'<li id="campaign-{id_}" data-gone></li>' for id_ in sorted(left - page)]
        return partial("#board-list", "place", "".join(rows)) if rows else ""

    def _filter_part(self, view: BoardView) -> str:
        if not self._round.is_whole:
            return ""
        html = render("campaigns/_filters.html", {"filters": filter_links(view, self._round.found[view])})
        return partial("#board-filters", "outerMorph", html)

    # Pages of campaigns

    def _render_sections(self, campaign_id: int) -> None:
        """All of it when the campaign changed, its numbers when conversations did, its clocks when time went by."""
        here = self._round
        is_due = campaign_id in here.due
        if not is_due and not here.is_tick:
            return
        wanted = SECTIONS if is_due and campaign_id in self._changed else OF_CONVERSATIONS if is_due else ()
        context = campaign_context(campaign_id, None if is_due else self._numbers.get(campaign_id))
        if context is None:
            return
        for name in dict.fromkeys((*wanted, *(OF_THE_CLOCK if here.is_tick else ()))):
            target = f"#campaign-{name}[data-campaign='{campaign_id}']"
            part = partial(target, "outerMorph", render(f"campaigns/_{name}.html", context))
            if name in wanted or _KNOWN.sub("", part) != self._told_sections.get((campaign_id, name)):
                here.sections[campaign_id, name] = part
