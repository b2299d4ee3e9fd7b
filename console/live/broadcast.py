"""One round of news: read the feed, render what changed once, give every open page its share."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable

from console.accounts.scope import Scope
from console.live.backlog import Backlog
from console.live.campaign_news import CampaignNews, recent_changes
from console.live.counters import Counters
from console.live.events import data_lines, event
from console.live.feed import Feed, FeedRow, find_start
from console.live.fragments import Fragments
from console.live.panes import Panes
from console.live.status_news import StatusNews
from console.live.stream import Stream
from console.live.topics import Topics
from console.operations import metrics

# Who lost the stream comes back after so many milliseconds: spread, because a restart ends every stream at once.
_RETRY_AFTER = (300, 2500)


class Broadcast:
    """What the hub remembers from round to round. It belongs to the hub's thread."""

    def __init__(self) -> None:
        self._feed = Feed(find_start())
        self._counters = Counters()
        self._campaigns = CampaignNews()
        self._panes = Panes()
        self._status = StatusNews()
        # Read from the feed, not told yet: a round that fails is made up for by the next one.
        self._untold: set[int] = set()

    def run(self, following: list[Stream], joining: list[Stream]) -> None:
        """A round, for pages that follow and for those that come or come back. All or nothing when a query fails."""
        rows = self._feed.read()
        if rows:
            metrics.FEED_LAG_SECONDS.observe(self._feed.lag)
        self._untold |= _conversations(rows)
        self._counters.outdate({row.campaign_id for row in rows})
        self._campaigns.note(rows)
        has_campaign_news = self._campaigns.is_due(stream.topics for stream in following)
        is_due = self._panes.is_due() or self._counters.is_due() or self._status.is_due()
        if self._untold or joining or is_due or has_campaign_news:
            self._tell(following, joining)
        else:
            _put(following, None, self._feed.settled)

    def _tell(self, following: list[Stream], joining: list[Stream]) -> None:
        missed = self._find_missed(joining)
        changed = frozenset(self._untold)
        changed_for_joining = changed.union(*(_conversations(rows) for rows in missed.values() if rows))
        self._note_campaigns(missed)
        self._counters.refresh(_people(following + joining))
        self._campaigns.refresh([stream.topics for stream in following + joining])
        self._panes.refresh(changed_for_joining, [stream.topics for stream in following + joining])
        self._status.refresh()
        position = self._feed.settled
        fragments = Fragments(changed_for_joining)
        composer = _Composer(fragments, self._panes, self._counters, self._campaigns, self._status, position)
        messages: list[tuple[list[Stream], bytes | None, int | None]] = []
        for topics, group in _by_topics(following):
            messages.append((group, composer.news(topics, changed), composer.position(topics)))
        for topics, group in _by_topics([stream for stream in joining if missed[stream] is not None]):
            messages.append((group, composer.welcome(topics, changed_for_joining), composer.position(topics)))
        messages.append(([stream for stream in joining if missed[stream] is None], composer.reread(), position))
        # From here on nothing can fail.
        for group, message, reached in messages:
            _put(group, message, reached)
        self._counters.mark_told()
        self._campaigns.mark_told()
        self._panes.mark_told()
        self._status.mark_told()
        self._untold.clear()

    def _note_campaigns(self, missed: dict[Stream, list[FeedRow] | None]) -> None:
        """What pages that come (back) to the campaign rooms missed is told to all of them again: that is no harm."""
        returning = [rows for stream, rows in missed.items() if stream.topics.is_about_campaigns]
        if returning:
            self._campaigns.note(recent_changes())
        for rows in returning:
            self._campaigns.note(rows or ())

    def _find_missed(self, joining: list[Stream]) -> dict[Stream, list[FeedRow] | None]:
        """What each of them missed; None for who must read everything again."""
        known = [stream.after for stream in joining if stream.after is not None]
        backlog = Backlog(min(known)) if known else None
        return {stream: self._find_missed_by(stream, backlog) for stream in joining}

    def _find_missed_by(self, stream: Stream, backlog: Backlog | None) -> list[FeedRow] | None:
        if stream.after is None or backlog is None:
            return []
        # From a later place than the feed has: it was restored from a backup, or begun anew.
        return None if stream.after > self._feed.top else backlog.changes_after(stream.after)


class _Composer:
    """Puts messages together. Parts that several messages share are turned into bytes once."""

    def __init__(
        self,
        fragments: Fragments,
        panes: Panes,
        counters: Counters,
        campaigns: CampaignNews,
        status: StatusNews,
        position: int,
    ) -> None:
        self._fragments = fragments
        self._panes = panes
        self._counters = counters
        self._campaigns = campaigns
        self._status = status
        self._position = position
        self._encoded: dict[str, bytes] = {}

    def position(self, topics: Topics) -> int | None:
        """Up to where a page with these topics has heard everything after this round; None: no further than before."""
        return None if self._panes.is_late(topics) else self._position

    def news(self, topics: Topics, changed: frozenset[int]) -> bytes | None:
        numbers = self._counters.news(topics.scope, topics.agent_id)
        data = self._encode(topics, changed, numbers, self._status.news(topics))
        return event(data, id=self.position(topics)) if data else None

    def welcome(self, topics: Topics, changed: frozenset[int]) -> bytes:
        """The first message: what was missed, and every number."""
        numbers = self._counters.welcome(topics.scope, topics.agent_id)
        data = self._encode(topics, changed, numbers, self._status.welcome(topics))
        position, retry = self.position(topics), random.randint(*_RETRY_AFTER)
        return event(data, id=position, retry=retry) if data else event(name="alive", id=position, retry=retry)

    def reread(self) -> bytes:
        return event(name="reread", id=self._position)

    def _encode(self, topics: Topics, changed: frozenset[int], counters: str, status: list[str]) -> bytes:
        rows, pane = self._fragments.rows(topics, changed), self._panes.part(topics)
        opt_outs = self._fragments.opt_outs(topics, changed)
        parts = [part for part in (rows, pane, opt_outs, *self._campaigns.parts(topics), counters, *status) if part]
        for part in parts:
            if part not in self._encoded:
                self._encoded[part] = data_lines(part)
        return b"".join(self._encoded[part] for part in parts)


def _conversations(rows: Iterable[FeedRow]) -> set[int]:
    return {row.conversation_id for row in rows if row.conversation_id is not None}


def _people(streams: list[Stream]) -> dict[Scope, set[int]]:
    people: dict[Scope, set[int]] = defaultdict(set)
    for stream in streams:
        people[stream.topics.scope].add(stream.topics.agent_id)
    return people


def _by_topics(streams: list[Stream]) -> Iterable[tuple[Topics, list[Stream]]]:
    groups: dict[Topics, list[Stream]] = defaultdict(list)
    for stream in streams:
        groups[stream.topics].append(stream)
    return groups.items()


def _put(streams: list[Stream], message: bytes | None, position: int | None) -> None:
    for stream in streams:
        stream.put(message, position)
