"""B5: a conversation's key, written otherwise into its endpoints and read back from a call."""

from __future__ import annotations

import zlib
from urllib.parse import parse_qsl, urlencode

from engage.sandbox.dialects.catalogue import Part, Said, dialect
from engage.sandbox.models import Lead

PER_ENDPOINT, LONG, MORE = "key-per-endpoint", "key-of-2000-characters", "key-with-parameters"
LENGTH = 2000
# A key holds letters, digits, - and _ alone, so that a full stop parts it from what is added.
_PART = "."
_LETTERS = {
    "embeddableWidget": "w",
    "conversationEndpoint": "c",
    "sendMessageEndpoint": "s",
    "dispositionEndpoint": "d",
}
_ENDPOINTS = {
    "/engage": "embeddableWidget",
    "/api/public/engage/conversation": "conversationEndpoint",
    "/api/public/engage/conversation/send": "sendMessageEndpoint",
    "/api/public/engage/conversation/disposition": "dispositionEndpoint",
}


def declare_keys() -> None:
    for name, line in {
        PER_ENDPOINT: "each of the four endpoints has a key of its own",
        LONG: "the key has 2,000 characters",
        MORE: "endpoints ask for other parameters beside the key",
    }.items():
        _declare(name, line)


def _declare(name: str, line: str) -> None:
    @dialect(name, "B5", line, Part.CONVERSATION, aspect="keys")
    def _write(said: Said) -> None:
        if said.lead is None:
            return
        endpoints = said.document["endpoints"]
        for endpoint, url in endpoints.items():
            query = urlencode(query_of(said.lead.key, endpoint, frozenset({name})))
            endpoints[endpoint] = f"{url.partition('?')[0]}?{query}"


def query_of(key: str, endpoint: str, words: frozenset[str]) -> dict[str, str]:
    """What the endpoint of that name asks for."""
    if PER_ENDPOINT in words:
        return {"key": f"{_LETTERS[endpoint]}{_PART}{key}"}
    if LONG in words:
        return {"key": f"{key}{_PART}".ljust(LENGTH, "0")}
    if MORE in words:
        seal = f"{zlib.crc32(f'{endpoint}{key}'.encode()):08x}"
        return {"workspace": "main", "key": key, "seal": seal}
    return {"key": key}


def lead_named_by(query: str) -> Lead | None:
    """Whose key it is, however it is written."""
    given = dict(parse_qsl(query)).get("key", "")
    key = max(given[: LENGTH // 2].split(_PART), key=len) if len(given) < LENGTH else given.partition(_PART)[0]
    return Lead.objects.by_key(key).first()


def plain_query(path: str, query: str, lead: Lead, words: frozenset[str]) -> str | None:
    """As the plain endpoint asks for it; None where the call lacks what its own endpoint was given."""
    wanted = query_of(lead.key, _ENDPOINTS[path], words)
    given = dict(parse_qsl(query))
    return urlencode({"key": lead.key}) if wanted.items() <= given.items() else None


def has_key(path: str) -> bool:
    return path in _ENDPOINTS
