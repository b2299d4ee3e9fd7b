"""What changed, as HTML for pages: loaded together and rendered once each, however many pages show it."""

from __future__ import annotations

from collections.abc import Iterable

from console.inbox.models import DeskConversation
from console.inbox.queues import Queue, QueueView
from console.live.panes import render_pane
from console.live.partials import LOOK_AGAIN, partial, render
from console.live.topics import Topics


class Fragments:
    """The state of some conversations at one moment."""

    def __init__(self, conversation_ids: Iterable[int]) -> None:
        wanted = set(conversation_ids)
        rows = DeskConversation.objects.filter(id__in=wanted).for_rows() if wanted else ()
        self._conversations = {conversation.pk: conversation for conversation in rows}
        self._rows: dict[tuple[int, int | None], str] = {}
        self._lists: dict[tuple[QueueView, frozenset[int]], str] = {}

    def parts(self, topics: Topics, changed: frozenset[int]) -> list[str]:
        """The `<hx-partial>` elements that bring one page with these topics up to date after these changes."""
        parts = [self.rows(topics, changed), self.opt_outs(topics, changed)]
        if topics.conversation_id in changed:
            parts.append(render_pane(topics.conversation_id))
        return [part for part in parts if part]

    def rows(self, topics: Topics, changed: frozenset[int]) -> str:
        """The list's share of that, rendered once for all pages with the same list."""
        return self._list(topics.queue_view, changed) if topics.queue_view and changed else ""

    def opt_outs(self, topics: Topics, changed: frozenset[int]) -> str:
        """Whatever changes of a conversation may be an opt-out, a doubt or the end of one."""
        if not topics.is_at_opt_outs:
            return ""
        visible = topics.scope.campaign_ids
        known = (self._conversations.get(id_) for id_ in changed)
        is_news = any(row is not None and (visible is None or row.campaign_id in visible) for row in known)
        return LOOK_AGAIN if is_news else ""

    def _list(self, view: QueueView, changed: frozenset[int]) -> str:
        """The rows that the list shows now, and the ids of those that it shows no longer."""
        if (view, changed) not in self._lists:
            possible = {id_ for id_ in changed if self._may_concern(view, id_)}
            shown = self._find_shown(view, possible)
            rows = [self._row(id_, near) for id_, near in shown.items()]
            rows += [f'<li id="conversation-{id_}" data-gone></li>' for id_ in sorted(possible.difference(shown))]
            self._lists[view, changed] = partial("#queue-list", "place", "".join(rows)) if rows else ""
        return self._lists[view, changed]

    def _may_concern(self, view: QueueView, conversation_id: int) -> bool:
        """What was never in the list need not leave it, and a page hears of nothing outside its scope."""
        conversation = self._conversations.get(conversation_id)
        if conversation is None:
            return True
        visible = view.scope.campaign_ids
        is_visible = visible is None or conversation.campaign_id in visible
        return is_visible and view.campaign_id in (None, conversation.campaign_id)

    def _find_shown(self, view: QueueView, possible: set[int]) -> dict[int, int | None]:
        """One query; none where everybody's own list would ask for conversations that somebody else works."""
        existing = possible & self._conversations.keys()
        if view.queue is Queue.MINE and not view.search:
            existing = {id_ for id_ in existing if self._assignee(id_) == view.agent_id}
        if not existing:
            return {}
        found = view.among(existing)
        if not view.search:
            return dict.fromkeys(found.values_list("id", flat=True))
        # Only what was searched for is nearer or less near.
        return {row.pk: row.nearness for row in found}

    def _assignee(self, conversation_id: int) -> int | None:
        assignment = getattr(self._conversations[conversation_id], "assignment", None)
        return assignment.agent_id if assignment else None

    def _row(self, conversation_id: int, near: int | None) -> str:
        if (conversation_id, near) not in self._rows:
            context = {"conversation": self._conversations[conversation_id], "near": near}
            self._rows[conversation_id, near] = render("inbox/_row.html", context)
        return self._rows[conversation_id, near]
