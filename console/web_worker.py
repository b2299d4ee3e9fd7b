"""gunicorn's threaded worker, kept from waiting where nobody else can be served meanwhile.

A request gets a thread when it is whole, and one of its own lane: whatever pages, uploads and streams do, and however
slowly somebody sends or hangs up, a webhook finds a thread.
"""

from __future__ import annotations

import resource
import socket
import struct
import sys
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]  # ships no types
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]  # as above

from console import web_lanes
from console.web_answers import answer, status_of
from console.web_lanes import Lane
from console.web_requests import Arrival, Progress

# A head comes in one piece from everybody who means it; a body at least so fast.
_HEAD_SECONDS = 10.0
_LEAST_BYTES_PER_SECOND = 10 * 1024
_LINGER_SECONDS = 2.0
_LOOK_EVERY = 0.5
# Of all requests that are not whole yet; then the one that has been coming for longest has to go.
_MOST_GATHERED_BYTES = 64 * 1024 * 1024
_PIECE = 64 * 1024
# Who reads nothing of an answer for so long gets no more of it.
_SEND_SECONDS = 20
_SEND_BUFFER = 256 * 1024
_FILES_BESIDES_CONNECTIONS = 200
# Python's own, 5 ms, is what each of several busy threads may keep a webhook waiting for, again and again.
_SWITCH_SECONDS = 0.0005


class _Connection(TConn):  # type: ignore[misc]  # as above
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.arrival = Arrival()
        self.lane = Lane.PAGES
        self.is_large = False
        self.deadline = 0.0
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", _SEND_SECONDS, 0))


