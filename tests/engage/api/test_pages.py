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
Answering = Callable[[int, str], tuple[Any, str]]


def read(answer: Answering) -> tuple[list[str], list[str], list[str]]:
    """Ids, what is said of a part that was not read, and the paths that were asked."""

    def reply(connection: socket.socket) -> None:
        request = server.requests[-1]
        page = int(request.query.get("page", request.query.get("offset", ["0"]))[0])
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


@pytest.mark.parametrize(
    "answer",
    [
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
