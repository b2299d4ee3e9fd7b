"""One request out, one whole answer or one named error back. Every call to the platform goes through `exchange`."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

import requests
import urllib3

from engage.api.compressed import unpack
from engage.api.connection import BrokenAnswer, OneCallAdapter, Progress
from engage.api.errors import EngageError, Gone, Overloaded, RateLimited, Rejected, Unauthorized, Unknown, Unreachable
from engage.api.masking import excerpt
from engage.api.origins import Timeouts
from engage.api.pages import HEADERS
from engage.api.strict_json import BadJson
from engage.api.upload import FileCutShort, Upload, encoded
from engage.vault import Secret

# What a call may answer that names no limit of its own, and what a refusal is read of.
MAX_ANSWER = 1024 * 1024
_PIECE = 64 * 1024
_LONGEST_WAIT = 24 * 60 * 60.0
# Refusals that leave open what the platform did before it answered (timeout, conflict, too early).
_UNSETTLED = {408, 409, 425}


@dataclass(frozen=True)
class Call:
    """One request to be: its origin is a configured one, its path is from `routes`."""

    method: str
    origin: str
    path: str
    form: dict[str, str] | None = field(default=None, repr=False)
    json: Mapping[str, object] | None = field(default=None, repr=False)
    upload: Upload | None = field(default=None, repr=False)
    api_key: Secret | None = None
    query: Secret | None = None
    limit: int = MAX_ANSWER
    """How many bytes the answer may have."""
    private: tuple[Secret, ...] = ()
    """What an error may not repeat, should the platform's answer quote it."""


@dataclass(frozen=True)
class Answer:
    """A complete 2xx answer."""

    status: int
    body: bytes | bytearray = field(repr=False)
    date: datetime | None = None
    """When it was answered by the platform's clock, as its Date header says; to the second."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Those of `pages.HEADERS` that came."""


def exchange(call: Call, timeouts: Timeouts, tls: ssl.SSLContext | None = None) -> Answer:
    """Send once and read the whole answer within `timeouts.total`; raises the errors of `engage.api.errors`."""
    prepared = _prepare(call)
    progress = Progress(
        timeouts=timeouts,
        started=time.monotonic(),
        method=call.method,
        api_key=call.api_key,
        query=call.query,
    )
    try:
        status, headers, body = _send(prepared, progress, tls, call.limit)
    except Exception as error:
        # Whatever it is that broke, all that counts is whether it broke before the first byte.
        failure = _failure(error, progress)
    else:
        if 200 <= status < 300 and progress.has_sent_all:
            about_pages = {name: headers[name] for name in HEADERS if name in headers}
            return Answer(status=status, body=body, date=_read_date(headers.get("Date", "")), headers=about_pages)
        failure = _refusal(
            status, headers, excerpt(bytes(body[:1000]), secrets=[secret.reveal() for secret in call.private])
        )
    # Raised out here, the error does not drag the library's one along, whose request holds the text.
    raise failure


def _prepare(call: Call) -> requests.PreparedRequest:
    headers = {
        "Accept": "application/json",
        # A compressed answer could unfold to any size.
        "Accept-Encoding": "identity",
        "Connection": "close",
        "User-Agent": "engage-console",
    }
    data: bytes | Upload | None = None
    if call.form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        data = _encode_form(call.form)
    elif call.upload is not None:
        headers["Content-Type"] = call.upload.content_type
        data = call.upload
    elif call.api_key is not None:
        headers["Content-Type"] = "application/json"
        data = _encode_json(call.json) if call.json is not None else None
    _check_keys(call)
    return requests.Request(call.method, f"{call.origin}{call.path}", headers=headers, data=data).prepare()


def _encode_form(form: dict[str, str]) -> bytes:
    try:
        return urlencode(form).encode()
    except UnicodeEncodeError:
        raise Rejected(None, "holds half of a character pair, which cannot be sent") from None


def _encode_json(value: Mapping[str, object]) -> bytes:
    encoded(json.dumps(value, ensure_ascii=False))
    return json.dumps(value).encode()


