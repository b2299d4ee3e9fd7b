"""One connection for one call, which knows whether a byte of the request may have left and when its time is over.

A read timeout of the usual libraries begins anew with every byte, so that a dripping server holds a call for as long
as it likes; and they take a header block that was cut off for a whole one. Both are put right here, on the socket.
"""

from __future__ import annotations

import io
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from http.client import HTTPResponse
from queue import Empty, SimpleQueue
from typing import Any, cast
from urllib.parse import urlsplit

import certifi
from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from engage.api.origins import Timeouts
from engage.crash_points import crash_point
from engage.vault import Secret

_SLICE = 16 * 1024


class OutOfTime(TimeoutError):
    """The time of the whole call is over."""


class BrokenAnswer(ConnectionError):
    """What came back cannot be taken for a whole answer; the text says why and quotes nothing."""


@dataclass
class Progress:
    """How far one call has come. Holds its keys too: they join the request below every layer that logs or raises."""

    timeouts: Timeouts
    started: float
    api_key: Secret | None = None
    query: Secret | None = None
    method: str = ""
    doing: str = "looking the name up"
    has_written: bool = False
    has_sent_all: bool = False

    def time_left(self, limit: float) -> float:
        """Seconds for the next step, at most `limit`; raises OutOfTime."""
        left = self.started + self.timeouts.total - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return min(limit, left)

    def time_to_connect(self) -> float:
        """Seconds left of the time for name, TCP and TLS together; raises OutOfTime."""
        left = self.started + self.timeouts.connect - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return self.time_left(left)


class _TimedReader(io.RawIOBase):
    """Reads a socket; each read may take no longer than what is left of the call."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, progress: Progress) -> None:
        self._raw = raw
        self._sock = sock
        self._progress = progress

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._progress.time_left(self._progress.timeouts.read))
        return cast("int | None", self._raw.readinto(buffer))

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _WholeLines(io.BufferedReader):
    """Refuses a line that the end of the stream cut off: http.client would take it for the end of the headers."""

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        if not line.endswith(b"\n") and len(line) != size:
            raise BrokenAnswer("the answer was cut off")
        return line


class _TimedConnection(HTTPConnection):
    # Pinned: somebody's http.client.HTTPConnection.debuglevel = 1 would print keys and texts.
    debuglevel = 0

    def __init__(self, *args: Any, progress: Progress, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._progress = progress

        class TimedResponse(HTTPResponse):
            def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
                super().__init__(sock, *args, **kwargs)
                raw = self.fp.detach()
                self.fp = _WholeLines(_TimedReader(raw, sock, progress))

            def begin(self) -> None:
                super().begin()
                # urllib3 would log what it cannot read, and go on without the headers that follow it.
                if self.msg.defects or self.msg.get_payload():
                    raise BrokenAnswer("the headers of the answer cannot be read")

        self.response_class = TimedResponse

    def _new_conn(self) -> socket.socket:
        addresses = _look_up(self._dns_host, self.port, self._progress.time_to_connect())
        self._progress.doing = "connecting"
        sock = _connect_to_any(addresses, self._progress)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._progress.doing = "agreeing on TLS"
        sock.settimeout(self._progress.time_to_connect())
        return sock

    def request(self, *args: Any, **kwargs: Any) -> None:
        super().request(*args, **kwargs)
        self._progress.has_sent_all = True
        crash_point(f"{self._progress.method}.after_last_byte")
        self._progress.doing = "waiting for the answer"

    def putrequest(self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False) -> None:
        if self._progress.query is not None:
            url = f"{url}?{self._progress.query.reveal()}"
        super().putrequest(method, url, skip_host=skip_host, skip_accept_encoding=skip_accept_encoding)

    def endheaders(self, *args: Any, **kwargs: Any) -> None:
        if self._progress.api_key is not None:
            self.putheader("X-API-KEY", self._progress.api_key.reveal())
        super().endheaders(*args, **kwargs)

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self._progress.doing = "sending"
        for start in range(0, len(data), _SLICE):
            # The clock is asked before the mark is made: out of time here still means that nothing left.
            self.sock.settimeout(self._progress.time_left(self._progress.timeouts.read))
            self._progress.has_written = True
            super().send(data[start : start + _SLICE])
            crash_point(f"{self._progress.method}.after_first_byte")


class _TimedTlsConnection(_TimedConnection, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _TimedConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TimedTlsConnection


def _look_up(host: str, port: int, seconds: float) -> list[Any]:
    """getaddrinfo has no timeout of its own: a lookup that hangs is left behind on its thread."""
    found: SimpleQueue[list[Any] | Exception] = SimpleQueue()

    def look() -> None:
        try:
            found.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except (OSError, UnicodeError) as error:
            found.put(error)

    threading.Thread(target=look, name="look-up", daemon=True).start()
    try:
        outcome = found.get(timeout=seconds)
    except Empty:
        raise OutOfTime from None
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _connect_to_any(addresses: list[Any], progress: Progress) -> socket.socket:
    """The first address that answers; each gets its share of the time, so that a dead one does not use up all."""
    last_error: OSError = ConnectionError("the name has no address")
    for tried, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(progress.time_to_connect() / (len(addresses) - tried))
            sock.connect(address)
            return sock
        except OSError as error:
            sock.close()
            last_error = error
    raise last_error


@lru_cache(maxsize=1)
def _public_authorities() -> ssl.SSLContext:
    """One for all calls: loading the bundle takes longer than a call."""
    return ssl.create_default_context(cafile=certifi.where())


class OneCallAdapter(HTTPAdapter):
    """Sends one prepared request on a connection of its own; no retries, no proxies, no pool that outlives it."""

    def __init__(self, progress: Progress, tls: ssl.SSLContext | None) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)
        self._progress = progress
        self._tls = tls

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> HTTPConnectionPool:
        parts = urlsplit(str(request.url))
        host = str(parts.hostname)
        if parts.scheme == "https":
            tls = self._tls or _public_authorities()
            return _TlsPool(host, parts.port, progress=self._progress, ssl_context=tls)
        return _PlainPool(host, parts.port, progress=self._progress)

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing: our TLS context requires and checks certificates; the default would load the bundle anew."""
