"""A list that comes page by page: where the next page is, as far as that is understood.

Only a query is ever taken from what is answered; it is asked of our own address. Another host is not followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
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
_OFFSET = ("offset", "start", "skip", "startindex")
_SIZE = ("size", "pagesize", "limit", "perpage")
_MORE = ("hasmore", "hasnext", "hasnextpage", "more")
# What holds the place of the next page under another name than "next…", and what a request calls it.
_TOKENS = {
    "nexttoken": "nextToken",
    "continuationtoken": "continuationToken",
    "continuation": "continuation",
    "endcursor": "after",
    "cursor": "cursor",
    "after": "after",
}
_AROUND = ("links", "paging", "pagination", "page", "meta", "metadata", "pageinfo", "cursor", "cursors", "data",
           "result", "response")  # fmt: skip
_DEEPEST = 2
# Of the headers of an answer, those that say something about pages.
HEADERS = ("Link", "X-Total-Count", "X-Total", "X-Total-Pages", "X-Page", "X-Per-Page", "X-Next-Page", "X-Next-Cursor",
           "Content-Range")  # fmt: skip


class Fact(NamedTuple):
    """Something said about pages: its name as it is, and by its letters alone."""

    letters: str
    name: str
    value: object


@dataclass(frozen=True)
class Next:
    """`query`: of the next page; empty where there is none. `doubt`: why there may be more than was understood."""

    query: str = ""
    doubt: str = ""


@dataclass(frozen=True)
class Partial:
    """Stands at the end of a list that was not read to its end."""

    reason: str


def find_next(
    value: object, origin: str, *, place: int, items: int, read: int, headers: Mapping[str, str] | None = None
) -> Next:
    """`place`: how many pages came before this one, `items` on it and `read` with those before it."""
    headers = headers or {}
    if (link := headers.get("Link", "")) and (address := _linked(link)):
        return _followed(address, origin)
    facts = [*_header_facts(headers), *(_facts(value) if isinstance(value, Mapping) else ())]
    said = {fact.letters: fact for fact in facts}
    for name in _NEXT:
        if name in said and (following := _read_next(said[name].value, origin)):
            return following
    if not _is_last(said) and (query := _token_query(facts, read)):
        return Next(query=urlencode(query))
    return _counted(said, place=place, items=items, read=read)


def _read_next(named: object, origin: str) -> Next | None:
    """None where it says that there is none."""
    if isinstance(named, Mapping):
        named = named.get("href") or named.get("url")
    if isinstance(named, str) and named.strip().isdecimal():
        named = int(named.strip()[:9])
    if isinstance(named, int) and not isinstance(named, bool):
        return Next(query=urlencode({"page": named})) if named > 0 else None
    if not isinstance(named, str) or not named.strip():
        return None
    is_address = "?" in named or "/" in named
    return _followed(named.strip(), origin) if is_address else Next(doubt="names the next page by a token")


def _token_query(facts: list[Fact], read: int) -> dict[str, str]:
    """What names the next page by itself, such as nextCursor, under the name that a request most likely has for it."""
    for fact in facts:
        parameter = _TOKENS.get(fact.letters)
        if parameter is None and fact.letters.startswith("next") and fact.letters not in _NEXT:
            parameter = _without_next(fact.name)
        value = fact.value
        if parameter and isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            # Nobody can be told to begin again.
            return {} if value == 0 else {parameter: str(value).strip()[:_LONGEST_QUERY]}
    return {}


def _without_next(name: str) -> str:
    rest = name.lstrip("_-")[len("next") :].lstrip("_-")
    return rest[:1].lower() + rest[1:]


def _is_last(said: Mapping[str, Fact]) -> bool:
    last, more = (_flag(said, names) for names in (("last", "islast"), _MORE))
    return last is True or more is False


def _counted(said: Mapping[str, Fact], *, place: int, items: int, read: int) -> Next:
    pages, total = _whole(said, _COUNT), _whole(said, _TOTAL)
    if _is_last(said) or not items:
        return Next()
    if pages is not None:
        is_open = place + 1 < pages
    else:
        is_short = total is not None and total > read
        is_open = is_short or _flag(said, ("last", "islast")) is False or _flag(said, _MORE) is True
    if not is_open:
        return Next()
    if query := _next_in_order(said, items):
        return Next(query=urlencode(query))
    if total is not None and total > read:
        return Next(doubt=f"says that there are {total}, and shows {read}")
    return Next(doubt="says that there are more pages, and not where")


def _next_in_order(said: Mapping[str, Fact], items: int) -> dict[str, int]:
    """By its number, or by how many come before it."""
    size = next((said[name] for name in _SIZE if _whole(said, (name,)) is not None), None)
    sized = {size.name: _whole(said, (size.letters,)) or 0} if size else {}
    number, offset = _whole(said, _NUMBER), next((said[name] for name in _OFFSET if name in said), None)
    if number is not None:
        # The first page is 0 to some and 1 to others; its own number says so.
        return {"page": number + 1} | sized
    if offset is not None and (before := _whole(said, (offset.letters,))) is not None:
        return {offset.name: before + items} | sized
    return {}


def _header_facts(headers: Mapping[str, str]) -> Iterator[Fact]:
    for name, value in headers.items():
        plain = name.removeprefix("X-").replace("-", "")
        if name == "Content-Range":
            yield Fact("total", "total", value.rpartition("/")[2].strip())
        elif name != "Link":
            yield Fact(_letters(plain), plain, value)


def _letters(name: str) -> str:
    return "".join(filter(str.isalpha, name)).casefold()


def _facts(value: Mapping[str, Any], depth: int = 0) -> Iterator[Fact]:
    """What stands in an object about pages, then, before that, what stands beside the list."""
    for name, inside in value.items():
        if isinstance(inside, Mapping) and _letters(name) in _AROUND and depth < _DEEPEST:
            yield from _facts(inside, depth + 1)
    for name, inside in value.items():
        if not (isinstance(inside, Mapping) and _letters(name) in _AROUND):
            yield Fact(_letters(name), name, inside)


def _flag(said: Mapping[str, Fact], names: tuple[str, ...]) -> bool | None:
    for name in names:
        value = said[name].value if name in said else None
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.casefold() in ("true", "false"):
            return value.casefold() == "true"
    return None


def _whole(said: Mapping[str, Fact], names: tuple[str, ...]) -> int | None:
    for name in names:
        value = said[name].value if name in said else None
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