def _check_keys(call: Call) -> None:
    if call.query is not None and not call.query:
        raise Rejected(None, "no key is known for this conversation")
    if call.api_key is not None:
        revealed = call.api_key.reveal()
        if not revealed or not revealed.isascii() or not revealed.isprintable():
            raise Rejected(None, "the API key is missing or holds what no header can carry")


def _send(
    prepared: requests.PreparedRequest, progress: Progress, tls: ssl.SSLContext | None, limit: int
) -> tuple[int, requests.structures.CaseInsensitiveDict[str], bytes | bytearray]:
    # No Session: it is what follows redirects, reads proxies and .netrc from the environment, and keeps cookies.
    adapter = OneCallAdapter(progress, tls)
    response = adapter.send(prepared, stream=True, timeout=(progress.timeouts.connect, progress.timeouts.read))
    try:
        return (
            response.status_code,
            response.headers,
            _read_body(response, limit if response.status_code < 300 else MAX_ANSWER),
        )
    finally:
        response.close()


def _read_body(response: requests.Response, limit: int) -> bytes | bytearray:
    body = bytearray()
    # To the empty read: only there does urllib3 compare what came with Content-Length.
    while piece := response.raw.read(_PIECE):
        body += piece
        if len(body) > limit:
            raise BrokenAnswer(f"the answer is larger than {limit // MAX_ANSWER} MiB")
    if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        # It was asked for as it is; some compress all the same.
        return _unpacked(bytes(body), limit)
    # A large one is not held twice.
    return body if len(body) > MAX_ANSWER else bytes(body)


def _unpacked(body: bytes, limit: int) -> bytes:
    try:
        return unpack(body, limit)
    except BadJson as error:
        raise BrokenAnswer(f"the answer is {error.reason}") from None


def _failure(error: Exception, progress: Progress) -> EngageError:
    root: BaseException = error
    while (inner := root.__cause__ or (None if root.__suppress_context__ else root.__context__)) is not None:
        root = inner
    reason = f"{progress.doing}: {_described(root)}"
    return Unknown(reason) if progress.has_written else Unreachable(reason)


def _described(error: BaseException) -> str:
    """Our words or the operating system's; a library's message may quote what must not be shown."""
    match error:
        case BrokenAnswer():
            return str(error)
        case FileCutShort():
            return "the file became shorter meanwhile"
        case TimeoutError():
            return "out of time"
        case socket.gaierror():
            return "unknown name"
        case ssl.SSLCertVerificationError():
            return f"certificate refused ({error.verify_message})"
        case ssl.SSLError():
            return f"TLS failed ({error.reason})"
        case OSError(strerror=str(words)):
            return words.lower()
        case http.client.RemoteDisconnected() | http.client.IncompleteRead() | urllib3.exceptions.IncompleteRead():
            return "the answer was cut off"
        case http.client.HTTPException():
            return "the answer is not HTTP"
        case _:
            return type(error).__name__


def _refusal(status: int, headers: requests.structures.CaseInsensitiveDict[str], reason: str) -> EngageError:
    if 200 <= status < 300:
        return Unknown("answered before the whole request was sent", status)
    if status == 429:
        return RateLimited(_seconds(headers.get("Retry-After", "")), reason)
    wait = _seconds(headers.get("Retry-After", ""))
    if status == 503 and wait is not None:
        return Overloaded(wait, reason)
    if status in (401, 403):
        return Unauthorized(status, reason)
    if status in (404, 410):
        return Gone(status, reason)
    if 400 <= status < 500 and status not in _UNSETTLED:
        return Rejected(status, reason)
    if 300 <= status < 400:
        return Unknown("a redirect, which is not followed", status)
    return Unknown(reason, status)


def _read_date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)


def _seconds(retry_after: str) -> float | None:
    """Retry-After as seconds from now, between none and a day; None when absent or nonsense."""
    try:
        seconds = float(retry_after) if retry_after.strip().isdigit() else _seconds_until(retry_after)
    except (ValueError, OverflowError):
        return None
    # No header may silence us for longer than a day.
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def _seconds_until(http_date: str) -> float:
    moment = parsedate_to_datetime(http_date)
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (aware - datetime.now(UTC)).total_seconds()
