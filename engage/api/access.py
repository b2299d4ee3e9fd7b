"""What a conversation's endpoints ask for, as one secret: each keeps the query of its own address, and never its host.

Where all ask for one plain `key`, the secret is that key. Else it is the four queries, written after a question mark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import quote, unquote

from engage.vault import Secret

LONGEST_QUERY = 8000
_MARK = "?"
_PART = " "
# All that may stand in a query; a blank or a line break would end the request's first line.
_KEPT = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

# As nearly all queries are: one key, and no sign in it that is written in two ways.
_PLAIN = re.compile(r"key=[\w.~-]+", re.ASCII)


class Place(StrEnum):
    """In the order in which one speaks for another that is not named."""

    CONVERSATION = "conversation_endpoint"
    SEND = "send_message_endpoint"
    DISPOSITION = "disposition_endpoint"
    WIDGET = "embeddable_widget"


def query_in(url: str) -> str:
    """The query of an address, as it is sent again; empty where it names no key, two, or what no request can carry."""
    query = url.partition("#")[0].partition("?")[2]
    if len(query) <= LONGEST_QUERY and _PLAIN.fullmatch(query):
        return query
    keys = _keys_in(query)
    if len(keys) != 1 or len(query) > LONGEST_QUERY:
        return ""
    (key,) = keys
    parts = dict.fromkeys(query.split("&"))
    return quote("&".join(parts), safe=_KEPT) if key.isascii() and key.isprintable() else ""


def key_in(query: str) -> str:
    return next(iter(_keys_in(query)), "")


def written(queries: Mapping[Place, str]) -> Secret:
    """One secret for these queries; empty where there is none. A place that is not named stays open."""
    named = {query for query in queries.values() if query}
    if not named:
        return Secret("")
    plain = key_in(next(iter(named)))
    if not plain.startswith(_MARK) and all(_is_plain(query, plain) for query in named):
        return Secret(plain)
    return Secret(_MARK + _PART.join(queries.get(place, "") for place in Place))


def query_for(access: Secret, place: Place) -> Secret:
    """What the endpoint there is asked with; one that was not named is asked as the first that was."""
    revealed = access.reveal()
    if not _is_four_queries(revealed):
        return Secret(f"key={quote(revealed, safe='')}") if revealed else Secret("")
    queries = _read(revealed)
    return Secret(queries[place] or next((query for query in queries.values() if query), ""))


def completed(newer: Secret, older: Secret) -> Secret:
    """The newer one, and for endpoints that it does not name the older one's queries."""
    if not _is_four_queries(newer.reveal()) or not older:
        return newer
    queries = _read(newer.reveal())
    return written({place: query or query_for(older, place).reveal() for place, query in queries.items()})


def secrets_in(access: Secret) -> tuple[Secret, ...]:
    """All that an answer may echo and nobody may read."""
    revealed = access.reveal()
    if not _is_four_queries(revealed):
        return (access,)
    values = {part.partition("=")[2] for query in _read(revealed).values() for part in query.split("&")}
    return tuple(Secret(unquote(value)) for value in sorted(values) if value)


def _is_four_queries(revealed: str) -> bool:
    """A key may begin with a question mark as well; between queries there are blanks, which no query holds."""
    return revealed.startswith(_MARK) and revealed.count(_PART) == len(Place) - 1


def _read(revealed: str) -> dict[Place, str]:
    queries = revealed.removeprefix(_MARK).split(_PART)
    return dict(zip(Place, queries, strict=True))


def _keys_in(query: str) -> set[str]:
    if _PLAIN.fullmatch(query):
        return {query.removeprefix("key=")}
    parts = (part.partition("=") for part in query.split("&"))
    return {unquote(value) for name, _, value in parts if name == "key"} - {""}


def _is_plain(query: str, key: str) -> bool:
    return "&" not in query and key_in(query) == key
