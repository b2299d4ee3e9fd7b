"""Long answers: each route has its limit, and a list is read item by item."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engage.api import json_items
from engage.api.errors import Malformed, Unknown
from engage.api.json_items import each_item
from engage.api.strict_json import BadJson, clean_item
from tests.engage.api.clients import CONVERSATION_KEY, client_of
from tests.engage.api.faulty_server import FaultyServer, status

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=3), inside, max_size=3),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.lists(JSON, max_size=8), st.integers(min_value=1, max_value=9), st.sampled_from([None, 1]), st.booleans())
def test_items_of_an_array_are_those_of_the_whole(
    items: list[Any], window: int, indent: int | None, is_ascii: bool
) -> None:
    body = json.dumps(items, indent=indent, ensure_ascii=is_ascii).encode("utf-8", "replace")
    before, json_items._WINDOW = json_items._WINDOW, window
    try:
        read = list(each_item(body))
    finally:
        json_items._WINDOW = before

    assert json.dumps(read) == json.dumps([clean_item(item) for item in json.loads(body.decode())])


@pytest.mark.parametrize("body", [b"[1", b"[1,]", b"[,1]", b"[1 2]", b"[1]]", b"[1] 2", b'["a]', b"[\xff]", b"["])
def test_array_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(BadJson):
        list(each_item(body))


def test_array_nested_too_deep_is_refused() -> None:
    with pytest.raises(BadJson):
        list(each_item(b"[" * 200_000))


def test_number_too_large_to_hold_costs_its_own_item_alone() -> None:
    assert [item for item in each_item(b'[{"a": 1e999}, {"a": ' + b"9" * 5000 + b'}, {"a": NaN}, 5]')][3] == 5


def test_list_of_campaigns_may_be_larger_than_a_mebibyte_and_is_not_unfolded_at_once() -> None:
    campaigns = [{"id": f"c{number}", "name": "x" * 6000, "events": [{"message": "y"}] * 9} for number in range(2_500)]
    body = json.dumps(campaigns).encode()
    assert len(body) > 14 * 1024 * 1024
    del campaigns
    with FaultyServer(status(200, body)) as server:
        each = client_of(server.origin).each_campaign()
        next(each)
        tracemalloc.start()
        count = 1 + sum(1 for _ in each)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert count == 2_500
    assert peak < 8 * 1024 * 1024


def test_list_of_campaigns_has_an_end() -> None:
    body = b"[" + b" " * (64 * 1024 * 1024) + b"]"
    with FaultyServer(status(200, body)) as server, pytest.raises(Unknown, match="larger than 64 MiB"):
        client_of(server.origin).list_campaigns()


@pytest.mark.parametrize("item", [b"{}", b'{"id":1}', b"1", b"[]"])
def test_conversation_that_would_unfold_to_gigabytes_is_refused(item: bytes) -> None:
    body = b'{"data":{"messages":[' + b",".join([item] * (8_000_000 // len(item))) + b"]}}"
    with FaultyServer(status(200, body)) as server, pytest.raises(Malformed, match="objects"):
        client_of(server.origin).get_conversation(CONVERSATION_KEY)


def test_conversation_with_33000_messages_is_read() -> None:
    messages = [{"id": f"m{number}", "message": "x"} for number in range(33_000)]
    body = json.dumps({"data": {"campaign": {"id": "c"}, "lead": {"id": "l"}, "messages": messages}}).encode()
    with FaultyServer(status(200, body)) as server:
        read = client_of(server.origin).get_conversation(CONVERSATION_KEY)

    assert len(read.data.messages) == 33_000
