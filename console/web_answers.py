"""Answers to what never becomes a request: in plain words, and guarded as every other answer is."""

from __future__ import annotations

from http import HTTPStatus

from gunicorn.http import errors  # type: ignore[import-untyped]  # ships no types

_STATUS: dict[type[Exception], int] = {
    errors.LimitRequestLine: 414,
    errors.LimitRequestHeaders: 431,
    errors.UnsupportedTransferCoding: 501,
    errors.ExpectationFailed: 417,
    errors.ForbiddenProxyRequest: 403,
    errors.ConfigurationProblem: 500,
    errors.InvalidResponseHeader: 500,
    errors.InvalidResponseHeaderName: 500,
}
_GUARDS = (
    "Cache-Control: no-store, private\r\n"
    "Content-Security-Policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
    "Referrer-Policy: same-origin\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
)
_COME_AGAIN = (429, 503)


def status_of(error: BaseException) -> int:
    for kind, status in _STATUS.items():
        if isinstance(error, kind):
            return status
    return 400 if isinstance(error, errors.ParseException) else 500


def answer(status: int) -> bytes:
    """The last one on its connection."""
    words = HTTPStatus(status).phrase
    retry = "Retry-After: 5\r\n" if status in _COME_AGAIN else ""
    return (
        f"HTTP/1.1 {status} {words}\r\nConnection: close\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {len(words) + 1}\r\n{retry}{_GUARDS}\r\n{words}\n"
    ).encode()
