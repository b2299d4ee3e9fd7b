"""Thread and lead of open conversations. One costs as much as thirty rows, so rows never wait for them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable

from django.db import DatabaseError

from console.inbox.threads import thread_context
from console.live.partials import partial, render
from console.live.topics import Topics

logger = logging.getLogger(__name__)

# About as much of each round as the pause after it.
BUDGET_SECONDS = 0.1


class Panes:
    """Renders what is due, longest due first, within the time of a round; what is left goes first in the next one."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._late: list[int] = []
        self._still_late: list[int] = []
        self._rendered: dict[int, str] = {}
        self._clock = clock

    def is_due(self) -> bool:
        return bool(self._late)

    def refresh(self, changed: Iterable[int], topics: Iterable[Topics]) -> None:
        """For the conversations that changed, now or in an earlier round, and that one of these pages shows."""
        opened = {page.conversation_id for page in topics}
        due = [id_ for id_ in dict.fromkeys([*self._late, *sorted(changed)]) if id_ in opened]
        self._rendered = {}
        until = self._clock() + BUDGET_SECONDS
        for id_ in due:
            if self._rendered and self._clock() >= until:
                break
            self._rendered[id_] = render_pane(id_)
        self._still_late = [id_ for id_ in due if id_ not in self._rendered]

    def part(self, topics: Topics) -> str:
        return self._rendered.get(topics.conversation_id, "") if topics.conversation_id else ""

    def is_late(self, topics: Topics) -> bool:
        """Whether this page was not told all yet: were it to come back, it would have to begin before this round."""
        return topics.conversation_id in self._still_late

    def mark_told(self) -> None:
        self._late = self._still_late


def render_pane(conversation_id: int) -> str:
    """Both parts from one reading; nothing for a conversation that is gone or cannot be shown."""
    try:
        context = thread_context(conversation_id)
    except DatabaseError:
        raise
    except Exception:
        logger.exception("Conversation %s could not be shown live", conversation_id)
        return ""
    if context is None:
        return ""
    here = f"[data-conversation='{conversation_id}']"
    panes = {f"#{name}{here}": render(f"inbox/_{name}.html", context) for name in ("thread", "lead")}
    return "".join(partial(target, "outerMorph", html) for target, html in panes.items() if html)
