from __future__ import annotations

import logging
import random
import time
import weakref
from collections.abc import Callable, Generator, Iterator
from socket import socket

from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from console.accounts.idle import unasked
from console.live import hub, places
from console.live.access import is_still_allowed
from console.live.backlog import Backlog
from console.live.campaign_news import CampaignNews
from console.live.counters import all_counters_part, count_all
from console.live.events import event
from console.live.feed import find_start
from console.live.fragments import Fragments
from console.live.status_news import render_status
from console.live.topics import Topics, parse_id
from console.operations import vitals
from console.operations.status import State, Status

logger = logging.getLogger(__name__)

BEAT_SECONDS = 15.0
# Not the same for all, so that a restart does not make them ask together for ever.
CHECK_SECONDS = (20.0, 25.0)
_ASK_FOR_PLACE_SECONDS = (30, 60)


@unasked
@require_GET
def stream(request: HttpRequest) -> HttpResponseBase:
    """News of what the query names, for as long as the page is open and its person may see it. 429: no place left."""
    if not request.user.is_authenticated:
        # A redirect would hand the sign-in page to something that cannot show it.
        return HttpResponse(status=401)
    session_key = request.session.session_key or ""
    give_back = places.take(session=session_key, address=request.META.get("REMOTE_ADDR", ""))
    if give_back is None:
        return _Refusal(status=429, headers={"Retry-After": str(random.randint(*_ASK_FOR_PLACE_SECONDS))})
    query = request.GET.dict()
    topics = Topics.of(query, request.user)
    # A browser that comes back says how far it got; the page's own URL says where it began.
    after = parse_id(request.headers.get("Last-Event-ID") or query.get("after", ""))
    # Hundreds of pages wait here for hours: none of them may hold a connection meanwhile.
    connections.close_all()
    events = _events(
        topics,
        after,
        is_allowed=lambda: is_still_allowed(session_key, query, topics),
        connection=request.META.get("gunicorn.socket"),
    )
    response = StreamingHttpResponse(_Held(events, give_back), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


@unasked
@require_GET
def poll(request: HttpRequest) -> HttpResponse:
    """What a stream would have said since `after`, at once: for pages that cannot hold a stream.

    204 when there is nothing new, 205 when the page must read itself again. `Live-Position` is the next `after`.
    """
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    topics = Topics.of(request.GET, request.user)
    after = parse_id(request.GET.get("after", "")) or 0
    # Before anything else is read: what changes from here on belongs to the next answer.
    position = find_start()
    missed = Backlog(after).changes_after(after)
    status = Status.of(vitals.recent())
    is_troubled = bool(status.standstill) or (topics.sees_operations and status.state is not State.WELL)
    if missed or (is_troubled and missed is not None):
        changed = frozenset(row.conversation_id for row in missed if row.conversation_id is not None)
        campaigns = CampaignNews()
        campaigns.note(missed)
        campaigns.refresh([topics])
        numbers = count_all(topics.scope, topics.agent_id)
        parts = [*Fragments(changed).parts(topics, changed), *campaigns.parts(topics), all_counters_part(numbers)]
        parts += render_status(status)[: 2 if topics.sees_operations else 1]
        response = HttpResponse("".join(parts))
    else:
        response = HttpResponse(status=205 if missed is None else 204)
    response["Live-Position"] = str(position)
    response["Cache-Control"] = "no-store"
    return response


class _Refusal(HttpResponse):
    """Nobody has to hear of it: the page polls, and asks again in a while."""

    _has_been_logged = True


class _Held:
    """A stream's events, and its place: free again when they end, also when nobody ever read one of them."""

    def __init__(self, events: Generator[bytes], give_back: Callable[[], None]) -> None:
        self._events = events
        self._give_back = weakref.finalize(self, give_back)

    def __iter__(self) -> Iterator[bytes]:
        return self._events

    def close(self) -> None:
        self._events.close()
        self._give_back()


def _events(
    topics: Topics, after: int | None, *, is_allowed: Callable[[], bool], connection: socket | None
) -> Generator[bytes]:
    stream = hub.join(topics, after, connection)
    try:
        # The headers leave with the first bytes.
        yield b":\n\n"
        beat_at, check_at = time.monotonic() + BEAT_SECONDS, _next_check()
        while True:
            taken = stream.take(min(beat_at, check_at) - time.monotonic())
            if taken.is_ended:
                return
            if time.monotonic() >= check_at:
                if not _may_go_on(is_allowed):
                    yield event(name="gone")
                    return
                check_at = _next_check()
            if taken.events:
                yield b"".join(taken.events)
            elif time.monotonic() >= beat_at:
                yield stream.beat()
            else:
                continue
            beat_at = time.monotonic() + BEAT_SECONDS
    finally:
        hub.leave(stream)


def _next_check() -> float:
    return time.monotonic() + random.uniform(*CHECK_SECONDS)


def _may_go_on(is_allowed: Callable[[], bool]) -> bool:
    try:
        return is_allowed()
    except DatabaseError:
        # Nobody can be asked now, and nothing can be read either; the hub says so to the page.
        logger.warning("A live stream could not be checked", exc_info=True)
        return True
    finally:
        connections.close_all()
