"""A list that comes page by page: where the next page is, as far as that is understood.

Only a query is ever taken from what is answered; it is asked of our own address. Another host is not followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from engage.api.origins import origin_of

MOST_PAGES = 500
LONGEST_S = 180.0
_LONGEST_QUERY = 2000
# Of a header of any length the beginning is read.
_LINK = re.compile(r"<([^<>]{1,2000})>([^<>,]{0,500})")
_NEXT = ("next", "nextpage", "nexturl", "nextlink", "nextpageurl")
_NUMBER = ("number", "page", "pagenumber", "currentpage", "pageindex")
_COUNT = ("totalpages", "pagecount", "pages", "lastpage")
_TOTAL = ("totalelements", "total", "totalcount", "totalitems", "count")
_AROUND = ("links", "paging", "pagination", "page", "meta", "pageinfo", "cursor")


@dataclass(frozen=True)
class Next:
    """`query`: of the next page; empty where there is none. `doubt`: why there may be more than was understood."""

    query: str = ""
    doubt: str = ""


@dataclass(frozen=True)
class Partial:
    """Stands at the end of a list that was not read to its end."""

    reason: str


def find_next(value: object, link: str, origin: str, *, place: int, items: int, read: int) -> Next:
    """`place`: how many pages came before this one, `items` on it and `read` with those before it."""
    if link and (address := _linked(link)):
        return _followed(address, origin)
    if not isinstance(value, Mapping):
        return Next()
    said = dict(_facts(value))
    for name in _NEXT:
        named = said.get(name)
        if isinstance(named, Mapping):
            named = named.get("href") or named.get("url")
        if isinstance(named, str) and named.strip():
            is_address = "?" in named or "/" in named
            return _followed(named.strip(), origin) if is_address else Next(doubt="names the next page by a token")
    return _counted(said, place=place, items=items, read=read)


def _counted(said: Mapping[str, object], *, place: int, items: int, read: int) -> Next:
    number, pages, total = (_whole(said, names) for names in (_NUMBER, _COUNT, _TOTAL))
    is_last, has_more = said.get("last", said.get("islast")), said.get("hasmore", said.get("hasnext"))
    is_open = is_last is False or has_more is True
    if is_last is True or has_more is False or not items:
        is_open = False
    elif pages is not None:
        is_open = place + 1 < pages
    elif not is_open and total is not None and total > read:
        return Next(doubt=f"says that there are {total}, and shows {read}")
    if not is_open:
        return Next()
    if number is None:
        return Next(doubt="says that there are more pages, and not where")
    size = _whole(said, ("size", "pagesize"))
    # The first page is 0 to some and 1 to others; its own number says so.
    return Next(query=urlencode({"page": number + 1} | ({"size": size} if size else {})))


def _facts(value: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[str, object]]:
    """By their letters: what stands in an object about pages, then, before that, what stands beside the list."""
    for name, inside in value.items():
        letters = "".join(filter(str.isalpha, name)).casefold()
        if isinstance(inside, Mapping) and letters in _AROUND and depth == 0:
            yield from _facts(inside, 1)
    for name, inside in value.items():
        letters = "".join(filter(str.isalpha, name)).casefold()
        if not (isinstance(inside, Mapping) and letters in _AROUND):
            yield letters, inside


def _whole(said: Mapping[str, object], names: tuple[str, ...]) -> int | None:
    for name in names:
        value = said.get(name)
        if isinstance(value, str) and value.isascii() and value.isdecimal():
            value = int(value[:9])
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9:
            return value
    return None


def _linked(header: str) -> str:
    for address, parameters in _LINK.findall(header[:8000]):
        relation = parameters.replace('"', "").replace(" ", "").casefold()
        if "rel=next" in relation.split(";"):
            return str(address)
    return ""


def _followed(address: str, origin: str) -> Next:
    try:
        parts = urlsplit(address)
    except ValueError:
        return Next(doubt="names the next page by what is no address")
    if parts.netloc and origin_of(address) != origin:
        return Next(doubt="names the next page at another host")
    if not parts.query or len(parts.query) > _LONGEST_QUERY or not parts.query.isascii():
        return Next(doubt="names the next page by no query")
    query = "".join(letter for letter in parts.query if letter.isprintable() and letter != " ")
    return Next(query=query)