class _PatientSocket:
    """What is read of a body while it comes: no slower than at a least pace, counted from the beginning."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._deadline = time.monotonic() + _HEAD_SECONDS

    def recv(self, size: int) -> bytes:
        self._sock.settimeout(max(self._deadline - time.monotonic(), 0.001))
        try:
            piece = self._sock.recv(size)
        finally:
            self._sock.settimeout(None)
        self._deadline += len(piece) / _LEAST_BYTES_PER_SECOND
        return piece


class WebWorker(ThreadWorker):  # type: ignore[misc]  # as above
    def init_process(self) -> None:
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._pools = {
            lane: ThreadPoolExecutor(size.threads, thread_name_prefix=lane.value)
            for lane, size in web_lanes.sizes(self.cfg.threads).items()
        }
        self._most = {lane: size.most for lane, size in web_lanes.sizes(self.cfg.threads).items()}
        self._under_way: Counter[Lane] = Counter()
        # Requests that are not whole yet, the oldest first; and connections whose client has not hung up yet.
        self._coming: dict[_Connection, None] = {}
        self._leaving: dict[_Connection, None] = {}
        self._gathered = 0
        self._look_at = 0.0
        self.worker_connections: int = self._raise_file_limit(self.cfg.worker_connections)
        super().init_process()

    def _raise_file_limit(self, connections: int) -> int:
        """As many connections as this process may hold files for."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = connections + _FILES_BESIDES_CONNECTIONS
        if soft == resource.RLIM_INFINITY or soft >= wanted:
            return connections
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return min(connections, soft - _FILES_BESIDES_CONNECTIONS)

    # Coming in, in the main thread

    def accept(self, listener: socket.socket) -> None:
        if self.nr_conns >= self.worker_connections - 1:
            self._make_room()
        try:
            client, address = listener.accept()
        except BlockingIOError:
            return
        except OSError as error:
            # Too many open files, or a client that is gone again: no reason for the process to end.
            self.log.warning("a connection could not be accepted: %s", error)
            self._make_room()
            return
        self.nr_conns += 1
        self.enqueue_req(_Connection(self.cfg, client, address, listener.getsockname()))

    def enqueue_req(self, conn: _Connection, rest: bytes = b"") -> None:
        """A request begins on this connection; some of it may have been read behind the last one."""
        conn.sock.setblocking(False)
        conn.arrival = Arrival()
        conn.deadline = time.monotonic() + _HEAD_SECONDS
        self._coming[conn] = None
        self.poller.register(conn.sock, EVENT_READ, partial(self._gather, conn))
        if rest:
            self._add(conn, rest)
        else:
            self._gather(conn)

    def _gather(self, conn: _Connection, _: object = None) -> None:
        try:
            piece = conn.sock.recv(_PIECE)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if piece:
            self._add(conn, piece)
        elif len(conn.arrival):
            # Cut off in the middle: whoever sent it learns that it was not taken.
            self._refuse(conn, 400)
        else:
            self._drop(conn)

    def _add(self, conn: _Connection, piece: bytes) -> None:
        progress = conn.arrival.add(piece)
        self._gathered += len(piece)
        conn.deadline += len(piece) / _LEAST_BYTES_PER_SECOND
        if progress is Progress.TOO_LARGE:
            self._refuse(conn, 431)
        elif progress is not Progress.COMING:
            self._hand_over(conn, is_large=progress is Progress.LARGE)
        elif conn.arrival.waits_for_a_word():
            with suppress(OSError):
                conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self._gathered > _MOST_GATHERED_BYTES and self._coming:
            self._refuse(next(iter(self._coming)), 503)

    def _hand_over(self, conn: _Connection, *, is_large: bool) -> None:
        conn.is_large = is_large
        conn.lane = web_lanes.lane_of(conn.arrival.path, is_large=is_large)
        if self._under_way[conn.lane] >= self._most[conn.lane]:
            self._refuse(conn, 429 if conn.lane is Lane.STREAMS else 503)
            return
        self._forget(conn)
        self._under_way[conn.lane] += 1
        future = self._pools[conn.lane].submit(self.handle, conn)
        future.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    # Serving, in a thread of its lane

    def handle(self, conn: _Connection) -> Any:
        conn.init()
        conn.data_ready = True
        conn.parser.unreader.unread(conn.arrival.take())
        conn.parser.unreader.sock = _PatientSocket(conn.sock)
        return super().handle(conn)

    def _keepalive_after(self, conn: _Connection, keepalive: Any) -> bool:
        # gunicorn would read on for five seconds to find the end of a body that nobody wanted.
        return not conn.is_large and super()._keepalive_after(conn, keepalive)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        """Of what makes no sense as a request nothing is written down: it may hold a secret, or somebody's text."""
        status = status_of(exc)
        if isinstance(exc, ParseException):
            self.log.warning("a request from %s makes no sense: %s", addr[0] if addr else "-", type(exc).__name__)
        else:
            self.log.error("a request could not be served: %s", type(exc).__name__, exc_info=exc)
        with suppress(OSError):
            client.sendall(answer(status))

    # Going out, in the main thread again

    def finish_request(self, conn: _Connection, done: Future[Any]) -> None:
        self._under_way[conn.lane] -= 1
        if done.cancelled() or done.exception() or not done.result():
            self._part_from(conn)
            return
        rest = conn.parser.unreader.take_buffered()
        if rest:
            self.enqueue_req(conn, rest)
            return
        conn.sock.setblocking(False)
        conn.set_timeout()
        if not self.alive:
            conn.timeout = min(conn.timeout, time.monotonic() + _LINGER_SECONDS)
        self.keepalived_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_client_socket_readable, conn))

    def _refuse(self, conn: _Connection, status: int) -> None:
        self._forget(conn)
        with suppress(OSError):
            conn.sock.send(answer(status))
        self._part_from(conn)

    def _part_from(self, conn: _Connection) -> None:
        """The client hangs up first, or has two seconds: closed at once, it might lose the end of its answer."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(conn)
            return
        conn.deadline = time.monotonic() + _LINGER_SECONDS
        self._leaving[conn] = None
        self.poller.register(conn.sock, EVENT_READ, partial(self._see_off, conn))

    def _see_off(self, conn: _Connection, _: object = None) -> None:
        try:
            if conn.sock.recv(_PIECE):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._drop(conn)

    def _drop(self, conn: _Connection) -> None:
        self._forget(conn)
        conn.close()
        self.nr_conns -= 1

    def _forget(self, conn: _Connection) -> None:
        """Nothing is waited for on it any more."""
        if conn in self._coming:
            self._gathered -= len(conn.arrival)
            del self._coming[conn]
        self._leaving.pop(conn, None)
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)

    # Ends

    def murder_pending(self) -> None:
        """gunicorn's name for what it does once a round: here, to end what takes too long to come or to go."""
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + _LOOK_EVERY
        for conn in [conn for conn in self._leaving if conn.deadline < now]:
            self._drop(conn)
        latest = now if self.alive else now + _HEAD_SECONDS - _LINGER_SECONDS
        for conn in [conn for conn in self._coming if conn.deadline < latest]:
            if len(conn.arrival):
                self._refuse(conn, 408)
            else:
                self._drop(conn)

    def _make_room(self) -> None:
        """Who waits for nothing goes first, then who has been sending for longest, then who does not hang up."""
        if self.keepalived_conns:
            self._drop(self.keepalived_conns.popleft())
        elif self._coming:
            self._drop(next(iter(self._coming)))
        elif self._leaving:
            self._drop(next(iter(self._leaving)))
