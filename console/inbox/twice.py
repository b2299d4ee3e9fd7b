"""Replies that somebody sent again and that then arrived both times: nothing can be decided, but people should know."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone

from console.accounts.people import name_of
from console.accounts.scope import Scope
from console.inbox.needing import load, visible_commands
from engage.models import Attempt, Command
from engage.outbox.evidence import SEEN_TWICE

TOLD_FOR: Final = timedelta(hours=24)
SHOWN: Final = 50
# Counter name: differs when one came in, so that a page knows when to read the list again. Pages are told within a
# minute or so; to look back further each time would be to read a whole day's replies each time.
NEWS: Final = "went-out-twice"
_NEWS_FOR: Final = timedelta(minutes=5)


def went_out_twice(scope: Scope, since: datetime) -> QuerySet[Command]:
    """Newest first. State and time are what the index holds: it is read back to `since` and no further."""
    found = visible_commands(scope).filter(state=Command.State.CONFIRMED, state_since__gt=since)
    return found.filter(kind=Command.Kind.REPLY, reason=SEEN_TWICE).order_by("-state_since", "-id")


def count_news(scope: Scope) -> dict[str, int]:
    """Counter name → number, in one query; 0: none lately."""
    ids = went_out_twice(scope, timezone.now() - _NEWS_FOR).values_list("id", flat=True)
    return {NEWS: zlib.crc32(" ".join(map(str, ids)).encode())}


@dataclass(frozen=True)
class Twice:
    """One reply as the list shows it."""

    command: Command

    @property
    def sent_again_by(self) -> str:
        """Of the last try that a person wanted; empty where nobody is written down."""
        people = [attempt.authorised_by for attempt in self.command.attempts.all() if attempt.authorised_by_id]
        return name_of(people[-1]) if people else ""

    @property
    def address(self) -> str:
        return reverse("inbox:conversation", args=[self.command.conversation_id])


def twice_context(scope: Scope) -> dict[str, Any]:
    """What the page of decisions shows of them, below what there is to decide."""
    news = count_news(scope)
    wanted = Attempt.objects.select_related("authorised_by").defer("baseline").order_by("number")
    commands = load(went_out_twice(scope, timezone.now() - TOLD_FOR)).prefetch_related(Prefetch("attempts", wanted))
    found = [Twice(command) for command in commands[: SHOWN + 1]]
    return {"twice": found[:SHOWN], "has_more_twice": len(found) > SHOWN, "twice_name": NEWS, "twice_news": news[NEWS]}
