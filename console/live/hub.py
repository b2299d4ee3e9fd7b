"""One thread per web process that reads the feed for all of its streams. It runs while there are streams."""

from __future__ import annotations

import logging
import select
import threading
import time
from collections.abc import Callable
from socket import socket

from django.db import connections

from console.live.broadcast import Broadcast
from console.live.stream import Stream
from console.live.topics import Topics
from console.operations import metrics

logger = logging.getLogger(__name__)

_ROUND_SECONDS = 0.1
# Somebody who goes from page to page leaves and joins; the thread need not end in between.
_LINGER_SECONDS = 10.0
# A closed page's place is soon somebody else's.
_LOOK_AT_SOCKETS_EVERY = 0.3
_LONGEST_BACKOFF = 2.0
# A peer that hung up, even when it never reads what we still have to say. Linux alone tells so early.
_HANGUP = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR | select.POLLNVAL


class Hub:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._streams: set[Stream] = set()
        self._joining: list[Stream] = []
        self._thread: threading.Thread | None = None
        self._is_told_to_stop: Callable[[], bool] = lambda: False

    def join(self, topics: Topics, after: int | None, connection: socket | None = None) -> Stream:
        """A stream of what concerns these topics, from just after this change; the caller must leave it again."""
        stream = Stream(topics, after, connection)
        metrics.STREAMS_OPEN.inc()
        with self._changed:
            self._joining.append(stream)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live-hub", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        return stream

    def leave(self, stream: Stream) -> None:
        metrics.STREAMS_OPEN.dec()
        with self._changed:
            self._streams.discard(stream)
            if stream in self._joining:
                self._joining.remove(stream)

    def stop(self) -> None:
        """End every stream and wait for the thread; the next page that comes starts it anew."""
        with self._changed:
            thread, self._thread = self._thread, None
            self._changed.notify_all()
        self._end_all()
        if thread is not None:
            thread.join(timeout=10)

    def stop_when(self, is_told_to_stop: Callable[[], bool]) -> None:
        """A question asked every tenth of a second: has the process been told to stop?"""
        self._is_told_to_stop = is_told_to_stop

    def count_streams(self) -> int:
        with self._changed:
            return len(self._streams) + len(self._joining)

    def _run(self) -> None:
        broadcast: Broadcast | None = None
        failures = 0
        next_look = 0.0
        while self._wait_for_streams():
            if self._is_told_to_stop():
                self._end_all()
                continue
            try:
                broadcast = broadcast or Broadcast()
                self._play(broadcast)
                failures = 0
            except Exception:
                failures += 1
                self._report_trouble(failures)
            if time.monotonic() >= next_look:
                self._end_abandoned()
                next_look = time.monotonic() + _LOOK_AT_SOCKETS_EVERY
            self._pause(failures)

    def _play(self, broadcast: Broadcast) -> None:
        with self._changed:
            following, joining = list(self._streams), list(self._joining)
        try:
            broadcast.run(following, joining)
        finally:
            # Back to the pool: between two rounds nothing of the database is held.
            connections.close_all()
        with self._changed:
            # Who left meanwhile is in neither.
            self._streams |= {stream for stream in joining if stream in self._joining}
            self._joining = [stream for stream in self._joining if stream not in self._streams]

    def _wait_for_streams(self) -> bool:
        """False when this thread is no longer wanted."""
        with self._changed:
            self._changed.wait_for(self._has_work, _LINGER_SECONDS)
            if self._thread is threading.current_thread() and not self._has_work():
                self._thread = None
            return self._thread is threading.current_thread()

    def _has_work(self) -> bool:
        return bool(self._streams or self._joining) or self._thread is not threading.current_thread()

    def _pause(self, failures: int) -> None:
        """Until the next round; who joins is served at once."""
        backoff = min(_ROUND_SECONDS * 2**failures, _LONGEST_BACKOFF)
        with self._changed:
            self._changed.wait_for(lambda: self._joining and not failures, backoff)

    def _report_trouble(self, failures: int) -> None:
        logger.error("Live updates failed %s times in a row, trying again", failures, exc_info=failures == 1)
        with self._changed:
            for stream in [*self._streams, *self._joining]:
                stream.put_trouble()

    def _end_all(self) -> None:
        with self._changed:
            for stream in [*self._streams, *self._joining]:
                stream.end()
            self._streams.clear()
            self._joining.clear()

    def _end_abandoned(self) -> None:
        """End the streams of closed pages now: their threads would learn of it only when they write again."""
        with self._changed:
            watched = {stream.connection.fileno(): stream for stream in self._streams if stream.connection}
        poll = select.poll()
        for descriptor in watched.keys() - {-1}:
            poll.register(descriptor, _HANGUP)
        for descriptor, _ in poll.poll(0):
            watched[descriptor].end()


_hub = Hub()
join = _hub.join
leave = _hub.leave
stop = _hub.stop
stop_when = _hub.stop_when
count_streams = _hub.count_streams
