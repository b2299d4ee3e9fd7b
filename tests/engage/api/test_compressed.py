import gzip
import json
import zlib

import pytest

from engage.api.compressed import MAX_BYTES, unpack
from engage.api.errors import MalformedEvent
from engage.api.events import ConversationEvent, parse_event
from engage.api.strict_json import BadJson
from tests.engage.deliveries import SAMPLE_BYTES


@pytest.mark.parametrize("level", [1, 5, 6, 9])
@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_what_was_packed_is_unpacked_at_every_level(pack, level: int) -> None:
    assert unpack(pack(SAMPLE_BYTES, level)) == SAMPLE_BYTES


@pytest.mark.parametrize("raw", [b"", b"{}", b"[1]", b'"x"', b"\xef\xbb\xbf{}", b"x", b"\xff\xfe{\x00}\x00"])
def test_what_was_not_packed_stays_as_it_is(raw: bytes) -> None:
    assert unpack(raw) == raw


def test_a_packed_webhook_is_an_event_like_any_other() -> None:
    assert isinstance(parse_event(gzip.compress(SAMPLE_BYTES)), ConversationEvent)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (gzip.compress(SAMPLE_BYTES)[:-20], "cut off"),
        (zlib.compress(SAMPLE_BYTES)[:50], "cut off"),
        (b"\x1f\x8b\x08 and then nothing of the kind", "broken"),
        (b"x\x9cnot at all", "broken"),
        (gzip.compress(b" " * (MAX_BYTES + 1)), "larger than"),
    ],
)
def test_what_cannot_be_unpacked_is_malformed_with_its_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(MalformedEvent, match=reason):
        parse_event(raw)


def test_what_was_packed_twice_is_unpacked_once_however_large_it_is_inside() -> None:
    raw = gzip.compress(gzip.compress(b"0" * 300 * MAX_BYTES))

    with pytest.raises(MalformedEvent, match=r"empty|UTF-8|not JSON|broken"):
        parse_event(raw)


def test_a_document_of_the_largest_size_still_fits() -> None:
    document = json.dumps("x" * (MAX_BYTES - 2)).encode()

    assert unpack(gzip.compress(document)) == document
    with pytest.raises(BadJson):
        unpack(gzip.compress(document + b" "))
