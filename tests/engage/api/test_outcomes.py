"""Which of the outcomes a fault comes to: the whole difference between one text and two."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from engage.api.client import EngageClient
from engage.api.errors import (
    EngageError,
    Gone,
    Malformed,
    Overloaded,
    RateLimited,
    Rejected,
    Unauthorized,
    Unknown,
    Unreachable,
)
from engage.api.origins import Timeouts
from tests.engage.api.clients import CONVERSATION_KEY, PATIENT, QUICK, client_of, payload
from tests.engage.api.faulty_server import (
    Answer,
    FaultyServer,
    close,
    drip,
    raw,
    refusing_origin,
    reset,
    stall,
    status,
    unanswering_origin,
)

OK = b"HTTP/1.1 200 OK\r\n"


def send(client: EngageClient) -> object:
    return client.send_message(CONVERSATION_KEY, "Shall we talk tomorrow?")


def read(client: EngageClient) -> object:
    return client.get_conversation(CONVERSATION_KEY)


def error_of(
    answer: Answer, call: Callable[[EngageClient], object] = send, timeouts: Timeouts = PATIENT
) -> EngageError:
    with FaultyServer(answer) as server, pytest.raises(EngageError) as caught:
        call(client_of(server.origin, timeouts))
    assert len(server.requests) == 1
    return caught.value


# Certain that nothing left.


def test_refused_connection_is_unreachable() -> None:
    with refusing_origin() as origin, pytest.raises(Unreachable) as caught:
        send(client_of(origin))

    assert caught.value.reason == "connecting: connection refused"
    assert caught.value.status is None


def test_connection_nobody_answers_is_unreachable_within_its_time() -> None:
    started = time.monotonic()

    with unanswering_origin() as origin, pytest.raises(Unreachable, match="connecting: out of time"):
        send(client_of(origin, Timeouts(connect=0.3, read=5, total=5)))

    assert time.monotonic() - started < 4


def test_unknown_name_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such_name(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)

    with pytest.raises(Unreachable, match="looking the name up: unknown name"):
        send(client_of("http://localhost"))


def test_lookup_that_hangs_is_unreachable_within_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: time.sleep(6) or [])
    started = time.monotonic()

    with pytest.raises(Unreachable, match="looking the name up: out of time"):
        send(client_of("http://localhost", QUICK))

    assert time.monotonic() - started < 4


def test_dead_address_of_a_name_leaves_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    def address(origin: str) -> tuple[Any, ...]:
        return (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", int(origin.rpartition(":")[2])))

    with unanswering_origin() as dead, FaultyServer(status(200)) as server:
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: [address(dead), address(server.origin)])

        send(client_of("http://localhost", Timeouts(connect=2, read=5, total=5)))

    assert len(server.requests) == 1


# Bytes may have left.


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(close, id="closed without an answer"),
        pytest.param(reset, id="reset without an answer"),
        pytest.param(raw(b"HTTP/1.1 2"), id="cut in the status line"),
        pytest.param(raw(OK), id="cut after the status line"),
        pytest.param(raw(OK + b"Content-Type: application/json\r\nContent-Le"), id="cut in the headers"),
        pytest.param(raw(OK + b"Content-Type: application/json\r\n"), id="cut between headers"),
        pytest.param(raw(OK + b"Content-Length: 50\r\n\r\n"), id="cut before the body"),
        pytest.param(raw(OK + b"Content-Length: 50\r\n\r\n{}"), id="cut in the body"),
        pytest.param(raw(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}"), id="cut in a chunk"),
        pytest.param(raw(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"), id="cut before the last chunk"),
        pytest.param(raw(b"220 mail.example ESMTP\r\n"), id="another protocol"),
        pytest.param(raw(OK + b"no header\r\nContent-Length: 2\r\n\r\n{}"), id="a line that is no header"),
        pytest.param(raw(OK + b"X: y\r\n" * 200 + b"\r\n"), id="too many headers"),
        pytest.param(raw(OK + b"X: " + b"y" * 100_000 + b"\r\n\r\n"), id="too long a header"),
    ],
)
@pytest.mark.parametrize("call", [send, read])
def test_broken_answer_is_unknown(answer: Answer, call: Callable[[EngageClient], object]) -> None:
    error = error_of(answer, call)

    assert type(error) is Unknown
    assert error.status is None


def test_reset_at_accept_is_never_taken_for_an_answer() -> None:
    with FaultyServer(reset, reads=False) as server, pytest.raises((Unknown, Unreachable)):
        send(client_of(server.origin))

    assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(stall, id="silence"),
        pytest.param(drip(b"", b"H"), id="status line in drops"),
        pytest.param(drip(OK, b"X: y\r\n"), id="headers in drops"),
        pytest.param(drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), id="continue for ever"),
        pytest.param(drip(OK + b"Content-Length: 9999\r\n\r\n", b"x"), id="body in drops"),
        pytest.param(drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), id="chunks in drops"),
    ],
)
def test_dripping_server_cannot_hold_a_call_beyond_its_time(answer: Answer) -> None:
    started = time.monotonic()

    error = error_of(answer, timeouts=QUICK)

    assert type(error) is Unknown
    assert error.reason == "waiting for the answer: out of time"
    assert time.monotonic() - started < QUICK.total + 3


def test_server_that_reads_nothing_cannot_hold_a_call_beyond_its_time() -> None:
    started = time.monotonic()

    with FaultyServer(lambda connection: time.sleep(8), reads=False) as server, pytest.raises(Unknown) as caught:
        client_of(server.origin, QUICK).send_message(CONVERSATION_KEY, "x" * 16_000_000)

    assert caught.value.reason == "sending: out of time"
    assert time.monotonic() - started < QUICK.total + 4


def test_answer_larger_than_a_mebibyte_is_unknown() -> None:
    error = error_of(status(200, b"x" * 1_100_000))

    assert type(error) is Unknown
    assert error.reason == "waiting for the answer: the answer is larger than 1 MiB"


def test_endless_answer_is_cut_at_a_mebibyte() -> None:
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    endless = drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", chunk, pause=0, count=1000)

    error = error_of(endless)

    assert error.reason == "waiting for the answer: the answer is larger than 1 MiB"


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(code: int) -> None:
    with FaultyServer(close) as server, FaultyServer(close) as elsewhere:
        for location in (f"{server.origin}/again", f"{elsewhere.origin}/stolen", "http://[::1/"):
            server.answer = status(code, b"{}", {"Location": location})
            with pytest.raises(Unknown) as caught:
                send(client_of(server.origin))

            assert caught.value.status == code

    assert len(server.requests) == 3
    assert elsewhere.connections == 0


@pytest.mark.parametrize("code", [408, 409, 425, 500, 501, 502, 503, 504, 599, 600])
@pytest.mark.parametrize("call", [send, read])
def test_status_that_settles_nothing_is_unknown(code: int, call: Callable[[EngageClient], object]) -> None:
    error = error_of(status(code, b'{"error": "later"}', {"Retry-After": "5"}), call)

    assert type(error) is (Overloaded if code == 503 else Unknown)
    assert error.status == code
    assert error.reason == '{"error": "later"}'


# Answers that settle it.


@pytest.mark.parametrize(("code", "kind"), [(401, Unauthorized), (403, Unauthorized), (404, Gone), (410, Gone)])
@pytest.mark.parametrize("call", [send, read])
def test_key_or_thing_the_platform_does_not_know(
    code: int, kind: type[EngageError], call: Callable[[EngageClient], object]
) -> None:
    error = error_of(status(code), call)

    assert type(error) is kind
    assert error.status == code


@pytest.mark.parametrize("code", [400, 405, 413, 415, 418, 422, 451])
def test_other_4xx_is_rejected_with_the_start_of_the_body(code: int) -> None:
    error = error_of(status(code, b'{"error":\r\n  "too \x00long\xff"}' + b"." * 5000))

    assert type(error) is Rejected
    assert error.status == code
    assert error.reason.startswith('{"error": "too long')
    assert len(error.reason) == 200


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("0", 0), ("7", 7), (" 120 ", 120), ("99999999999999", 86400), ("9" * 400, 86400)],
)
def test_retry_after_in_seconds(header: str, seconds: float) -> None:
    error = error_of(status(429, headers={"Retry-After": header}))

    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


@pytest.mark.parametrize(("ahead", "least", "most"), [(90, 80, 90), (-90, 0, 0), (10**7, 86400, 86400)])
def test_retry_after_as_a_date(ahead: int, least: float, most: float) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)

    error = error_of(status(429, headers={"Retry-After": date}))

    assert isinstance(error, RateLimited)
    assert error.retry_after is not None
    assert least <= error.retry_after <= most


@pytest.mark.parametrize("header", ["", "soon", "-5", "1.5", "٣", "Mon, 99 Foo 2026"])
def test_retry_after_that_makes_no_sense_is_none(header: str) -> None:
    error = error_of(raw(f"HTTP/1.1 429 Slow\r\nRetry-After: {header}\r\nContent-Length: 0\r\n\r\n".encode()))

    assert isinstance(error, RateLimited)
    assert error.retry_after is None


# A 2xx whose body is another than documented.


@pytest.mark.parametrize(
    "body", [b"", b"<html>Sign in</html>", b"{}", b"null", b"[]", b"NaN", b'{"data": {"lead": {}}}']
)
def test_get_answered_with_another_shape_is_malformed(body: bytes) -> None:
    error = error_of(status(200, body), read)

    assert type(error) is Malformed
    assert error.status == 200


@pytest.mark.parametrize("body", [b"", b"<html>Sign in</html>", b'{"status": "OK"}'])
def test_campaign_command_answered_with_another_shape_may_have_been_done(body: bytes) -> None:
    error = error_of(status(200, body), lambda client: client.activate_campaign("67b3a7bb0fcd117088ca5020"))

    assert isinstance(error, Unknown)


@pytest.mark.parametrize("code", [200, 201, 202, 204])
def test_any_2xx_to_a_message_is_accepted(code: int) -> None:
    with FaultyServer(status(code)) as server:
        accepted = client_of(server.origin).send_message(CONVERSATION_KEY, "Hello")

    assert (accepted.status, accepted.remote_id) == (code, None)


def test_answer_that_ends_with_the_connection_is_whole() -> None:
    with FaultyServer(raw(OK + b"Content-Type: application/json\r\n\r\n" + payload("conversation_started"))) as server:
        answered = client_of(server.origin).get_conversation(CONVERSATION_KEY)

    assert answered.data.lead.id == "67c6e4ee56677e0be32346f9"
