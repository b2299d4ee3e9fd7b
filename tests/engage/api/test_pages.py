"""A list of campaigns in pages is followed as far as it is understood, at our own address alone; the rest is said."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from engage.api.client import EngageClient
from engage.api.origins import Origins
from engage.api.pages import Partial
from engage.api.wire import Campaign
from engage.vault import Secret
from tests.engage.api.faulty_server import FaultyServer

_ALL = [{"id": f"c-{number}", "campaignStatus": "READY"} for number in range(7)]
_SIZE = 3
_NAMES = ("page", "offset", "cursor", "pageToken", "nextToken", "after")
Answering = Callable[[int, str], tuple[Any, str]]


def read(answer: Answering) -> tuple[list[str], list[str], list[str]]:
    """Ids, what is said of a part that was not read, and the paths that were asked."""

    def reply(connection: socket.socket) -> None:
        request = server.requests[-1]
        asked = request.query if "?" in request.target else {}
        named = next((asked[name][0] for name in _NAMES if name in asked), "0")
        page = int(asked["skip"][0]) // _SIZE if "skip" in asked else int(named)
        value, link = answer(page, server.origin)
        body = json.dumps(value).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{link}\r\n".encode()
        connection.sendall(head + body)

    with FaultyServer(reply) as server:
        client = EngageClient(Origins(server.origin, server.origin, server.origin), Secret("api-key"))
        said = list(client.each_campaign())
        ids = [item.id for item in said if isinstance(item, Campaign)]
        return ids, [item.reason for item in said if isinstance(item, Partial)], [r.path for r in server.requests]


def part(page: int) -> list[dict[str, Any]]:
    return _ALL[page * _SIZE : (page + 1) * _SIZE]


def content(first: int) -> Answering:
    def answer(page: int, origin: str) -> tuple[Any, str]:
        place = max(page - first, 0)
        return {"content": part(place), "number": place + first, "totalPages": 3, "last": place == 2}, ""

    return answer


def with_next(address: str) -> Answering:
    def answer(page: int, origin: str) -> tuple[Any, str]:
        following = address.format(origin=origin, page=page + 1) if page < 2 else None
        return {"campaigns": part(page), "next": following}, ""

    return answer


def with_link(page: int, origin: str) -> tuple[Any, str]:
    address = f'Link: <{origin}/api/x?page={page + 1}>; rel="next", <{origin}/api/x?page=2>; rel="last"\r\n'
    return part(page), address if page < 2 else ""


def deep(page: int, origin: str) -> tuple[Any, str]:
    return {"items": part(page), "page": {"number": page, "totalPages": 3, "size": _SIZE}}, ""


def with_token(name: str) -> Answering:
    def answer(page: int, origin: str) -> tuple[Any, str]:
        return {
            "data": {"items": part(page), "facets": [{"count": 1}]},
            "paging": {name: str(page + 1) if page < 2 else None},
        }, ""

    return answer


def by_total(page: int, origin: str) -> tuple[Any, str]:
    return {"campaigns": part(page), "page": page, "pageSize": _SIZE, "total": 7}, ""


def by_skip(page: int, origin: str) -> tuple[Any, str]:
    return {
        "response": {"data": {"items": part(page)}},
        "meta": {"skip": page * _SIZE, "limit": _SIZE, "total": "7"},
    }, ""


def by_edges(page: int, origin: str) -> tuple[Any, str]:
    edges = [{"node": campaign, "cursor": campaign["id"]} for campaign in part(page)]
    return {"data": {"edges": edges, "pageInfo": {"endCursor": str(page + 1), "hasNextPage": page < 2}}}, ""


def by_header(page: int, origin: str) -> tuple[Any, str]:
    return part(page), f"X-Total-Count: 7\r\nX-Next-Page: {page + 1 if page < 2 else ''}\r\n"


def by_id(page: int, origin: str) -> tuple[Any, str]:
    return {
        "campaigns": {campaign["id"]: campaign | {"name": "N"} for campaign in part(page)},
        "page": page,
        "pages": 3,
    }, ""


@pytest.mark.parametrize(
    "answer",
    [
        with_token("nextCursor"),
        with_token("next_cursor"),
        with_token("nextPageToken"),
        with_token("NextToken"),
        with_token("after"),
        by_total,
        by_skip,
        by_edges,
        by_header,
        by_id,
        content(0),
        content(1),
        with_next("{origin}/api/public/engage/campaigns?page={page}"),
        with_next("/api/public/engage/campaigns?page={page}"),
        with_next("?offset={page}"),
        with_link,
        deep,
    ],
)
def test_pages_are_followed_to_the_last(answer: Answering) -> None:
    ids, doubts, paths = read(answer)

    assert ids == [campaign["id"] for campaign in _ALL]
    assert doubts == []
    assert set(paths) == {"/api/public/engage/campaigns"}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (with_next("https://elsewhere.example/api?page={page}"), "another host"),
        (lambda page, origin: ({"content": part(0), "number": 0, "totalPages": 3, "last": False}, ""), "again"),
        (lambda page, origin: ({"content": part(0), "last": False}, ""), "not where"),
        (lambda page, origin: ({"content": part(0), "total": 7}, ""), "there are 7, and shows 3"),
        (lambda page, origin: (part(0), "X-Total-Count: 7\r\n"), "there are 7, and shows 3"),
        (lambda page, origin: (part(0), "Content-Range: items 0-2/7\r\n"), "there are 7, and shows 3"),
        (lambda page, origin: ({"content": part(0), "nextCursor": "9"}, ""), "again"),
        (lambda page, origin: ({"content": part(0), "nextPage": "b2Zmc2V0"}, ""), "token"),
    ],
)
def test_what_is_not_understood_of_pages_is_said(answer: Answering, words: str) -> None:
    ids, doubts, _ = read(answer)

    assert ids == [campaign["id"] for campaign in part(0)]
    assert len(doubts) == 1
    assert words in doubts[0]


def test_list_in_one_piece_is_whole() -> None:
    assert read(lambda page, origin: (_ALL, ""))[1] == []
    assert read(lambda page, origin: ({"campaigns": _ALL, "total": 7}, ""))[1] == []
