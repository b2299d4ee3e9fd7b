"""The body of a webhook as it came, whole or not at all: a 2xx for half of one would be a text lost for good.

A sender may name the length or send in chunks (RFC 9112, 6.1). Django reads as many bytes as Content-Length says, so
of a chunked body none; that one is read from the server's own stream, which knows where it ends.
"""

from __future__ import annotations

from typing import Final, Protocol

from django.conf import settings
from django.http import HttpRequest, UnreadablePostError

# What the projector unpacks (`engage.api.compressed`); anything else would be kept without ever being read.
_ENCODINGS: Final = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})


class Unreadable(Exception):
    """The body cannot be taken as it comes; `status` tells the sender why, none of them a 2xx."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read_body(request: HttpRequest) -> bytes:
    """All bytes, at most `WEBHOOK_MAX_BYTES` of them. Raises Unreadable: 400 cut off, 411, 413 too large, 415."""
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise Unreadable(415, "an encoding we cannot unpack")
    if "Transfer-Encoding" in request.headers:
        # A server that does not say so leaves the end to us, and we cannot know it.
        if not request.META.get("wsgi.input_terminated"):
            raise Unreadable(411, "no length, and no end that this server knows")
        return _read(request.META["wsgi.input"])
    named = request.headers.get("Content-Length") or ""
    if not (named.isascii() and named.isdigit()):
        raise Unreadable(411, "neither a length nor chunks")
    if int(named) > settings.WEBHOOK_MAX_BYTES:
        raise Unreadable(413, "too large")
    body = _read(request)
    if len(body) < int(named):
        raise Unreadable(400, "cut off")
    return body


def _read(stream: _Stream | HttpRequest) -> bytes:
    limit: int = settings.WEBHOOK_MAX_BYTES
    try:
        body: bytes = stream.read(limit + 1)
    except (OSError, UnreadablePostError) as error:
        raise Unreadable(400, f"cut off ({type(error).__name__})") from None
    except Exception as error:
        # Each server has exceptions of its own for chunks that are none; their kind is all that we want to know.
        raise Unreadable(400, f"not in chunks ({type(error).__name__})") from None
    if len(body) > limit:
        raise Unreadable(413, "too large")
    return body
