"""When a request counts as whole, however it is cut into pieces."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.web_lanes import Lane, lane_of
from console.web_requests import BODY_LIMIT, HEAD_LIMIT, Arrival, Progress

HEAD = b"POST /hooks/engage/x/?a=b HTTP/1.1\r\nHost: here\r\n"
REQUESTS = [
    b"GET / HTTP/1.1\r\nHost: here\r\n\r\n",
    HEAD + b"Content-Length: 5\r\n\r\n{\r\n\r}",
    HEAD + b"content-length:0\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\n0\r\n\r\n5;a=b\r\n\r\n\r\n0\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: gzip, Chunked\r\n\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
]


@given(request=st.sampled_from(REQUESTS), cuts=st.lists(st.integers(0, 150), max_size=20))
def test_request_is_whole_with_its_last_byte_and_not_before(request: bytes, cuts: list[int]) -> None:
    arrival = Arrival()
    places = sorted({0, len(request) - 1, *(cut for cut in cuts if cut < len(request) - 1)})

    for begin, end in pairwise(places):
        assert arrival.add(request[begin:end]) is Progress.COMING
    assert arrival.add(request[-1:]) is Progress.WHOLE

    assert arrival.take() == request


@given(junk=st.binary(max_size=300))
def test_junk_is_never_waited_for_without_a_bound(junk: bytes) -> None:
    arrival = Arrival()

    arrival.add(junk)

    assert arrival.add(b"x" * (HEAD_LIMIT + BODY_LIMIT + 5000)) is not Progress.COMING


@pytest.mark.parametrize("length", [b"-1", b"abc", b"5, 5", b"9" * 20])
def test_length_that_is_none_is_left_to_gunicorn_to_refuse(length: bytes) -> None:
    assert Arrival().add(HEAD + b"Content-Length: " + length + b"\r\n\r\n") is Progress.WHOLE


@pytest.mark.parametrize("chunk", [b"zz\r\n", b"-5\r\n", b"x" * 5000])
def test_chunk_that_is_none_is_left_to_gunicorn_to_refuse(chunk: bytes) -> None:
    assert Arrival().add(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk) is Progress.WHOLE


def test_file_is_not_waited_for() -> None:
    assert Arrival().add(HEAD + b"Content-Length: %d\r\n\r\n" % (BODY_LIMIT + 1)) is Progress.LARGE


def test_word_to_go_on_is_asked_for_once() -> None:
    arrival = Arrival()
    arrival.add(HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")

    assert arrival.waits_for_a_word()
    assert not arrival.waits_for_a_word()
    assert arrival.add(b"{}") is Progress.WHOLE
    assert arrival.take() == HEAD + b"Content-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize(
    ("path", "is_large", "lane"),
    [
        (b"/hooks/engage/x/", False, Lane.MACHINES),
        (b"/hooks/engage/x/", True, Lane.MACHINES),
        (b"/readyz", False, Lane.MACHINES),
        (b"/live/stream/", False, Lane.STREAMS),
        (b"/campaigns/1/lists/", True, Lane.UPLOADS),
        (b"/", False, Lane.PAGES),
        (b"", False, Lane.PAGES),
    ],
)
def test_lane_goes_by_the_path(path: bytes, is_large: bool, lane: Lane) -> None:
    assert lane_of(path, is_large=is_large) is lane
