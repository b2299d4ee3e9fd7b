"""A file on the line: what it costs, how long it may take, and what became of it when it breaks off."""

from __future__ import annotations

import io
import re
import socket
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import BinaryIO

import pytest

from engage.api.client import Accepted, EngageClient
from engage.api.errors import EngageError, RateLimited, Rejected, Unauthorized, Unknown, Unreachable
from engage.api.origins import Timeouts
from engage.api.wire import ListLoad, MappedColumn
from tests.engage.api.clients import PATIENT, QUICK, client_of
from tests.engage.api.faulty_server import Answer, FaultyServer, close, drip, refusing_origin, reset, stall, status

REQUEST = ListLoad(de_dupe=True, first_row_headers=True, webhook_url=None, mapped_columns=(MappedColumn(0, "Phone"),))
LARGE = 16_000_000
ROW = b"+15555551212,Jordan,Example,12 Long Street Name,Springfield\r\n"


class FileThatShrinks(io.BytesIO):
    """Loses what is left once a piece is read from its middle."""

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        if self.tell() > 1000:
            self.truncate(self.tell())
        return piece


class FileThatFails(io.BytesIO):
    """Its second piece cannot be read."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 1000:
            raise LookupError("the words of whoever keeps the file, with +15555551212 in them")
        return super().read(size)


class FileThatGrows(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        here = self.tell()
        self.seek(0, io.SEEK_END)
        self.write(ROW)
        self.seek(here)
        return super().read(size)


@pytest.fixture
def hundred_thousand_rows() -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as file:
        for _ in range(100):
            file.write(ROW * 1000)
        yield file


def load(client: EngageClient, rows: BinaryIO, timeouts: Timeouts = PATIENT) -> Accepted:
    return client.load_list("c1", file_name="May.csv", rows=rows, request=REQUEST, timeouts=timeouts)


def taking_all(then: Answer, *, pause: float = 0) -> tuple[Answer, list[int]]:
    """Reads a request to its announced end without keeping it; the list receives how long its body was."""
    sizes: list[int] = []

    def answer(connection: socket.socket) -> None:
        received = connection.recv(65536)
        while b"\r\n\r\n" not in received:
            received += connection.recv(65536)
        announced = re.search(rb"(?i)content-length: (\d+)", received)
        assert announced
        size = len(received.partition(b"\r\n\r\n")[2])
        while size < int(announced[1]) and (piece := connection.recv(16384)):
            size += len(piece)
            time.sleep(pause)
        sizes.append(size)
        then(connection)

    return answer, sizes


def after_a_little(then: Answer) -> Answer:
    """Answers when the first bytes are in, and closes on the rest."""

    def answer(connection: socket.socket) -> None:
        connection.recv(1000)
        then(connection)

    return answer


def late_success(connection: socket.socket) -> None:
    time.sleep(0.6)
    status(200)(connection)


def error_of(answer: Answer, rows: BinaryIO, timeouts: Timeouts = PATIENT) -> EngageError:
    with FaultyServer(answer, reads=False) as server, pytest.raises(EngageError) as caught:
        load(client_of(server.origin), rows, timeouts)
    # None when the client gave up before the server came to count.
    assert server.connections <= 1
    return caught.value


def test_hundred_thousand_rows_are_never_in_memory_at_once(hundred_thousand_rows: BinaryIO) -> None:
    answer, sizes = taking_all(status(200))

    with FaultyServer(answer, reads=False) as server:
        load(client_of(server.origin), io.BytesIO(b"the imports and caches of a first call"))
        tracemalloc.start()
        load(client_of(server.origin), hundred_thousand_rows)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert sizes[1] > len(ROW) * 100_000
    assert peak < 1_000_000


def test_upload_may_take_longer_than_other_calls() -> None:
    answer, sizes = taking_all(late_success)
    hurried = Timeouts(connect=0.5, read=0.2, total=0.3)

    with FaultyServer(answer, reads=False) as server:
        accepted = client_of(server.origin, hurried).load_list(
            "c1", file_name="May.csv", rows=io.BytesIO(ROW), request=REQUEST
        )

    assert accepted == Accepted(200)
    assert len(sizes) == 1


@pytest.mark.parametrize("answer", [stall, drip(b"", b"H")])
def test_silence_after_an_upload_ends_with_its_time(answer: Answer) -> None:
    taking, _ = taking_all(answer)
    started = time.monotonic()

    error = error_of(taking, io.BytesIO(ROW * 1000), QUICK)

    assert type(error) is Unknown
    assert error.reason == "waiting for the answer: out of time"
    assert time.monotonic() - started < QUICK.total + 3


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda connection: time.sleep(8), id="reads nothing"),
        pytest.param(taking_all(status(200), pause=0.05)[0], id="reads slowly"),
    ],
)
def test_server_that_hardly_reads_cannot_hold_an_upload_beyond_its_time(answer: Answer) -> None:
    started = time.monotonic()

    error = error_of(answer, io.BytesIO(b"x" * LARGE), QUICK)

    assert type(error) is Unknown
    assert error.reason == "sending: out of time"
    assert time.monotonic() - started < QUICK.total + 4


@pytest.mark.parametrize("answer", [close, reset])
def test_upload_that_is_cut_off_is_unknown(answer: Answer) -> None:
    error = error_of(after_a_little(answer), io.BytesIO(b"x" * LARGE))

    assert type(error) is Unknown
    assert error.status is None


def test_upload_that_nobody_takes_is_unreachable() -> None:
    with refusing_origin() as origin, pytest.raises(Unreachable):
        load(client_of(origin), io.BytesIO(ROW))


@pytest.mark.parametrize(
    ("code", "kind"), [(401, Unauthorized), (413, Rejected), (429, RateLimited), (503, Unknown), (307, Unknown)]
)
def test_refusal_in_the_middle_of_an_upload_is_heard(code: int, kind: type[EngageError]) -> None:
    error = error_of(after_a_little(status(code, b"{}", {"Location": "/again"})), io.BytesIO(b"x" * LARGE))

    assert type(error) is kind
    assert error.status == code


def test_success_in_the_middle_of_an_upload_is_not_believed() -> None:
    error = error_of(after_a_little(status(200)), io.BytesIO(b"x" * LARGE))

    assert type(error) is Unknown
    assert str(error) == "200: answered before the whole request was sent"


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (FileThatShrinks, "sending: the file became shorter meanwhile"),
        (FileThatFails, "sending: LookupError"),
    ],
)
def test_file_that_fails_on_the_way_is_unknown_at_once(file: Callable[[bytes], BinaryIO], reason: str) -> None:
    taking, _ = taking_all(status(200))
    started = time.monotonic()

    error = error_of(taking, file(b"x" * 200_000), PATIENT)

    assert type(error) is Unknown
    assert error.reason == reason
    assert time.monotonic() - started < PATIENT.read


def test_file_that_grows_on_the_way_is_sent_as_long_as_announced() -> None:
    with FaultyServer(status(200)) as server:
        load(client_of(server.origin), FileThatGrows(b"x" * 200_000))

    assert server.requests[0].parts[2][1] == b"x" * 200_000


def test_second_try_sends_the_whole_file_again() -> None:
    rows = io.BytesIO(ROW * 5000)
    with FaultyServer(status(429)) as server:
        with pytest.raises(RateLimited):
            load(client_of(server.origin), rows)
        server.answer = status(200)
        load(client_of(server.origin), rows)

    assert [request.parts[2][1] for request in server.requests] == [ROW * 5000] * 2
